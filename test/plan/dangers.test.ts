import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { compareFields } from "../../src/plan/compare.ts";
import {
  deleteDangers,
  newlyUsed,
  quotaDangers,
  updateDangers,
  usedWithin,
} from "../../src/plan/dangers.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const DAY = 86_400;

describe("an update is dangerous where the key stops at once", () => {
  test.each<[string, DesiredFields, Partial<LiveKey>, readonly RegExp[]]>([
    [
      "quota below what is used",
      { remain_quota: 100 },
      { remain_quota: 200, used_quota: 300 },
      [/already used up \(300 used\)/],
    ],
    [
      "quota equal to what is used",
      { remain_quota: 300 },
      { remain_quota: 200, used_quota: 300 },
      [/already used up/],
    ],
    ["quota above what is used", { remain_quota: 301 }, { remain_quota: 200, used_quota: 300 }, []],
    ["an expiry that has come", { expired_time: NOW }, {}, [/expiry is in the past/]],
    ["an expiry to come", { expired_time: NOW + 1 }, {}, []],
    ["no expiry", { expired_time: -1 }, { expired_time: NOW + 9 }, []],
    ["a disable", { status: "disabled" }, {}, [/disabled: it stops/]],
    ["a disable of an exhausted key", { status: "disabled" }, { status: 4 }, []],
    ["an enable", { status: "enabled" }, { status: 2 }, []],
    ["several at once", { status: "disabled", expired_time: 5 }, {}, [/expiry/, /disabled/]],
  ])("%s", (_case, desired, live, messages) => {
    const dangers = updateDangers(compareFields(desired, liveKey(live), NOW), NOW);
    expect(dangers.map(({ message }) => message)).toEqual(
      messages.map((message) => expect.stringMatching(message)),
    );
  });
});

describe("a delete is dangerous always, and more so when the key is in use", () => {
  test.each([
    ["never used", {}, 1],
    ["used within the week", { used_quota: 9, accessed_time: NOW - 6 * DAY, created_time: 5 }, 2],
    ["used before", { used_quota: 9, accessed_time: NOW - 7 * DAY, created_time: 5 }, 1],
    ["created within the week and not used", { accessed_time: NOW, created_time: NOW }, 1],
    ["looked at but nothing spent", { accessed_time: NOW, created_time: 5 }, 1],
  ])("%s", (_case, live, count) => {
    const dangers = deleteDangers(liveKey(live), NOW).map(({ message }) => message);
    expect(dangers).toHaveLength(count);
    expect(dangers.at(-1)).toBe("a deleted key cannot be brought back");
  });

  test("the last use is counted to the second", () => {
    const used = liveKey({ used_quota: 1, created_time: 5, accessed_time: NOW - 10 });
    expect([usedWithin(used, NOW, 10), usedWithin(used, NOW, 11)]).toEqual([false, true]);
  });
});

describe("a quota that only some servers take", () => {
  const danger =
    /^3000000000 units have to be sent: newer servers refuse more than 2147483647 on a limited key, older ones take it$/;
  const HUGE = 3_000_000_000;
  const huge = { remain_quota: HUGE };

  test("is one above 2147483647 on a limited key", () => {
    const dangers = (remain_quota: number, unlimited_quota = false) =>
      quotaDangers({ remain_quota, unlimited_quota });
    expect(dangers(2_147_483_647)).toEqual([]);
    expect(dangers(2_147_483_648)).toHaveLength(1);
    expect(dangers(HUGE, true)).toEqual([]);
  });

  test.each<[string, DesiredFields, readonly Partial<LiveKey>[], number]>([
    ["a new key", huge, [], 1],
    ["a new key without a limit", { unlimited_quota: true, ...huge }, [], 0],
    ["a raised grant", huge, [{}], 1],
    ["a grant of which enough is used", huge, [{ used_quota: 2_000_000_000 }], 0],
    [
      "a limit set anew",
      { unlimited_quota: false, ...huge },
      [{ unlimited_quota: true, ...huge }],
      1,
    ],
    ["a limit taken away", { unlimited_quota: true }, [huge], 0],
    ["another field of a key that has it", { group: "vip" }, [huge], 0],
  ])("%s: %#", (_case, desired, live, count) => {
    const change = planKey(desiredKey(desired), { records: live.map(liveKey) }, NOW);
    const dangers = change !== undefined && "dangers" in change ? change.dangers : [];
    expect(dangers.map(({ message }) => message)).toEqual(
      Array.from({ length: count }, () => expect.stringMatching(danger)),
    );
  });
});

describe("a key that came into use since the plan", () => {
  const DAY = 86_400;
  const made = { created_time: NOW - 30 * DAY };
  const never = liveKey({ ...made, accessed_time: NOW - 30 * DAY });
  const long = liveKey({ ...made, accessed_time: NOW - 8 * DAY, used_quota: 5 });
  const lately = liveKey({ ...made, accessed_time: NOW - DAY, used_quota: 5 });

  test.each([
    ["never used, and still not", never, never, false],
    ["never used, and now it was", never, { ...never, used_quota: 1, accessed_time: NOW }, true],
    ["used long ago, and still not", long, long, false],
    ["used long ago, and now again", long, { ...long, used_quota: 6, accessed_time: NOW }, true],
    ["used again, which only its time shows so far", long, { ...long, accessed_time: NOW }, true],
    ["used again, which only its counter shows so far", long, { ...long, used_quota: 6 }, true],
    ["in use all the time", lately, { ...lately, used_quota: 9, accessed_time: NOW }, false],
  ])("%s", (_case, planned, live, expected) => {
    expect(newlyUsed(live, planned, NOW)).toBe(expected);
  });
});
