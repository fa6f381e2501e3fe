import { expect, inject, test } from "vitest";
import { runProgram } from "../support/run-cli.ts";

test("the protocol keeps every promise on 20,000 schedules of a fresh seed", async () => {
  const args = ["--runs", "20000", "--seed", String(inject("seed"))];
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    ["scripts/simulate.mjs", ...args],
    { timeout: 3_000_000 },
  );
  // The whole story of the first violation, so that it can be played again by its own seed.
  expect({ stderr, stdout: code === 0 ? "" : stdout }).toEqual({ stderr: "", stdout: "" });
  expect(code).toBe(0);
});
