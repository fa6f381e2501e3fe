import { describe, expect, test } from "vitest";
import { givenBack } from "../../src/apply/given-back.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { liveKey } from "../support/records.ts";

const FIRST = { remain_quota: 200, used_quota: 300 };

function back(live: Partial<LiveKey>, first: Partial<LiveKey> = FIRST, desired = {}) {
  return givenBack(liveKey(first), liveKey(live), desired);
}

describe("nothing was given back", () => {
  test.each([
    ["nothing moved", FIRST],
    ["units were spent after the write", { remain_quota: 150, used_quota: 350 }],
    ["the grant fell", { remain_quota: 100, used_quota: 300 }],
    ["the grant was raised by more than was spent", { remain_quota: 900, used_quota: 310 }],
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

test("up to a thousandth of the grant is only noted", () => {
  const first = { remain_quota: 10_000, used_quota: 0 };
  expect(back({ remain_quota: 10_000, used_quota: 10 }, first)).toEqual({
    note: "10 quota units spent during the write were given back to the key",
  });
  expect(back({ remain_quota: 10_000, used_quota: 11 }, first)).toHaveProperty("change");
});
