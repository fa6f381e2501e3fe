/** Runs of this many characters of a secret are never printed. */
export const RUN = 8;

export function runsOf(text: string): readonly string[] {
  const count = Math.max(0, text.length - RUN + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + RUN));
}

export interface Recent {
  readonly add: (text: string) => unknown;
  readonly remove: (text: string) => void;
  readonly has: (text: string) => boolean;
  readonly isEmpty: () => boolean;
}

/**
 * A set that forgets what has not been added again for long: a server that makes up new keys with
 * every answer takes no more memory than two lists do.
 */
export function recent(most: number): Recent {
  let [before, now] = [new Set<string>(), new Set<string>()];
  return {
    add: (text) => {
      if (now.size >= most) [before, now] = [now, new Set()];
      now.add(text);
    },
    remove: (text) => {
      now.delete(text);
      before.delete(text);
    },
    has: (text) => now.has(text) || before.has(text),
    isEmpty: () => now.size === 0,
  };
}

/** Letters, digits, and what stands for those that a server does not show. */
const ORDINARY = /^[A-Za-z0-9*]+$/;

/** So often are whole keys searched for a run before the runs of all of them are made. */
const MOST_SEARCHES = 100;

/**
 * The runs of a server's keys. Forty for each key take longer to make, and more memory, than all the rest
 * of a list; and in most of what leaves the process hardly anything looks like a part of a key.
 */
export function runsOfKeys(most: number): Omit<Recent, "remove"> {
  const runs = recent(most);
  const whole = new Set<string>();
  let size = 0;
  let searches = 0;
  let areOrdinary = true;
  const makeRuns = (): void => {
    for (const key of whole) for (const run of runsOf(key)) runs.add(run);
    whole.clear();
    size = 0;
  };
  return {
    add: (key) => {
      if (whole.has(key)) return;
      whole.add(key);
      size += key.length;
      areOrdinary &&= ORDINARY.test(key);
      if (size >= most) makeRuns();
    },
    has: (run) => {
      if (areOrdinary && !ORDINARY.test(run)) return false;
      if (whole.size > 0) {
        searches += 1;
        if (searches > MOST_SEARCHES) makeRuns();
        for (const key of whole) if (key.includes(run)) return true;
      }
      return runs.has(run);
    },
    isEmpty: () => whole.size === 0 && runs.isEmpty(),
  };
}
