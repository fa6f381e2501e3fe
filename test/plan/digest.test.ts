import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ReviewedChange } from "../../src/model/plan-file.ts";
import { digestOf, hashesOf as allHashesOf, type PlanTarget } from "../../src/plan/digest.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

const hashesOf = (...args: Parameters<typeof allHashesOf>): readonly string[] =>
  allHashesOf(...args).reviewed;

const CHANGE: ReviewedChange = {
  action: "update",
  name: "ci",
  fields: [{ field: "group", before: "", after: "vip" }],
};

const HERE: PlanTarget = { origin: "https://api.example.com", account: 7 };

function digestFor(changes: readonly ReviewedChange[], target = HERE): string {
  return digestOf(
    changes.flatMap((change) => hashesOf(change, target, hash)),
    hash,
  );
}

test("a digest names its algorithm and is the same for the same changes", () => {
  expect(digestFor([CHANGE])).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(digestFor([structuredClone(CHANGE)])).toBe(digestFor([CHANGE]));
});

describe("a digest changes with", () => {
  const field = { field: "group", before: "", after: "vip" } as const;
  test.each<[string, readonly ReviewedChange[]]>([
    ["the action", [{ ...CHANGE, action: "create" }]],
    ["the name", [{ ...CHANGE, name: "cj" }]],
    ["the field", [{ ...CHANGE, fields: [{ ...field, field: "status" }] }]],
    ["the value before", [{ ...CHANGE, fields: [{ ...field, before: "x" }] }]],
    ["the value after", [{ ...CHANGE, fields: [{ ...field, after: "x" }] }]],
    ["the type of a value", [{ ...CHANGE, fields: [{ ...field, after: ["vip"] }] }]],
    ["a field more", [{ ...CHANGE, fields: [field, field] }]],
    ["a field less", [{ ...CHANGE, fields: [] }]],
    ["a change more", [CHANGE, CHANGE]],
    ["a change less", []],
  ])("%s", (_what, changes) => {
    expect(digestFor(changes)).not.toBe(digestFor([CHANGE]));
  });
});

test.each<[string, PlanTarget]>([
  ["server", { ...HERE, origin: "https://other.example.com" }],
  ["account", { ...HERE, account: 8 }],
  ["account, if nothing shows whose it is", { origin: HERE.origin }],
])("the same changes have other hashes on another %s", (_what, target) => {
  expect(digestFor([CHANGE], target)).not.toBe(digestFor([CHANGE]));
  expect(hashesOf(CHANGE, target, hash)).not.toEqual(hashesOf(CHANGE, HERE, hash));
});

test("each field of an update has a hash of its own, whatever else is updated with it", () => {
  const more = [...CHANGE.fields, { field: "status", before: 1, after: 2 }] as const;
  const both = hashesOf({ ...CHANGE, fields: more }, HERE, hash);
  expect(both).toHaveLength(2);
  expect(both).toContain(hashesOf(CHANGE, HERE, hash)[0]);
  const created = [...CHANGE.fields, { field: "remain_quota", before: null, after: 2 }] as const;
  expect(hashesOf({ ...CHANGE, action: "create", fields: created }, HERE, hash)).toHaveLength(1);
});

test("each field of an update is hashed once, for what is reviewed and for what is planned", () => {
  const texts: string[] = [];
  const counted = (text: string): string => hash(`${texts.push(text)}`);
  const fields = [...CHANGE.fields, { field: "remain_quota", before: 1, after: 0 } as const];
  allHashesOf({ ...CHANGE, fields }, HERE, counted);
  expect(texts).toHaveLength(2);
});

test("a field of an update has another hash where something else is declared of its key", () => {
  const [bound] = hashesOf(CHANGE, HERE, hash, { group: "vip", allow_ips: ["10.0.0.1"] });
  expect(hashesOf(CHANGE, HERE, hash, { group: "vip" })).not.toContain(bound);
  const more = [...CHANGE.fields, { field: "allow_ips", before: [], after: ["10.0.0.1"] }] as const;
  const both = hashesOf({ ...CHANGE, fields: more }, HERE, hash, {
    group: "vip",
    allow_ips: ["10.0.0.1"],
  });
  // What is left of an update of both, where the other one is in place.
  expect(both).toContain(bound);
});

