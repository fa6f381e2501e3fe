import { describe, expect, test } from "vitest";
import type { Desired, LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { beyondReview, reviewedChange } from "../../src/plan/reviewed.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

const DESIRED: Desired = {
  files: ["keys.yaml"],
  scopes: [],
  protect: [],
  keys: [
    desiredKey({ remain_quota: 800, group: "vip" }, "update"),
    desiredKey({ remain_quota: 5 }, "create"),
    absentKey("delete"),
  ],
};
const LIVE = [liveKey({ id: 1, name: "update" }), liveKey({ id: 2, name: "delete" })];

function plan(desired: Desired, live: readonly LiveKey[]): Plan {
  return planKeys(desired, live, planOptions({}, NOW));
}

function beyond(desired: Desired, live: readonly LiveKey[]): readonly string[] {
  const reviewed = new Set(plan(DESIRED, LIVE).hashes.flat());
  return beyondReview(plan(desired, live), reviewed).map(({ action, name }) => `${action} ${name}`);
}

test("what is reviewed has no counters, and an id only where it cannot be undone", () => {
  expect(plan(DESIRED, LIVE).changes.map(reviewedChange)).toEqual([
    {
      action: "create",
      name: "create",
      fields: [{ field: "remain_quota", before: null, after: 5 }],
    },
    {
      action: "update",
      name: "update",
      fields: [
        { field: "remain_quota", before: 500, after: 800 },
        { field: "group", before: "", after: "vip" },
      ],
    },
    { action: "delete", name: "delete", id: expect.any(Number), fields: [] },
  ]);
});

describe("a plan stays within its review", () => {
  test.each<[string, readonly LiveKey[]]>([
    ["unchanged", LIVE],
    [
      "after use",
      [
        liveKey({ name: "update", remain_quota: 100, used_quota: 400 }),
        liveKey({ id: 2, name: "delete" }),
      ],
    ],
    ["partly in place", [liveKey({ name: "update", group: "vip" })]],
    [
      "in place",
      [
        liveKey({ name: "update", group: "vip", remain_quota: 800 }),
        liveKey({ id: 3, name: "create", remain_quota: 5 }),
      ],
    ],
    ["with a conflict, which writes nothing", [...LIVE, liveKey({ id: 4, name: "update" })]],
  ])("%s", (_case, live) => {
    expect(beyond(DESIRED, live)).toEqual([]);
  });
});

describe("a plan goes beyond its review", () => {
  test.each<[string, Desired, readonly LiveKey[], readonly string[]]>([
    [
      "with another key",
      { ...DESIRED, keys: [...DESIRED.keys, desiredKey({}, "new")] },
      LIVE,
      ["create new"],
    ],
    ["with another action", DESIRED, LIVE.slice(1), ["create update"]],
    [
      "with another value",
      DESIRED,
      [liveKey({ name: "update", group: "gold" })],
      ["update update"],
    ],
    [
      "with another field",
      { ...DESIRED, keys: [desiredKey({ expired_time: NOW }, "update")] },
      LIVE,
      ["update update"],
    ],
  ])("%s", (_case, desired, live, expected) => {
    expect(beyond(desired, live)).toEqual(expected);
  });
});
