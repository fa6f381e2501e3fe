import { KEY_SHAPED, SHORTEST_KEY } from "../model/text.ts";

/** Runs of this many characters of a secret are never printed. */
export const RUN = 8;

/** Every part of so many characters, in UTF-16 units. */
export function runsOf(text: string, length = RUN): readonly string[] {
  const count = Math.max(0, text.length - length + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + length));
}

const SHAPED = new RegExp(KEY_SHAPED, "g");

/** The parts of a text that may be a key, each of `SHORTEST_KEY` characters. */
export function shapedRunsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(SHAPED)).flatMap(([shaped]) => runsOf(shaped, SHORTEST_KEY));
}

/** What servers have sent as keys in this run. */
export interface ServerKeys {
  readonly add: (key: string) => void;
  /** Whether a run of `RUN` characters stands in one of them. */
  readonly has: (run: string) => boolean;
  /** Whether a text has so many consecutive characters of one of them as the shortest key has. */
  readonly isOneIn: (text: string) => boolean;
  readonly isEmpty: () => boolean;
}

interface Generation {
  readonly keys: Set<string>;
  /** UTF-16 units of the keys. */
  size: number;
  /** Made when they are asked for, by their length. */
  readonly runs: Map<number, Set<string>>;
}

const generation = (): Generation => ({ keys: new Set(), size: 0, runs: new Map() });

function runsIn({ keys, runs }: Generation, length: number): ReadonlySet<string> {
  const made = runs.get(length) ?? new Set(Array.from(keys).flatMap((key) => runsOf(key, length)));
  runs.set(length, made);
  return made;
}

/** Letters, digits, and what stands for those that a server does not show. */
const ORDINARY = /^[A-Za-z0-9*]+$/;

/** So often are whole keys searched for a run before the runs of all of them are made. */
const MOST_SEARCHES = 100;

/**
 * Forty runs for each key take longer to make, and more memory, than all the rest of a list; and in most of
 * what leaves the process hardly anything looks like a part of a key. So they are made only when asked for.
 *
 * @param most UTF-16 units of keys, and as many again of those before: a server that makes up new keys with
 *   every answer takes no more memory than two lists do.
 */
export function serverKeys(most: number): ServerKeys {
  let [before, now] = [generation(), generation()];
  let searches = 0;
  let areOrdinary = true;
  const isIn = (of: Generation, run: string): boolean => {
    if (of.runs.has(RUN) || searches > MOST_SEARCHES) return runsIn(of, RUN).has(run);
    for (const key of of.keys) if (key.includes(run)) return true;
    return false;
  };
  return {
    add: (key) => {
      if (now.keys.has(key)) return;
      if (now.size + key.length > most) [before, now] = [now, generation()];
      now.keys.add(key);
      now.size += key.length;
      for (const [length, made] of now.runs) for (const run of runsOf(key, length)) made.add(run);
      areOrdinary &&= ORDINARY.test(key);
    },
    has: (run) => {
      if (areOrdinary && !ORDINARY.test(run)) return false;
      searches += 1;
      return isIn(now, run) || isIn(before, run);
    },
    isOneIn: (text) =>
      shapedRunsOf(text).some(
        (run) => runsIn(now, SHORTEST_KEY).has(run) || runsIn(before, SHORTEST_KEY).has(run),
      ),
    isEmpty: () => now.size === 0,
  };
}
