import { describe, expect, test } from "vitest";
import { refundedQuota } from "../../src/apply/refunded-quota.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { liveKey } from "../support/records.ts";

const FIRST = { remain_quota: 200, used_quota: 300 };

function back(live: Partial<LiveKey>, first: Partial<LiveKey> = FIRST, desired = {}) {
  return refundedQuota(liveKey(first), liveKey(live), desired);
}

describe("nothing was given back", () => {
  test.each([
    ["nothing moved", FIRST],
    ["units were spent after the write", { remain_quota: 150, used_quota: 350 }],
    ["the grant fell", { remain_quota: 100, used_quota: 300 }],
    ["the grant was raised by more than was spent", { remain_quota: 900, used_quota: 310 }],
    ["the grant was raised by one more than was spent", { remain_quota: 201, used_quota: 310 }],
    ["the grant was raised while nothing was spent", { remain_quota: 201, used_quota: 300 }],
  ])("%s", (_case, live) => {
    expect(back(live)).toBeUndefined();
  });

  test("a declared grant is compared as such, not here", () => {
    const live = { remain_quota: 200, used_quota: 350 };
    expect(back(live, FIRST, { remain_quota: 500 })).toBeUndefined();
  });

  test.each(["before", "after"])("an unlimited key has nothing to give (%s)", (when) => {
    const live = { remain_quota: 200, used_quota: 350 };
    const unlimited = { unlimited_quota: true };
    const result =
      when === "before" ? back(live, { ...FIRST, ...unlimited }) : back({ ...live, ...unlimited });
    expect(result).toBeUndefined();
  });
});

describe("units below zero, which no write can leave", () => {
  const below = { remain_quota: -3, used_quota: 503 };
  const noted = (note: string) => ({ note });
  const BELOW = "3 quota units below zero were given back: a write cannot leave them";

  test.each<[string, Partial<LiveKey>, ReturnType<typeof back>]>([
    ["are noted", { remain_quota: 0, used_quota: 503 }, noted(BELOW)],
    ["are not given back where nothing was stored", below, undefined],
    [
      "are not noted where somebody raised the grant",
      { remain_quota: 900, used_quota: 503 },
      undefined,
    ],
    ["are noted after use", { remain_quota: -2, used_quota: 505 }, noted(BELOW)],
    [
      "are noted in full while one counter does not show the use yet",
      { remain_quota: -2, used_quota: 504 },
      noted(BELOW),
    ],
    [
      "are told from what was spent during the write",
      { remain_quota: 0, used_quota: 510 },
      noted(`${BELOW}; 7 quota units spent during the write were given back to the key`),
    ],
  ])("%s", (_case, live, expected) => {
    expect(back(live, below)).toEqual(expected);
  });
});

test("nothing is taken back from a key that has nothing left: a write would raise it to 0", () => {
  expect(back({ remain_quota: -6, used_quota: 560 })).toEqual({
    note: "54 quota units spent during the write were given back to the key",
  });
});

test("what was spent during the write is taken back", () => {
  expect(back({ remain_quota: 200, used_quota: 350 })).toEqual({
    note: "50 quota units spent during the write were given back to the key",
    change: {
      field: "remain_quota",
      before: 550,
      after: 500,
      direction: "narrow",
      quota: { used: 350, remainBefore: 200, remainAfter: 150 },
    },
  });
});

test("all that was spent may have come back", () => {
  expect(back({ remain_quota: 200, used_quota: 310 })).toHaveProperty("change");
});

test("up to a thousandth of the grant is only noted", () => {
  const first = { remain_quota: 10_000, used_quota: 0 };
  expect(back({ remain_quota: 10_000, used_quota: 10 }, first)).toEqual({
    note: "10 quota units spent during the write were given back to the key",
  });
  expect(back({ remain_quota: 10_000, used_quota: 11 }, first)).toHaveProperty("change");
});