test("that a key is used up by itself makes no other change of switching it off", () => {
  const off = (before: number) =>
    hashesOf({ ...CHANGE, fields: [{ field: "status", before, after: 2 }] }, HERE, hash);
  expect([off(3), off(4)]).toEqual([off(1), off(1)]);
  const on = hashesOf(
    { ...CHANGE, fields: [{ field: "status", before: 4, after: 1 }] },
    HERE,
    hash,
  );
  expect(on).not.toEqual(off(4));
});

describe("that a key is used up or expires by itself", () => {
  const of = (...fields: ReviewedChange["fields"]): readonly string[] =>
    hashesOf({ ...CHANGE, fields }, HERE, hash);
  const enabled = (before: number) => ({ field: "status", before, after: 1 }) as const;
  const more = [
    [4, { field: "remain_quota", before: 500, after: 1_000 }],
    [4, { field: "unlimited_quota", before: false, after: true }],
    [3, { field: "expired_time", before: 1_800_000_000, after: 1_900_000_000 }],
    [3, { field: "expired_time", before: 1_800_000_000, after: -1 }],
  ] as const;

  test.each(more)("to the status %i makes no other change of more: %j", (status, field) => {
    const reviewed = of(field);
    expect(of(field, enabled(status))).toEqual(reviewed);
    // What is left where the field is in place.
    expect(reviewed).toEqual(expect.arrayContaining([...of(enabled(status))]));
    // It is allowed, and not yet done.
    expect(allHashesOf({ ...CHANGE, fields: [field] }, HERE, hash).planned).toHaveLength(1);
    for (const other of [2, 7 - status]) {
      const beyond = of(field, enabled(other)).filter((one) => !reviewed.includes(one));
      expect(beyond).toHaveLength(1);
    }
  });

  test.each([
    { field: "remain_quota", before: 1_000, after: 900 },
    { field: "unlimited_quota", before: true, after: false },
    { field: "expired_time", before: -1, after: 1_900_000_000 },
    { field: "expired_time", before: 1_900_000_000, after: 1_800_000_000 },
    { field: "group", before: "", after: "vip" },
  ] as const)("does not enable it with what gives it no more: %j", (field) => {
    for (const status of [3, 4]) expect(of(field, enabled(status))).not.toEqual(of(field));
  });

  test("does not enable it with a number that takes the place of no limit, however large", () => {
    const limited = [
      { field: "remain_quota", before: 100, after: 900 },
      { field: "unlimited_quota", before: true, after: false },
    ] as const;
    expect(of(...limited, enabled(4))).not.toEqual(of(...limited));
  });
});

test("a create of a disabled key has a second hash: of the update that is left of it half way", () => {
  const disabled = { field: "status", before: null, after: 2 } as const;
  const created = hashesOf({ action: "create", name: "ci", fields: [disabled] }, HERE, hash);
  const rest = [{ field: "status", before: 1, after: 2 }] as const;
  const updated = hashesOf({ action: "update", name: "ci", fields: rest }, HERE, hash);
  expect(created).toHaveLength(2);
  expect(created[1]).toBe(updated[0]);
});

describe("a plan's digest stays the same under", () => {
  const desired = {
    files: ["keys.yaml"],
    scopes: [],
    protect: [],
    keys: [desiredKey({ remain_quota: 800, unlimited_quota: false }), absentKey("old")],
  };
  const digest = (fields: Partial<LiveKey>): string =>
    planKeys(desired, [liveKey(fields), liveKey({ id: 99, name: "old" })], planOptions({}, NOW))
      .digest;
  const before = digest({ remain_quota: 200, used_quota: 300 });

  test.each([
    ["use", { remain_quota: 150, used_quota: 350 }],
    ["another id", { remain_quota: 200, used_quota: 300, id: 50 }],
    ["other times", { remain_quota: 200, used_quota: 300, accessed_time: NOW, created_time: 9 }],
    [
      "fields nobody declared",
      { remain_quota: 200, used_quota: 300, group: "x", unknown: Object.entries({ a: 1 }) },
    ],
  ])("%s", (_what, fields) => {
    expect(digest(fields)).toBe(before);
  });

  test("not under a change of the grant", () => {
    expect(digest({ remain_quota: 201, used_quota: 300 })).not.toBe(before);
  });
});
