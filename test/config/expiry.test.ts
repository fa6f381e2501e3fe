import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { endOfDate, instantOf } from "../../src/config/expiry.ts";

const instant = fc.integer({ min: -2_000_000_000, max: 95_000_000_000 });

describe("calendar", () => {
  test("every instant is read back from its ISO text", () => {
    fc.assert(
      fc.property(instant, (second) => {
        const text = new Date(second * 1000).toISOString();
        expect(instantOf(text)).toBe(second);
        expect(instantOf(text.replace(".000Z", "+00:00"))).toBe(second);
      }),
    );
  });

  test("an offset is taken off", () => {
    expect(instantOf("2027-01-31T02:30:00+02:30")).toBe(instantOf("2027-01-31T00:00:00Z"));
    expect(instantOf("2027-01-30T23:00:00-01:00")).toBe(instantOf("2027-01-31T00:00:00Z"));
  });

  test("a bare date means its last second in UTC", () => {
    expect(endOfDate("2027-01-31")).toBe(Date.UTC(2027, 0, 31, 23, 59, 59) / 1000);
  });

  test.each([
    "2027-02-29",
    "2100-02-29",
    "2027-04-31",
    "2027-13-01",
    "2027-00-10",
    "2027-01-00",
    "2027-1-1",
    "27-01-01",
  ])("%s is not a date", (text) => expect(endOfDate(text)).toBeUndefined());

  test.each(["2000-02-29", "2028-02-29"])("%s is a leap day", (text) => {
    expect(endOfDate(text)).toBe(Date.parse(`${text}T23:59:59Z`) / 1000);
  });

  test.each([
    "2027-01-31T24:00:00Z",
    "2027-01-31T23:60:00Z",
    "2027-01-31T23:59:60Z",
    "2027-01-31T00:00:00",
    "2027-01-31T00:00Z",
    "2027-01-31T00:00:00.5Z",
    "2027-01-31T00:00:00+24:00",
    "2027-01-31T00:00:00+0200",
  ])("%s is not an instant", (text) => expect(instantOf(text)).toBeUndefined());
});
