import * as fc from "../support/fast-check.ts";
import { expect, test } from "vitest";
import { CODES } from "../../src/model/codes.ts";
import { EXIT, worstExit, type ExitCode } from "../../src/model/exit-code.ts";

const ALL: readonly ExitCode[] = Object.values(EXIT);

test("without a code all is well", () => {
  expect(worstExit([])).toBe(0);
});

test.each([
  [[0, 2], 2],
  [[2, 5], 5],
  [[5, 6], 6],
  [[6, 8], 8],
  [[8, 9], 9],
  [[9, 7], 7],
  [[7, 3], 3],
  [[3, 4], 4],
  [[4, 143], 143],
  [[143, 130], 130],
  [[130, 129], 129],
  [[129, 1], 1],
] as const)("of %j the exit code is %i", (codes, worst) => {
  expect(worstExit(codes)).toBe(worst);
  expect(worstExit(codes.toReversed())).toBe(worst);
});

test("the exit code is one of those that apply, in whatever order they come", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ALL), { minLength: 1 }), (codes) => {
      expect(codes).toContain(worstExit(codes));
      expect(worstExit(codes.toReversed())).toBe(worstExit(codes));
    }),
  );
});

test("no error code leads to success", () => {
  const ends = Object.entries(CODES).filter(([, exit]) => ALL.indexOf(exit) < 1);
  expect(ends).toEqual([]);
});
