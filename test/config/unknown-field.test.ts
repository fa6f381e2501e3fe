import { expect, test } from "vitest";
import { closest } from "../../src/config/unknown-field.ts";

const FIELDS = [
  "name",
  "keys",
  "remain_quota",
  "unlimited_quota",
  "expired_time",
  "state",
  "status",
];

test.each([
  ["nmae", "name"],
  ["kyes", "keys"],
  ["remainQuota", "remain_quota"],
  ["remain-quota", "remain_quota"],
  ["expird_tme", "expired_time"],
  ["Status", "status"],
  ["statsu", "status"],
])("%s is taken for %s", (name, meant) => {
  expect(closest(name, FIELDS)).toBe(meant);
});

test.each(["colour", "rotate", "deliver", "quota_used_by_all"])(
  "%s is taken for nothing",
  (name) => {
    expect(closest(name, FIELDS)).toBeUndefined();
  },
);
