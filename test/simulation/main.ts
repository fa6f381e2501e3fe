import { judge } from "./judge.ts";
import { playSchedule } from "./play-schedule.ts";
import { addTallies, NO_RUNS, summaryOf, tableOf, thinCells, type Tally } from "./report.ts";
import { runBatch, type Batch } from "./run-batch.ts";
import { traceOf } from "./trace.ts";

// The bundle of the simulation. As a worker it gets a batch and sends its tally home; the script
// that bundles it starts the workers and prints with the functions below.
process.on("message", (batch: Batch) => {
  void runBatch(batch).then((tally) => process.send?.(tally, () => process.disconnect()));
});

/** The text that tells a run from beginning to end. */
export async function tellOne(seed: number): Promise<{ text: string; violated: boolean }> {
  const history = await playSchedule(seed);
  const violations = judge(history);
  return { text: traceOf(history, violations), violated: violations.length > 0 };
}

/** The whole report of a number of runs, and whether it is good. */
export function reportOf(
  tallies: readonly Tally[],
  seed: number,
  seconds: number,
): { text: string; good: boolean } {
  const total = tallies.reduce(addTallies, NO_RUNS);
  const thin = thinCells(total);
  const [first] = total.violated;
  const rules = total.violated.map(
    ({ seed, violations }) =>
      `seed ${seed}: ${violations.map(({ invariant, rule }) => `(${invariant}) ${rule}`).join("; ")}`,
  );
  const parts = [
    tableOf(total),
    ...(first === undefined ? [] : [first.trace, rules.join("\n")]),
    ...(thin.length === 0 ? [] : [`hit fewer than 100 times: ${thin.join(", ")}`]),
    summaryOf(total, seed, seconds),
  ];
  return { text: parts.join("\n\n"), good: first === undefined && thin.length === 0 };
}
