import { describe, expect, test } from "vitest";
import { runProgram, type CliRun } from "../support/run-cli.ts";
import { playSchedule } from "./play-schedule.ts";
import { seedOf } from "./random.ts";
import { addTallies, medianFaults, NO_RUNS, tallyOf, thinCells } from "./report.ts";
import { judge } from "./judge.ts";
import { traceOf } from "./trace.ts";

/** In a process that is waited for: blocked for a minute, a worker of the test runner is given up. */
function simulate(...args: readonly string[]): Promise<CliRun> {
  return runProgram(process.execPath, ["scripts/simulate.mjs", ...args], { timeout: 600_000 });
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("the protocol under simulated faults", () => {
  test("keeps every promise on fixed seeds", async () => {
    const { code, stdout } = await simulate("--runs", "300", "--seed", "1");
    expect(stdout).toContain("no violation");
    expect(lastLine(stdout)).toMatch(/^300 schedules of seed 1: .* schedules per second$/);
    expect(code).toBe(0);
  });
});

describe("the simulation", () => {
  test("tells the same seed the same way, byte for byte", async () => {
    for (let index = 0; index < 12; index += 1) {
      const seed = seedOf(3, index);
      const first = await playSchedule(seed);
      await playSchedule(seed + 1);
      const second = await playSchedule(seed);
      expect(traceOf(second, judge(second))).toBe(traceOf(first, judge(first)));
    }
  });

  test("finds a planted bug and tells its seed and story", async () => {
    const { code, stdout } = await simulate(
      "--runs",
      "5000",
      "--seed",
      "2",
      "--bug",
      "unknown-as-failed",
    );
    expect(code).toBe(1);
    expect(stdout).toContain("VIOLATED (d)");
    const [, seed] = /^seed (\d+)$/m.exec(stdout) ?? [];
    const again = await simulate("--one", seed ?? "", "--bug", "unknown-as-failed");
    expect(again.code).toBe(1);
    expect(stdout).toContain(again.stdout.trim());
  });

  test("refuses to plant a bug it does not know", async () => {
    const { code, stderr } = await simulate("--runs", "1", "--bug", "no-such-bug");
    expect(code).not.toBe(0);
    expect(stderr).toContain("no bug no-such-bug: ");
  });

  test("disturbs schedules as much as it says", async () => {
    let total = NO_RUNS;
    for (let index = 0; index < 100; index += 1) {
      total = addTallies(total, tallyOf(await playSchedule(seedOf(9, index))));
    }
    expect(medianFaults(total)).toBeGreaterThanOrEqual(2);
    expect(total.twoAppliers / total.runs).toBeGreaterThanOrEqual(0.3);
    expect(total.killed / total.runs).toBeGreaterThanOrEqual(0.2);
  });

  test("calls a long run thin that missed a cell, and a short one not", () => {
    expect(thinCells({ ...NO_RUNS, runs: 49_999 })).toEqual([]);
    expect(thinCells({ ...NO_RUNS, runs: 50_000 })).toContain("lost|post|after");
  });
});
