import { isJsonObject } from "../model/json.ts";
import { Secret } from "../model/secret.ts";
import type { Client, Shown } from "./client.ts";
import { isKeyValue, type OnKey } from "./live-key.ts";

/** What the server showed of the keys it was asked for. */
export type Revealed =
  /** One that is missing was not shown, or masked. */
  | { readonly kind: "shown"; readonly keys: ReadonlyMap<number, Secret> }
  /** This server has no such endpoint. */
  | { readonly kind: "no-endpoint" }
  /** So many keys have been shown lately that it shows none for this long, ms; unknown where absent. */
  | { readonly kind: "limited"; readonly ms?: number }
  | { readonly kind: "failed"; readonly message: string };

/** Keys that one request may ask for. */
export const MOST_REVEALED = 100;

/**
 * Asks for the values of keys, which a server that masks them shows in no list: several ids at once, one by
 * its own endpoint. It is a POST, but changes nothing, so it may be repeated.
 *
 * @param onKey Is told of each before anybody else.
 */
export async function revealKeys(
  client: Pick<Client, "show">,
  ids: readonly number[],
  onKey: OnKey,
): Promise<Revealed> {
  const [id] = ids;
  if (id === undefined) return { kind: "shown", keys: new Map() };
  const isOne = ids.length === 1;
  const shown = isOne
    ? await client.show(`/api/token/${id}/key`)
    : await client.show("/api/token/batch/keys", { ids });
  if (shown.kind !== "data") return shown;
  const values = isOne ? ownKey(shown, id) : keysIn(shown);
  const keys = new Map<number, Secret>();
  for (const wanted of ids) {
    const value = values.get(wanted);
    if (!isKeyValue(value)) continue;
    onKey(value, wanted);
    keys.set(wanted, new Secret(value));
  }
  return { kind: "shown", keys };
}

type Data = Extract<Shown, { kind: "data" }>;

function ownKey({ data }: Data, id: number): ReadonlyMap<number, unknown> {
  return new Map([[id, isJsonObject(data) ? data["key"] : undefined]]);
}

function keysIn({ data }: Data): ReadonlyMap<number, unknown> {
  const keys = isJsonObject(data) ? data["keys"] : undefined;
  const entries = isJsonObject(keys) ? Object.entries(keys) : [];
  return new Map(entries.map(([id, value]) => [Number(id), value]));
}
