import pLimit from "p-limit";
import { MOST_REVEALED, type Revealed } from "../api/reveal-keys.ts";
import { sleep } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import type { ApplyContext } from "./context.ts";

/** What is done with each key that was wanted, once. */
export interface Takers {
  readonly take: (id: number, key: Secret) => Promise<void>;
  /** Its value is not to be had, and why; undefined where the run was stopped. */
  readonly miss: (id: number, why: string | undefined) => void;
}

/** Servers that mask keys show them 20 times in 20 minutes, however many at once; one call is spare. */
const WINDOW_MS = 20 * 60_000;
const MOST_CALLS = 19;

/** Where a limit names no time, ms. */
const UNTOLD_MS = 60_000;

/** What has to be left of `--deadline` after a wait, ms, so that what was obtained can be delivered. */
const LEAST_LEFT_MS = 10_000;

/**
 * Obtains the values of keys, as few calls as it takes: those that a list showed whole, then a hundred at a
 * time, then, where the server knows no such call, one by one under its limit. What was obtained is taken
 * before more is asked for: a wait can be as long as the limit's window, and the run may end in it.
 *
 * @param whole The values that a list has shown.
 */
export async function obtainKeys(
  ids: readonly number[],
  whole: ReadonlyMap<number, Secret>,
  context: ApplyContext,
  { take, miss }: Takers,
): Promise<void> {
  const limit = pLimit(context.concurrency);
  /** Takes those of `asked` that are known, and gives the others. */
  const takeOf = async (
    asked: readonly number[],
    keys: ReadonlyMap<number, Secret>,
  ): Promise<readonly number[]> => {
    const taken = asked.flatMap((id) => {
      const key = keys.get(id);
      return key === undefined ? [] : [limit(() => take(id, key))];
    });
    await Promise.all(taken);
    return asked.filter((id) => !keys.has(id));
  };
  let rest = await takeOf(ids, whole);
  const pace = createPace(context);
  let most = MOST_REVEALED;
  while (rest.length > 0) {
    const asked = rest.slice(0, most);
    const shown = await reveal(asked, context, pace);
    // Where several at once are refused, one by one may still be shown.
    const isRefused = shown.kind === "failed" || shown.kind === "no-endpoint";
    if (isRefused && asked.length > 1) {
      most = 1;
      continue;
    }
    // What holds for one then holds for all that are left.
    const isOver = shown.kind === "stopped" || shown.kind === "limited";
    if (isOver || shown.kind === "no-endpoint") {
      for (const id of rest) miss(id, whyNot(shown));
      return;
    }
    rest = rest.slice(asked.length);
    const missing = shown.kind === "shown" ? await takeOf(asked, shown.keys) : asked;
    for (const id of missing) miss(id, whyNot(shown));
  }
}

const LIMITED =
  "the server limits how often it shows keys, and --deadline comes before it shows more (give --deadline 2h, for instance)";

/** What came of a call that had to wait for its turn. */
type Answered = Revealed | { readonly kind: "stopped" };

function whyNot(shown: Answered): string | undefined {
  switch (shown.kind) {
    case "stopped":
      return undefined;
    case "limited":
      return LIMITED;
    case "failed":
      return `the server did not show the key: ${shown.message}`;
    case "no-endpoint":
      return "the server masks keys, and has no way to show one";
    case "shown":
      return "the server did not show the key";
  }
}

/** One call, once every limit lets it through: ours, and the server's own, for as long as there is time. */
async function reveal(
  ids: readonly number[],
  { api, stop }: ApplyContext,
  pace: Pace,
): Promise<Answered> {
  for (;;) {
    const isFree = await pace.turn();
    if (stop.writes.aborted) return { kind: "stopped" };
    if (!isFree) return { kind: "limited" };
    const shown = await api.reveal(ids);
    if (shown.kind !== "limited") return shown;
    const isOver = !(await pace.wait(shown.ms ?? UNTOLD_MS));
    if (stop.writes.aborted) return { kind: "stopped" };
    if (isOver) return shown;
  }
}

interface Pace {
  /** Waits until one more call is within the limit; false where the run would be over before. */
  readonly turn: () => Promise<boolean>;
  readonly wait: (ms: number) => Promise<boolean>;
}

function createPace({ clock, stop, emit }: ApplyContext): Pace {
  let calls: readonly number[] = [];
  const wait = async (ms: number): Promise<boolean> => {
    if (clock.now() + ms > stop.deadlineAt - LEAST_LEFT_MS) return false;
    if (ms > 0) emit({ type: "wait", what: "for the server to show more keys", ms });
    return (await sleep(clock, ms, stop.writes)) === "elapsed";
  };
  return {
    wait,
    turn: async () => {
      if (stop.writes.aborted) return false;
      calls = calls.filter((at) => clock.now() - at < WINDOW_MS);
      const first = calls.at(-MOST_CALLS);
      const isFree = first === undefined || (await wait(first + WINDOW_MS - clock.now()));
      if (isFree) calls = [...calls, clock.now()];
      return isFree;
    },
  };
}
