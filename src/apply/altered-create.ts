import { alteredNames } from "../model/altered-name.ts";
import { groupByName, isUnused, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { cutText } from "../model/text.ts";
import { comparisonsOf } from "../plan/altered.ts";
import { isAsCreated } from "../plan/compare.ts";
import { answerOf, type CreateAttempt } from "./classify-create.ts";
import type { ApplyContext } from "./context.ts";
import type { CreateState } from "./create-state.ts";
import { unknown } from "./outcomes.ts";
import type { CreateRules } from "./surviving-record.ts";

/** Of a live name: a server sets no bound to it. */
const MAX_NAME = 200;

/**
 * A server may store another name than was sent: in lower case, cut, in another Unicode form. Then an
 * accepted create never shows under its own name, and every apply would add a key.
 *
 * @param isListed A list was read since; without, an older one and relists may show the key all the same.
 */
export function alteredName(
  attempt: CreateAttempt,
  { found, relisted }: CreateState,
  { mark, now }: CreateRules,
  { declared }: ApplyContext,
  isListed: boolean,
): Outcome | undefined {
  const { change } = attempt;
  const { name, desired } = change;
  const shown = found ?? relisted;
  if (answerOf(attempt)?.kind !== "accepted" || shown.has(name)) return undefined;
  const strange = strangersIn(shown, mark, declared);
  const first = (keys: Iterable<LiveKey>, most: number): readonly LiveKey[] => {
    const taken: LiveKey[] = [];
    for (const key of keys) {
      if (taken.length === most || strange.left <= 0) break;
      strange.left -= comparisonsOf(key);
      if (isUnused(key) && isAsCreated(key, desired.fields, now)) taken.push(key);
    }
    return taken;
  };
  const alike = first(strange.alike(name), MOST_TOLD + 1);
  // Without a likeness, only a single one can be it.
  const others = alike.length > 0 || !isListed ? [] : first(strange.keys, 2);
  // What was not compared may be it as well.
  if (strange.left <= 0) return undefined;
  const keys = others.length === 1 ? others : alike;
  const [key, ...more] = keys;
  if (key === undefined) return undefined;
  const told = keys
    .slice(0, MOST_TOLD)
    .map((one) => `a new key ${one.id} named ${JSON.stringify(cutText(one.name, MAX_NAME))}`);
  const several = keys.length > MOST_TOLD ? " and more" : "";
  const message = `the server accepted the create, but has ${told.join(" and ")}${several} instead: it alters names; rename that key, or declare the name as the server stores it`;
  return unknown(change, message, more.length === 0 ? key.id : undefined);
}

/** Keys that are named; a hostile list may show any number. */
const MOST_TOLD = 3;

/** Comparisons of one run; beyond, nothing is said of altered names. */
const MOST_COMPARED = 200_000;

interface Strangers {
  /** New keys of names that nobody declared. */
  readonly keys: readonly LiveKey[];
  /** Those of them whose name may be what the server made of this one. */
  readonly alike: (name: string) => Iterable<LiveKey>;
  /** Comparisons that are left. */
  left: number;
}

/** Found once for each look: many creates may ask for them. */
const STRANGERS = new WeakMap<ReadonlyMap<string, readonly LiveKey[]>, Strangers>();

function strangersIn(
  found: ReadonlyMap<string, readonly LiveKey[]>,
  mark: number,
  declared: ReadonlySet<string>,
): Strangers {
  const known = STRANGERS.get(found);
  if (known !== undefined) return known;
  const keys = [...found.values()]
    .flat()
    .filter(({ id, name }) => id > mark && !declared.has(name));
  const byName = groupByName(keys);
  const find = alteredNames(byName.keys());
  const alike = function* (name: string): Iterable<LiveKey> {
    for (const other of find(name)) yield* byName.get(other) ?? [];
  };
  const strangers = { keys, alike, left: MOST_COMPARED };
  STRANGERS.set(found, strangers);
  return strangers;
}
