import type { ApiError, WriteAnswer } from "../api/api-result.ts";
import type { LiveKey } from "../model/key.ts";
import type { ApplyContext } from "./context.ts";
import { quoted } from "./outcomes.ts";

/** What came of one try to delete; whether the key is gone only the list can tell. */
export type Removal =
  | { readonly kind: "sent"; readonly answer: WriteAnswer }
  | { readonly kind: "moved"; readonly why: string }
  | { readonly kind: "gone" }
  | { readonly kind: "unreadable"; readonly error: ApiError };

/**
 * Deletes one key after reading it again: the id must still be the key that was looked at. A
 * repeated delete is harmless, because ids are never given out twice.
 */
export async function removeKey(
  expected: LiveKey,
  context: ApplyContext,
  stillFine: (key: LiveKey) => boolean,
): Promise<Removal> {
  for (let unopened = 0; ;) {
    const got = await context.api.get(expected.id);
    if (!got.ok) return { kind: "unreadable", error: got.error };
    const key = got.value;
    if (key === undefined) return { kind: "gone" };
    if (key.user_id !== expected.user_id) {
      return { kind: "moved", why: `key ${expected.id} belongs to another account now` };
    }
    if (key.name !== expected.name) {
      return { kind: "moved", why: `key ${expected.id} is now named ${quoted(key.name)}` };
    }
    if (!stillFine(key)) return { kind: "moved", why: `key ${expected.id} was used or changed` };
    const answer = await context.api.remove(expected.id, unopened);
    if (answer.kind !== "paused") return { kind: "sent", answer };
    // Held back: what was read is old by the time it goes on.
    unopened = answer.unopened ? unopened + 1 : 0;
  }
}

/** Whether the delete was sent and may still land. */
export function isUnclear(removal: Removal): boolean {
  return removal.kind === "sent" && removal.answer.kind === "unknown";
}
