import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { limitDelay, parseRetryAfter, readDelay, READ_TRIES } from "../../src/api/backoff.ts";

const NOW = Date.parse("2027-01-15T08:00:00Z");
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("Retry-After", () => {
  test.each([
    ["180", 180_000],
    [" 0 ", 0],
    ["999999999", 999_999_999_000],
    ["Fri, 15 Jan 2027 08:00:30 GMT", 30_000],
    ["Fri, 15 Jan 2027 07:59:00 GMT", 0],
  ])("%j is %i ms", (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms);
  });

  test.each([undefined, "", "-5", "1.5", "1e3", "9999999999", "soon", "2027-01-15"])(
    "%j names no time",
    (text) => {
      expect(parseRetryAfter(text, NOW)).toBeUndefined();
    },
  );

  test("any text gives a time from now on, or none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseRetryAfter(text, NOW);
        expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});

test("the waits of a read double from half a second, each within a quarter", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: READ_TRIES - 1 }), fraction, (n, random) => {
      const middle = 500 * 2 ** (n - 1);
      const ms = readDelay(n, () => random);
      expect(ms).toBeGreaterThanOrEqual(middle * 0.75);
      expect(ms).toBeLessThanOrEqual(middle * 1.25);
    }),
  );
});

test("all waits of one read take about four seconds together", () => {
  const waits = [1, 2, 3].map((n) => readDelay(n, () => 0.5));
  expect(waits).toEqual([500, 1_000, 2_000]);
});

test("a limit without a time is waited out up to half a minute", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fraction, (n, random) => {
      const ms = limitDelay(n, () => random);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** n));
    }),
  );
});
