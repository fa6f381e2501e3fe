import { expect, test } from "vitest";
import { withinTime } from "../../src/run/time-limit.ts";

/** Far longer than the work takes, on any machine. */
const LONG_MS = 300_000;

test("work that comes to an end gives its value", () => {
  expect(withinTime(LONG_MS, () => [1, 2].map((n) => n * 2))).toEqual([2, 4]);
});

test("a pattern that finds no end is stopped", () => {
  const text = `${"a".repeat(60)}-`;
  expect(withinTime(20, () => /^(a+)+$/.test(text))).toBeUndefined();
});

test("so is a loop, also where no time is left at all", () => {
  const forever = (): number => {
    for (let n = 0; ; n += 1) if (n < 0) return n;
  };
  expect(withinTime(20, forever)).toBeUndefined();
  expect(withinTime(-5, forever)).toBeUndefined();
});

test("an error of the work is its own", () => {
  const work = (): never => {
    throw new RangeError("of the work");
  };
  expect(() => withinTime(LONG_MS, work)).toThrow(new RangeError("of the work"));
});
