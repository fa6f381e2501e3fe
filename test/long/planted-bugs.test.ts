import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { PLANTED_BUGS } from "../simulation/planted-bugs.ts";

const SEEDS = [101, 102, 103];

describe("the simulation finds every planted bug within 5,000 schedules", () => {
  test.each(PLANTED_BUGS.flatMap(({ name }) => SEEDS.map((seed) => ({ name, seed }))))(
    "$name with seed $seed",
    { timeout: 300_000 },
    ({ name, seed }) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["scripts/simulate.mjs", "--runs", "5000", "--seed", String(seed), "--bug", name],
        { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
      );
      expect(stderr).toBe("");
      expect(stdout).toContain("VIOLATED (");
      expect(status).toBe(1);
    },
  );
});
