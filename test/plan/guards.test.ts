import { describe, expect, test } from "vitest";
import { groupByName } from "../../src/model/key.ts";
import { findRecords } from "../../src/plan/records.ts";
import { expiringWarnings } from "../../src/plan/guards.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

const HOUR = 3_600;

describe("--deny-widening", () => {
  const refusals = (names: readonly string[], grant: number, denyWidening = true) => {
    const keys = names.map((name) => desiredKey({ remain_quota: grant }, name));
    const live = names.map((name, index) => liveKey({ id: index + 1, name }));
    const plan = planKeys(
      { files: [], scopes: [], protect: [], keys },
      live,
      planOptions({ denyWidening }, NOW),
    );
    return plan.diagnostics.map(({ code, message }) => `${code}: ${message}`);
  };

  test("refuses the run and names what widens", () => {
    expect(refusals(["a", "b"], 900)).toEqual([
      'widening-denied: 2 changes widen what keys may do (--deny-widening): "a", "b"',
    ]);
  });

  test("speaks of one change as of one", () => {
    expect(refusals(["a"], 900)).toEqual([
      'widening-denied: 1 change widens what keys may do (--deny-widening): "a"',
    ]);
  });

  test("names ten and counts the rest", () => {
    const names = Array.from({ length: 12 }, (_, index) => `key-${String(index).padStart(2, "0")}`);
    expect(refusals(names, 900)).toEqual([expect.stringMatching(/"key-09" and 2 more$/)]);
  });

  test("lets what narrows pass", () => {
    expect(refusals(["a"], 100)).toEqual([]);
  });

  test("is silent where it is not asked for", () => {
    expect(refusals(["a"], 900, false)).toEqual([]);
  });
});

describe("--fail-on-expiring", () => {
  const warnings = (
    key: ReturnType<typeof desiredKey>,
    live: readonly ReturnType<typeof liveKey>[],
    expiringWithin?: number,
  ) => {
    const options = expiringWithin === undefined ? { now: NOW } : { now: NOW, expiringWithin };
    return expiringWarnings(findRecords([key], groupByName(live)), options).map(
      ({ severity, code, message }) => `${severity} ${code}: ${message}`,
    );
  };
  const ending = (seconds: number) => [liveKey({ expired_time: NOW + seconds })];

  test.each([
    [
      "within the time",
      desiredKey(),
      ending(5 * HOUR),
      ['warning expiring: "ci" expires in 5 h, which --fail-on-expiring counts as drift'],
    ],
    [
      "to the second",
      desiredKey(),
      ending(24 * HOUR),
      ['warning expiring: "ci" expires in 24 h, which --fail-on-expiring counts as drift'],
    ],
    [
      "expired already",
      desiredKey(),
      ending(-1),
      ['warning expiring: "ci" has expired, which --fail-on-expiring counts as drift'],
    ],
    ["later", desiredKey(), ending(24 * HOUR + 1), []],
    ["never", desiredKey(), [liveKey()], []],
    ["about to be prolonged", desiredKey({ expired_time: -1 }), ending(5), []],
    [
      "declared to end soon, not live yet",
      desiredKey({ expired_time: NOW + HOUR }),
      [],
      ['warning expiring: "ci" expires in 1 h, which --fail-on-expiring counts as drift'],
    ],
    ["not live and endless", desiredKey(), [], []],
    ["to be deleted", absentKey(), ending(5), []],
  ])("%s", (_case, key, live, expected) => {
    expect(warnings(key, live, 24 * HOUR)).toEqual(expected);
  });

  test("is silent where it is not asked for", () => {
    expect(warnings(desiredKey(), ending(5))).toEqual([]);
  });
});
