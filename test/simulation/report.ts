import type { Violation } from "./evidence.ts";
import { CELLS, FAULT_NAMES } from "./faults.ts";
import { REQUEST_KINDS } from "./exchange-log.ts";
import type { History } from "./play-schedule.ts";

/** What a number of runs came to; workers send it home, so it is plain data. */
export interface Tally {
  readonly runs: number;
  readonly cells: Readonly<Record<string, number>>;
  /** How many runs had how many faults. */
  readonly faults: Readonly<Record<string, number>>;
  readonly twoAppliers: number;
  readonly killed: number;
  readonly violated: readonly ViolatedRun[];
}

export interface ViolatedRun {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly trace: string;
}

export const NO_RUNS: Tally = {
  runs: 0,
  cells: {},
  faults: {},
  twoAppliers: 0,
  killed: 0,
  violated: [],
};

/** Traces are long; a broken rule needs few of them. */
const MOST_KEPT = 20;

export function tallyOf(history: History): Tally {
  return {
    runs: 1,
    cells: Object.fromEntries(history.cells),
    faults: { [history.faults]: 1 },
    twoAppliers: history.schedule.runs.length > 1 ? 1 : 0,
    killed: history.runs.some(({ killedAt }) => killedAt !== undefined) ? 1 : 0,
    violated: [],
  };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    runs: a.runs + b.runs,
    cells: addCounts(a.cells, b.cells),
    faults: addCounts(a.faults, b.faults),
    twoAppliers: a.twoAppliers + b.twoAppliers,
    killed: a.killed + b.killed,
    violated: [...a.violated, ...b.violated].slice(0, MOST_KEPT),
  };
}

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export function medianFaults({ faults, runs }: Tally): number {
  let seen = 0;
  const counts = Object.entries(faults).map(([count, times]) => [Number(count), times] as const);
  for (const [count, times] of counts.toSorted(([a], [b]) => a - b)) {
    seen += times;
    if (seen * 2 >= runs) return count;
  }
  return 0;
}

/** From this many runs on, every cell of the table must have been hit often. */
const COVERED_FROM = 50_000;
const HITS_WANTED = 100;

/** The cells hit too seldom for a proof; a short run proves nothing about coverage. */
export function thinCells({ runs, cells }: Tally): readonly string[] {
  return runs < COVERED_FROM ? [] : CELLS.filter((cell) => (cells[cell] ?? 0) < HITS_WANTED);
}

/** Fault × request kind, hits before the server did its part / after it. */
export function tableOf({ cells }: Tally): string {
  const known = new Set(CELLS);
  const rows = FAULT_NAMES.map((fault) => [
    fault,
    ...REQUEST_KINDS.map((kind) =>
      (["before", "after"] as const)
        .map((phase) => `${fault}|${kind}|${phase}`)
        .map((cell) => (known.has(cell) ? String(cells[cell] ?? 0) : "-"))
        .join(" / "),
    ),
  ]);
  const table = [["before / after", ...REQUEST_KINDS], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths?.[at] ?? 0) : cell.padStart(widths?.[at] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

/** The last line of the output. */
export function summaryOf(tally: Tally, seed: number, seconds: number): string {
  const share = (count: number): string => `${Math.round((count / tally.runs) * 100)} %`;
  const verdict =
    tally.violated.length === 0 ? "no violation" : `${tally.violated.length} runs VIOLATED`;
  return [
    `${tally.runs} schedules of seed ${seed}: ${verdict}`,
    `median ${medianFaults(tally)} faults`,
    `two appliers in ${share(tally.twoAppliers)}`,
    `killed in ${share(tally.killed)}`,
    `${Math.round(tally.runs / seconds)} schedules per second`,
  ].join(", ");
}
