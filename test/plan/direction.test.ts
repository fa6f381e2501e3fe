import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { compareFields, directionOf, overallDirection } from "../../src/plan/compare.ts";
import { liveKey, NOW } from "../support/records.ts";

/** `field direction` of every change. */
function directions(desired: DesiredFields, live: Partial<LiveKey> = {}): readonly string[] {
  return compareFields(desired, liveKey(live), NOW).map(
    ({ field, direction }) => `${field} ${direction}`,
  );
}

const limited = (model_limits: string): Partial<LiveKey> => ({
  model_limits,
  model_limits_enabled: true,
});

describe("a change widens where the key may do more afterwards", () => {
  test.each<[string, DesiredFields, Partial<LiveKey>, readonly string[]]>([
    ["more quota", { remain_quota: 800 }, {}, ["remain_quota widen"]],
    ["less quota", { remain_quota: 100 }, {}, ["remain_quota narrow"]],
    [
      "unlimited before: the switch carries it",
      { remain_quota: 800, unlimited_quota: false },
      { unlimited_quota: true },
      ["remain_quota neutral", "unlimited_quota narrow"],
    ],
    ["unlimited", { unlimited_quota: true }, {}, ["unlimited_quota widen"]],
    ["a later expiry", { expired_time: NOW + 9 }, { expired_time: NOW }, ["expired_time widen"]],
    [
      "an earlier expiry",
      { expired_time: NOW },
      { expired_time: NOW + 9 },
      ["expired_time narrow"],
    ],
    ["no expiry any more", { expired_time: -1 }, { expired_time: NOW }, ["expired_time widen"]],
    ["an expiry at last", { expired_time: NOW }, {}, ["expired_time narrow"]],
    [
      "life for a key created expired",
      { expired_time: 5 },
      { expired_time: 0 },
      ["expired_time widen"],
    ],
    ["models limited at last", { model_limits_enabled: true }, {}, ["model_limits_enabled narrow"]],
    ["models free", { model_limits_enabled: false }, limited("a"), ["model_limits_enabled widen"]],
    ["a model more", { model_limits: ["a", "b"] }, limited("a"), ["model_limits widen"]],
    ["a model less", { model_limits: ["a"] }, limited("a,b"), ["model_limits narrow"]],
    ["another model", { model_limits: ["c"] }, limited("a"), ["model_limits widen"]],
    [
      "a list nobody heeds",
      { model_limits: ["a"], model_limits_enabled: false },
      {},
      ["model_limits neutral"],
    ],
    [
      "a list with its switch",
      { model_limits: ["a"], model_limits_enabled: true },
      {},
      ["model_limits_enabled narrow", "model_limits neutral"],
    ],
    ["addresses at last", { allow_ips: ["10.0.0.1"] }, {}, ["allow_ips narrow"]],
    ["no addresses any more", { allow_ips: [] }, { allow_ips: "::1" }, ["allow_ips widen"]],
    ["an address more", { allow_ips: ["::1", "::2"] }, { allow_ips: "::1" }, ["allow_ips widen"]],
    ["an address less", { allow_ips: ["::1"] }, { allow_ips: "::1\n::2" }, ["allow_ips narrow"]],
    [
      "an address inside what was a network",
      { allow_ips: ["10.1.2.3"] },
      { allow_ips: "10.0.0.0/8" },
      ["allow_ips narrow"],
    ],
    [
      "a network around what was an address",
      { allow_ips: ["10.0.0.0/8"] },
      { allow_ips: "10.1.2.3" },
      ["allow_ips widen"],
    ],
    [
      "addresses instead of what matched nobody",
      { allow_ips: ["::1"] },
      { allow_ips: "x" },
      ["allow_ips widen"],
    ],
    ["another group, whatever it is", { group: "vip" }, {}, ["group widen"]],
    ["no group any more", { group: "" }, { group: "vip" }, ["group widen"]],
    ["retry across groups", { cross_group_retry: true }, {}, ["cross_group_retry widen"]],
    [
      "no retry",
      { cross_group_retry: false },
      { cross_group_retry: true },
      ["cross_group_retry narrow"],
    ],
    ["an enable", { status: "enabled" }, { status: 2 }, ["status widen"]],
    ["a disable", { status: "disabled" }, {}, ["status narrow"]],
  ])("%s", (_case, desired, live, expected) => {
    expect(directions(desired, live)).toEqual(expected);
  });

  test("a new name gives nothing", () => {
    const rename = { field: "name", before: "a", after: "b" } as const;
    expect(directionOf(rename, {}, liveKey())).toBe("neutral");
  });

  test("an amount that stays is neutral", () => {
    const same = { field: "remain_quota", before: 5, after: 5 } as const;
    expect(directionOf(same, {}, liveKey())).toBe("neutral");
  });
});

test.each([
  [[], "neutral"],
  [["neutral"], "neutral"],
  [["neutral", "narrow"], "narrow"],
  [["narrow", "widen", "neutral"], "widen"],
] as const)("fields that %j make a change that is %s", (all, overall) => {
  const fields = all.map(
    (direction) => ({ field: "group", before: "", after: "x", direction }) as const,
  );
  expect(overallDirection(fields)).toBe(overall);
});
