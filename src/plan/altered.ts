import { alteredNames } from "../model/altered-name.ts";
import { groupByName, namesOf, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { ConflictItem } from "../model/plan.ts";
import { cutText } from "../model/text.ts";
import { isAsCreated } from "./compare.ts";

/** Names that a reason quotes. */
const NAMED = 3;

/** Keys of one conflict that are looked for; a person has to look anyway. */
const MOST_KEYS = 5;

/**
 * Comparisons of one plan. Accounts come nowhere near; beyond it a key under an altered form of the name
 * counts without being compared, so that names made to look alike do not take the square of their number.
 */
const MOST_COMPARED = 100_000;
/** Of stored lists, that count as one more comparison. */
const LIST_CHARACTERS = 500;

/** As how many a comparison with this key counts: long lists take as much longer. */
export function comparisonsOf({ allow_ips: addresses, model_limits: models }: LiveKey): number {
  return 1 + Math.floor(((addresses?.length ?? 0) + models.length) / LIST_CHARACTERS);
}

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
  let left = MOST_COMPARED;
  const mayBeIt = (key: LiveKey, missing: DesiredKey): boolean => {
    left -= comparisonsOf(key);
    return left < 0 || isAsCreated(key, missing.fields, now);
  };
  return (missing) => {
    // Mostly nothing is missing, and then no name has to be folded at all.
    index ??= indexOf(candidates);
    const { find, byName } = index;
    const keys: LiveKey[] = [];
    // What was not delivered yet has another name, and only under that one it is found again.
    for (const own of namesOf(missing)) {
      for (const name of find(own)) {
        for (const key of byName.get(name) ?? []) {
          if (keys.length > MOST_KEYS) break;
          if (mayBeIt(key, missing)) keys.push(key);
        }
        if (keys.length > MOST_KEYS) break;
      }
      if (keys.length > 0) return conflict(missing, own, keys);
    }
    return undefined;
  };
}

interface Index {
  readonly find: (declared: string) => Iterable<string>;
  readonly byName: ReadonlyMap<string, readonly LiveKey[]>;
}

function indexOf(candidates: readonly LiveKey[]): Index {
  const byName = groupByName(candidates);
  return { find: alteredNames(byName.keys()), byName };
}

/** Of a live name: a server sets no bound to it. */
const MAX_NAME = 80;

function conflict(desired: DesiredKey, name: string, candidates: readonly LiveKey[]): ConflictItem {
  const one = candidates.length === 1;
  const keys = candidates.slice(0, MOST_KEYS).toSorted((a, b) => a.id - b.id);
  const shown = keys.slice(0, NAMED);
  const more = candidates.length > NAMED ? " and more" : "";
  const names = shown.map(
    ({ id, name }) => `${JSON.stringify(cutText(name, MAX_NAME))} (id ${id})`,
  );
  const found = `not live, but ${names.join(", ")}${more} ${one ? "has" : "have"} its fields and an altered form of its name: the server may have changed the name`;
  const ways = `rename ${one ? "it" : "one of them"} to ${JSON.stringify(name)} in the console, declare the name as the server stores it, or delete ${one ? "it" : "them"}`;
  return {
    action: "conflict",
    code: "name-altered",
    name: desired.name,
    keys,
    reason: `${found}; nothing is created until you ${ways}`,
    at: desired.at,
  };
}
