import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/model/duration.ts";

describe("a duration has a unit", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["72h", 259_200_000],
    ["14d", 1_209_600_000],
    ["0s", 0],
    ["007s", 7_000],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    "30",
    "s",
    "-5s",
    "+5s",
    "1.5s",
    "5 s",
    " 5s",
    "5S",
    "5min",
    "1h30m",
    "1e3s",
    "9999999999s",
    "5w",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("any other text is none, and never a number that is not finite", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || Number.isSafeInteger(ms)).toBe(true);
      }),
    );
  });
});
