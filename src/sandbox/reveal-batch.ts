import { err, ok, type Result } from "../model/result.ts";
import { parseGoJson } from "./go-json.ts";
import { REFUSAL, untranslated, type Refusal } from "./refusal.ts";
import type { Store } from "./store.ts";

const MAX_REVEALED = 100;

/** Several keys by id; ids that are not the caller's are left out without a word. */
export function revealBatch(
  bodyText: string,
  store: Store,
  userId: number,
): Result<{ readonly keys: Readonly<Record<string, string>> }, Refusal> {
  const body = parseGoJson(bodyText);
  if (!body.ok) return err(untranslated(body.error));
  const ids = idsOf(body.value);
  if (ids.length > MAX_REVEALED) return err(REFUSAL.tooManyIds);
  const keys = ids.flatMap((id) => {
    const key = store.reveal(userId, id);
    return key.ok ? [[String(id), key.value] as const] : [];
  });
  return ok({ keys: Object.fromEntries(keys) });
}

function idsOf(body: unknown): readonly number[] {
  if (typeof body !== "object" || body === null || !("ids" in body)) return [];
  return Array.isArray(body.ids) ? body.ids.filter((id) => typeof id === "number") : [];
}
