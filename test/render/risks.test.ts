import { expect, test } from "vitest";
import { describePlan } from "../../src/render/change.ts";
import { gravestFirst, risksOf } from "../../src/render/risks.ts";
import { absentKey, desiredKey, liveKey } from "../support/records.ts";
import { planOf } from "./plan-cases.ts";

const PLAN = planOf(
  [
    desiredKey({ group: "default", expired_time: 1_900_000_000 }, "narrowed"),
    desiredKey({ group: "vip" }, "widened"),
    desiredKey({ remain_quota: 5 }, "new"),
    desiredKey({ remain_quota: 5, status: "disabled" }, "new-disabled"),
    absentKey("old"),
    desiredKey({ remain_quota: 5 }, "twice"),
  ],
  [
    liveKey({ id: 1, name: "narrowed", group: "default" }),
    liveKey({ id: 2, name: "widened", group: "default" }),
    liveKey({ id: 3, name: "old" }),
    ...Array.from({ length: 12 }, (_, index) => liveKey({ id: 10 + index, name: "twice" })),
  ],
);
const CHANGES = describePlan(PLAN);

test("what cannot be undone comes first, then what is live, and harmless creates last", () => {
  const names = gravestFirst(CHANGES).map(({ name }) => name);
  expect(names).toEqual(["old", "twice", "widened", "narrowed", "new", "new-disabled"]);
});

test("each risk is told under its kind, in the order of the kinds", () => {
  expect(risksOf(CHANGES).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "delete old",
    "conflict twice",
    "widen widened",
    "widen new",
  ]);
});

test("duplicates are told by their ids, ten at most", () => {
  const [conflict] = risksOf(CHANGES).filter(({ kind }) => kind === "conflict");
  expect(conflict?.detail).toContain("(ids 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 2 more)");
});
