import { judge } from "./judge.ts";
import { playSchedule } from "./play-schedule.ts";
import { seedOf } from "./random.ts";
import { addTallies, NO_RUNS, tallyOf, type Tally, type ViolatedRun } from "./report.ts";
import { traceOf } from "./trace.ts";

export interface Batch {
  readonly seed: number;
  /** Runs `from`, `from + step`, … below `to`. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** End at the first violation. */
  readonly stopAtFirst: boolean;
}

/** Plays one run of a seed of its own and judges it. */
export async function playOne(seed: number): Promise<{ tally: Tally; violated?: ViolatedRun }> {
  const history = await playSchedule(seed);
  const violations = judge(history);
  const tally = tallyOf(history);
  if (violations.length === 0) return { tally };
  const violated = { seed, violations, trace: traceOf(history, violations) };
  return { tally: { ...tally, violated: [violated] }, violated };
}

export async function runBatch({ seed, from, to, step, stopAtFirst }: Batch): Promise<Tally> {
  let total = NO_RUNS;
  for (let index = from; index < to; index += step) {
    const { tally, violated } = await playOne(seedOf(seed, index));
    total = addTallies(total, tally);
    if (violated !== undefined && stopAtFirst) break;
  }
  return total;
}
