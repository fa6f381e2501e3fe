import { alteredNames } from "../model/altered-name.ts";
import { groupByName, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { ConflictItem } from "../model/plan.ts";
import { firstOf } from "../model/text.ts";
import { isAsCreated } from "./compare.ts";

/** Names that a reason quotes; the others are counted. */
const NAMED = 3;

/**
 * Finds, for a declared name that is not live, the keys that may be it under a name the server
 * altered: with every field a create would give it, under a name in another form. Without this, a
 * server that lower-cases or cuts names would gain a key with every apply.
 *
 * @param candidates Live keys that are not certain to be another declared name.
 */
export function alteredFinder(
  candidates: readonly LiveKey[],
  now: number,
): (missing: DesiredKey) => ConflictItem | undefined {
  let index: Index | undefined;
  return (missing) => {
    // Mostly nothing is missing, and then no name has to be folded at all.
    index ??= indexOf(candidates);
    const { find, byName } = index;
    const keys = find(missing.name)
      .flatMap((name) => byName.get(name) ?? [])
      .filter((key) => isAsCreated(key, missing.fields, now))
      .toSorted((a, b) => a.id - b.id);
    return keys.length === 0 ? undefined : conflict(missing, keys);
  };
}

interface Index {
  readonly find: (declared: string) => readonly string[];
  readonly byName: ReadonlyMap<string, readonly LiveKey[]>;
}

function indexOf(candidates: readonly LiveKey[]): Index {
  const byName = groupByName(candidates);
  return { find: alteredNames(byName.keys()), byName };
}

function conflict(desired: DesiredKey, keys: readonly LiveKey[]): ConflictItem {
  const one = keys.length === 1;
  const { shown, more } = firstOf(keys, NAMED);
  const names = shown.map(({ id, name }) => `${JSON.stringify(name)} (id ${id})`);
  const found = `not live, but ${names.join(", ")}${more} ${one ? "has" : "have"} its fields and an altered form of its name: the server may have changed the name`;
  const ways = `rename ${one ? "it" : "one of them"} to ${JSON.stringify(desired.name)} in the console, declare the name as the server stores it, or delete ${one ? "it" : "them"}`;
  return {
    action: "conflict",
    code: "name-altered",
    name: desired.name,
    keys,
    reason: `${found}; nothing is created until you ${ways}`,
    at: desired.at,
  };
}
