import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { playSchedule } from "./play-schedule.ts";
import { seedOf } from "./random.ts";
import { addTallies, medianFaults, NO_RUNS, tallyOf, thinCells } from "./report.ts";
import { judge } from "./judge.ts";
import { traceOf } from "./trace.ts";

function simulate(...args: readonly string[]): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/simulate.mjs", ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("the protocol under simulated faults", () => {
  test("keeps every promise on fixed seeds", () => {
    const { status, stdout } = simulate("--runs", "3000", "--seed", "1");
    expect(stdout).toContain("no violation");
    expect(lastLine(stdout)).toMatch(/^3000 schedules of seed 1: .* schedules per second$/);
    expect(status).toBe(0);
  });

  test("keeps every promise on a fresh seed", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { status, stdout } = simulate("--runs", "300", "--seed", String(seed));
    // What failed can be played again: the seed stands in the last line, the run's in its trace.
    process.stdout.write(status === 0 ? `${lastLine(stdout)}\n` : stdout);
    expect(status).toBe(0);
  });
});

describe("the simulation", () => {
  test("tells the same seed the same way, byte for byte", async () => {
    for (let index = 0; index < 25; index += 1) {
      const seed = seedOf(3, index);
      const first = await playSchedule(seed);
      await playSchedule(seed + 1);
      const second = await playSchedule(seed);
      expect(traceOf(second, judge(second))).toBe(traceOf(first, judge(first)));
    }
  });

  test("finds a planted bug and tells its seed and story", () => {
    const { status, stdout } = simulate(
      "--runs",
      "5000",
      "--seed",
      "2",
      "--bug",
      "unknown-as-failed",
    );
    expect(status).toBe(1);
    expect(stdout).toContain("VIOLATED (d)");
    const [, seed] = /^seed (\d+)$/m.exec(stdout) ?? [];
    const again = simulate("--one", seed ?? "", "--bug", "unknown-as-failed");
    expect(again.status).toBe(1);
    expect(stdout).toContain(again.stdout.trim());
  });

  test("refuses to plant a bug it does not know", () => {
    expect(simulate("--runs", "1", "--bug", "no-such-bug").status).not.toBe(0);
  });

  test("disturbs schedules as much as it says", async () => {
    let total = NO_RUNS;
    for (let index = 0; index < 400; index += 1) {
      total = addTallies(total, tallyOf(await playSchedule(seedOf(9, index))));
    }
    expect(medianFaults(total)).toBeGreaterThanOrEqual(3);
    expect(total.twoAppliers / total.runs).toBeGreaterThanOrEqual(0.3);
    expect(total.killed / total.runs).toBeGreaterThanOrEqual(0.2);
  });

  test("calls a long run thin that missed a cell, and a short one not", () => {
    expect(thinCells({ ...NO_RUNS, runs: 49_999 })).toEqual([]);
    expect(thinCells({ ...NO_RUNS, runs: 50_000 })).toContain("lost|post|after");
  });
});
