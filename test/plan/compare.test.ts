import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { compareFields, hasSameSettings } from "../../src/plan/compare.ts";
import { liveKey, NOW } from "../support/records.ts";

function changes(desired: DesiredFields, live: Partial<LiveKey> = {}) {
  return compareFields(desired, liveKey(live), NOW);
}

/** The changes as `field: before → after`. */
function shown(desired: DesiredFields, live: Partial<LiveKey> = {}): readonly string[] {
  return changes(desired, live).map(
    ({ field, before, after }) => `${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
  );
}

const LIMITED = { remain_quota: 500, unlimited_quota: false } as const;

test("a field that is not declared is not compared", () => {
  const odd = {
    expired_time: 0,
    model_limits_enabled: true,
    model_limits: "x",
    allow_ips: "junk",
    group: "vip",
    status: 2,
    unlimited_quota: true,
  };
  expect(changes({}, odd)).toEqual([]);
});

describe("a plain field changes when its value does", () => {
  test.each([
    [{ expired_time: -1 }, { expired_time: NOW + 5 }, [`expired_time: ${NOW + 5} → -1`]],
    [{ expired_time: NOW + 5 }, { expired_time: NOW + 5 }, []],
    [{ expired_time: -1 }, { expired_time: 0 }, ["expired_time: 0 → -1"]],
    [{ unlimited_quota: true }, {}, ["unlimited_quota: false → true"]],
    [{ model_limits_enabled: true }, {}, ["model_limits_enabled: false → true"]],
    [{ group: "vip" }, {}, ['group: "" → "vip"']],
    [{ group: "" }, { group: "vip" }, ['group: "vip" → ""']],
    [{ group: "vip" }, { group: "VIP" }, ['group: "VIP" → "vip"']],
    [
      { cross_group_retry: false },
      { cross_group_retry: true },
      ["cross_group_retry: true → false"],
    ],
  ])("%j against %j", (desired, live, expected) => {
    expect(shown(desired, live)).toEqual(expected);
  });
});

describe("models are a set, read as the gateway splits them", () => {
  test.each([
    [["a", "b"], "a,b", []],
    [["b", "a"], "a,b", []],
    [["a", "b"], "a,b,b,", []],
    [["a", "b"], "a, b", ['model_limits: ["a"," b"] → ["a","b"]']],
    [["a", "b"], "a", ['model_limits: ["a"] → ["a","b"]']],
    [["a"], "a,b", ['model_limits: ["a","b"] → ["a"]']],
    [["a"], "A", ['model_limits: ["A"] → ["a"]']],
    [[], "", []],
    [[], "a", ['model_limits: ["a"] → []']],
  ])("%j against %j", (model_limits, stored, expected) => {
    expect(shown({ model_limits }, { model_limits: stored })).toEqual(expected);
  });
});

describe("addresses are a set, read as the server uses them", () => {
  test.each([
    [["10.0.0.1", "10.0.0.2"], "10.0.0.2\n10.0.0.1", []],
    [["2001:db8::1"], "2001:DB8:0::1/128", []],
    [["10.0.0.0/8"], "10.9.9.9/8", []],
    [[], null, []],
    [[], "", []],
    [[], " \n", []],
    [
      ["10.0.0.1", "10.0.0.2"],
      "10.0.0.1,10.0.0.2",
      ['allow_ips: ["10.0.0.1,10.0.0.2"] → ["10.0.0.1","10.0.0.2"]'],
    ],
    [["10.0.0.1"], null, ['allow_ips: [] → ["10.0.0.1"]']],
    [[], "10.0.0.1", ['allow_ips: ["10.0.0.1"] → []']],
    [["10.0.0.1"], "10.0.0.1\nx", ['allow_ips: ["10.0.0.1","x"] → ["10.0.0.1"]']],
  ])("%j against %j", (allow_ips, stored, expected) => {
    expect(shown({ allow_ips }, { allow_ips: stored })).toEqual(expected);
  });
});

describe("quota is a grant, not a balance", () => {
  test.each([
    ["use is no change", LIMITED, { remain_quota: 200, used_quota: 300 }, []],
    ["a small debt is no change", LIMITED, { remain_quota: -7, used_quota: 507 }, []],
    ["more used than granted is no change", LIMITED, { remain_quota: 0, used_quota: 900 }, []],
    ["a slight excess is no change", { remain_quota: 10_000 }, { remain_quota: 10_009 }, []],
    ["a larger one is", LIMITED, { remain_quota: 501 }, ["remain_quota: 501 → 500"]],
    [
      "raised",
      { ...LIMITED, remain_quota: 800 },
      { remain_quota: 200, used_quota: 300 },
      ["remain_quota: 500 → 800"],
    ],
    ["unlimited is not compared", { unlimited_quota: true }, { unlimited_quota: true }, []],
    [
      "unlimited with an inert amount is not compared",
      { unlimited_quota: true, remain_quota: 7 },
      { unlimited_quota: true, remain_quota: 99 },
      [],
    ],
    [
      "from limited to unlimited only the switch changes",
      { unlimited_quota: true, remain_quota: 7 },
      {},
      ["unlimited_quota: false → true"],
    ],
    [
      "from unlimited to limited both change",
      LIMITED,
      { unlimited_quota: true, remain_quota: 0 },
      ["remain_quota: 0 → 500", "unlimited_quota: true → false"],
    ],
    [
      "from unlimited to limited with the grant in place only the switch changes",
      LIMITED,
      { unlimited_quota: true, remain_quota: 200, used_quota: 300 },
      ["unlimited_quota: true → false"],
    ],
    [
      "from unlimited to limited, more used than granted, is still a change of quota",
      LIMITED,
      { unlimited_quota: true, remain_quota: 0, used_quota: 900 },
      ["remain_quota: 900 → 500", "unlimited_quota: true → false"],
    ],
  ])("%s", (_rule, desired, live, expected) => {
    expect(shown(desired, live)).toEqual(expected);
  });

  test.each([
    [800, 500],
    [100, 0],
    [300, 0],
    [301, 1],
  ])("declared %i with 300 used leaves %i", (remain_quota, remainAfter) => {
    const [change] = changes({ remain_quota }, { remain_quota: 200, used_quota: 300 });
    expect(change?.quota).toEqual({ used: 300, remainBefore: 200, remainAfter });
  });
});

describe("a declared status", () => {
  test.each([
    ["enabled", 1, []],
    ["enabled", 2, ["status: 2 → 1"]],
    ["disabled", 2, []],
    ["disabled", 1, ["status: 1 → 2"]],
    ["disabled", 3, ["status: 3 → 2"]],
    ["disabled", 4, ["status: 4 → 2"]],
  ] as const)("%s against %i", (status, live, expected) => {
    expect(shown({ status }, { status: live })).toEqual(expected);
  });

  test("a disable by hand is left alone where no status is declared", () => {
    expect(shown(LIMITED, { status: 2 })).toEqual([]);
  });
});

describe("expired and exhausted are observations while their cause stands", () => {
  const revived = (name: string): readonly string[] => [`status: ${name} → 1`];
  const spent = { status: 4, remain_quota: 0, used_quota: 500 };
  const expired = { status: 3, expired_time: NOW - 1 };
  test.each([
    ["exhausted and nothing granted", LIMITED, spent, []],
    [
      "exhausted, enabled declared, nothing granted",
      { ...LIMITED, status: "enabled" as const },
      spent,
      [],
    ],
    ["exhausted with a debt", LIMITED, { ...spent, remain_quota: -5, used_quota: 505 }, []],
    [
      "exhausted and given more",
      { remain_quota: 800 },
      spent,
      ["remain_quota: 500 → 800", ...revived("4")],
    ],
    [
      "exhausted and made unlimited",
      { unlimited_quota: true },
      spent,
      ["unlimited_quota: false → true", ...revived("4")],
    ],
    [
      "exhausted, given more by hand before",
      LIMITED,
      { status: 4, remain_quota: 200, used_quota: 300 },
      revived("4"),
    ],
    [
      "exhausted, given more by hand, quota not declared",
      {},
      { status: 4, remain_quota: 1 },
      revived("4"),
    ],
    [
      "exhausted, given more, but expired",
      { remain_quota: 800 },
      { ...spent, expired_time: NOW },
      ["remain_quota: 500 → 800"],
    ],
    [
      "exhausted, given more, but disabled declared",
      { remain_quota: 800, status: "disabled" as const },
      spent,
      ["remain_quota: 500 → 800", "status: 4 → 2"],
    ],
    ["expired and no time given", { expired_time: NOW - 1 }, expired, []],
    [
      "expired and given time",
      { expired_time: NOW + 1 },
      expired,
      [`expired_time: ${NOW - 1} → ${NOW + 1}`, ...revived("3")],
    ],
    [
      "expired and made endless",
      { expired_time: -1 },
      expired,
      [`expired_time: ${NOW - 1} → -1`, ...revived("3")],
    ],
    ["expired, the time given already", {}, { status: 3, expired_time: NOW + 1 }, revived("3")],
    [
      "expired, given time, but nothing to spend",
      { expired_time: -1 },
      { ...expired, remain_quota: 0 },
      [`expired_time: ${NOW - 1} → -1`],
    ],
    ["expired with time 0", {}, { status: 3, expired_time: 0 }, []],
    ["an unknown status", {}, { status: 7 }, []],
  ])("%s", (_case, desired, live, expected) => {
    expect(shown(desired, live)).toEqual(expected);
  });
});

test("changes come in field order", () => {
  const desired: DesiredFields = {
    status: "disabled",
    cross_group_retry: true,
    group: "auto",
    allow_ips: ["10.0.0.1"],
    model_limits: ["a"],
    model_limits_enabled: true,
    expired_time: NOW + 1,
    unlimited_quota: true,
  };
  expect(changes(desired).map(({ field }) => field)).toEqual([
    "unlimited_quota",
    "expired_time",
    "model_limits_enabled",
    "model_limits",
    "allow_ips",
    "group",
    "cross_group_retry",
    "status",
  ]);
});

describe("the settings of a key", () => {
  test.each<[Partial<LiveKey>]>([
    [{ expired_time: NOW }],
    [{ unlimited_quota: true }],
    [{ model_limits_enabled: true }],
    [{ model_limits: "a" }],
    [{ allow_ips: "::1" }],
    [{ group: "vip" }],
    [{ cross_group_retry: true }],
    [{ status: 2 }],
  ])("are others with %j", (changed) => {
    expect(hasSameSettings(liveKey(changed), liveKey())).toBe(false);
  });

  test.each<[string, Partial<LiveKey>]>([
    ["use", { remain_quota: 1, used_quota: 499, accessed_time: NOW }],
    ["a status the server sets itself", { status: 4 }],
    ["no addresses in another form", { allow_ips: null }],
  ])("are the same after %s", (_what, changed) => {
    expect(hasSameSettings(liveKey(changed), liveKey())).toBe(true);
  });
});
