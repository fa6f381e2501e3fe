import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { Plan } from "../../src/model/plan.ts";
import { verdict } from "../../src/render/plan-summary.ts";
import { desiredKey, liveKey } from "../support/records.ts";
import { planOf } from "./plan-cases.ts";

const TWICE = [liveKey({ id: 1, name: "twice" }), liveKey({ id: 2, name: "twice" })];
const twice = desiredKey({ remain_quota: 5 }, "twice");
const late = desiredKey({ remain_quota: 5, expired_time: 1 }, "late");
const fresh = desiredKey({ remain_quota: 5 }, "fresh");
const same = desiredKey({}, "twice");

function error(code: Diagnostic["code"]): Diagnostic {
  return { severity: "error", code, message: "m" };
}

describe("a reviewer is told whether apply would go through", () => {
  test.each<[string, Plan, readonly Diagnostic[], string]>([
    ["nothing to do", planOf([same], [liveKey({ name: "twice" })]), [], "Nothing to apply."],
    ["a create", planOf([fresh], []), [], "Apply would go through."],
    [
      "a conflict beside it",
      planOf([fresh, twice], TWICE),
      [],
      "Apply would make the other changes and end with code 8.",
    ],
    [
      "a conflict alone",
      planOf([twice], TWICE),
      [],
      "Apply would change nothing and end with code 8.",
    ],
    [
      "a blocked key alone",
      planOf([late], []),
      [],
      "Apply would change nothing and end with code 5.",
    ],
    [
      "both",
      planOf([fresh, late, twice], TWICE),
      [],
      "Apply would make the other changes and end with code 8.",
    ],
    [
      "what refuses the whole run",
      planOf([fresh], []),
      [error("widening-denied")],
      "Apply would change nothing and end with code 5.",
    ],
    [
      "what drift looks for refuses nothing",
      planOf([fresh], []),
      [error("expiring")],
      "Apply would go through.",
    ],
  ])("%s", (_, plan, diagnostics, text) => {
    const goesThrough = !text.includes("end with");
    expect(verdict(plan, diagnostics)).toEqual({ goesThrough, text });
  });
});
