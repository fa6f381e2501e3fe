import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { compareGrant, grantOf, quotaText, remainFor } from "../../src/model/quota.ts";

describe("a declared grant against what remains and what was used", () => {
  test.each([
    [500, 500, 0, "equal"],
    [500, 200, 300, "equal"],
    [500, -3, 503, "equal"],
    [500, 0, 500, "equal"],
    [500, 0, 501, "spent"],
    [500, -20, 600, "spent"],
    [0, 0, 7, "spent"],
    [0, 0, 0, "equal"],
    [0, 1, 0, "different"],
    [500, 1, 600, "different"],
    [1_000, 1_001, 0, "slight-excess"],
    [1_000, 501, 500, "slight-excess"],
    [1_000, 1_002, 0, "different"],
    [999, 1_000, 0, "different"],
    [1_000, 999, 0, "different"],
    [10_000, 4_010, 6_000, "slight-excess"],
    [10_000, 4_011, 6_000, "different"],
  ])("declared %i, remaining %i, used %i: %s", (declared, remain_quota, used_quota, verdict) => {
    expect(compareGrant(declared, { remain_quota, used_quota })).toBe(verdict);
  });
});

test("what is sent adds up to the grant, and is never negative", () => {
  const units = fc.nat({ max: 2 ** 52 });
  fc.assert(
    fc.property(units, units, (declared, used) => {
      const remain = remainFor(declared, used);
      expect(remain).toBe(used >= declared ? 0 : declared - used);
      const verdict = compareGrant(declared, { remain_quota: remain, used_quota: used });
      expect(["equal", "spent"]).toContain(verdict);
    }),
  );
});

test("spending moves units and leaves the grant", () => {
  expect(grantOf({ remain_quota: 200, used_quota: 300 })).toBe(500);
});

describe("quota for people", () => {
  test.each([
    [500_000, undefined, "500000"],
    [500_000, 500_000, "500000 ($1.00)"],
    [250_000, 500_000, "250000 ($0.50)"],
    [4_999, 500_000, "4999 (<$0.01)"],
    [5_000, 500_000, "5000 ($0.01)"],
    [0, 500_000, "0 ($0.00)"],
    [-7, 500_000, "-7 (-<$0.01)"],
    [-1_000_000, 500_000, "-1000000 (-$2.00)"],
  ])("%d at %s a dollar is %s", (units, rate, text) => {
    expect(quotaText(units, rate)).toBe(text);
  });
});
