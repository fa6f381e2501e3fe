import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { firstFrom, indexRanges } from "../../src/config/ranges.ts";

const range = fc
  .tuple(fc.nat(60), fc.nat(8))
  .map(([start, length]) => ({ start, end: start + length }));
const ranges = fc.array(range, { maxLength: 30 });

test("the first number from a bound on is found", () => {
  const numbers = [2, 4, 4, 9];
  expect([0, 2, 3, 4, 5, 9, 10].map((least) => firstFrom(numbers, least))).toEqual([
    0, 0, 1, 1, 3, 3, 4,
  ]);
});

describe("an index of ranges says the same as comparing each with each", () => {
  test("of those that touch one", () => {
    fc.assert(
      fc.property(ranges, range, (all, one) => {
        const touching = all.some(({ start, end }) => start < one.end && one.start < end);
        expect(indexRanges(all).touches(one)).toBe(touching);
      }),
    );
  });

  test("of those that lie inside of one", () => {
    fc.assert(
      fc.property(ranges, range, (all, one) => {
        const inside = all.some(({ start, end }) => one.start <= start && end <= one.end);
        expect(indexRanges(all).within(one)).toBe(inside);
      }),
    );
  });
});
