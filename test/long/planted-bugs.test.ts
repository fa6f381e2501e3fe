import { describe, expect, test } from "vitest";
import { runProgram } from "../support/run-cli.ts";
import { PLANTED_BUGS } from "../simulation/planted-bugs.ts";

const SEEDS = [101, 102, 103];

describe("the simulation finds every planted bug within 20,000 schedules", () => {
  test.each(PLANTED_BUGS.flatMap(({ name }) => SEEDS.map((seed) => ({ name, seed }))))(
    "$name with seed $seed",
    async ({ name, seed }) => {
      const args = ["--runs", "20000", "--seed", String(seed), "--bug", name];
      const { code, stdout, stderr } = await runProgram(
        process.execPath,
        ["scripts/simulate.mjs", ...args],
        { timeout: 1_800_000 },
      );
      expect(stderr).toBe("");
      expect(stdout).toContain("VIOLATED (");
      expect(code).toBe(1);
    },
  );
});
