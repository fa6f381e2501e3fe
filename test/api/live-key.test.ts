import { describe, expect, test, vi } from "vitest";
import { parseLiveKey } from "../../src/api/live-key.ts";

const RECORD = {
  id: 7,
  user_id: 5678,
  key: "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl",
  status: 1,
  name: "ci",
  created_time: 10,
  accessed_time: 11,
  expired_time: -1,
  remain_quota: 5,
  unlimited_quota: false,
  model_limits_enabled: true,
  model_limits: "a, b",
  allow_ips: "10.0.0.1,10.0.0.2",
  used_quota: 3,
  group: "vip",
  cross_group_retry: true,
  DeletedAt: null,
  auto_groups: ["default"],
};

const ignore = (): void => {};

function parsed(record: unknown) {
  return parseLiveKey(record, ignore);
}

test("a record is read raw, without its key and what the server keeps itself", () => {
  const { key: _key, DeletedAt: _deleted, auto_groups: _groups, ...shown } = RECORD;
  expect(parsed(RECORD)).toEqual({ ok: true, value: { ...shown, unknown: [] } });
});

test.each([
  ["the mask some servers show", "AbCd**********IjKl"],
  ["a piece of JSON", '"format_version": 1'],
  ["a short word", "production"],
  ["a name with more than letters and digits", "deploy-pipeline-of-the-whole-company"],
  ["far more than a key", "k".repeat(129)],
])("%s is not taken for a key", (_what, key) => {
  const onKey = vi.fn<(key: string) => void>();
  expect(parseLiveKey({ ...RECORD, key }, onKey).ok).toBe(true);
  expect(onKey).not.toHaveBeenCalled();
});

test("a record that holds more than 64 kB is refused; its parts are counted, however nested", () => {
  const holding = (size: number) => parsed({ ...RECORD, notes: [{ text: "x".repeat(size) }] });
  expect(holding(62_000).ok).toBe(true);
  const tooLarge = (kB: number) => ({
    ok: false,
    error: `key ${RECORD.id} takes ${kB} kB, and no more than 64 can be read of one`,
  });
  expect(holding(65_536)).toEqual(tooLarge(66));
  const many = Array.from({ length: 1_100 }, () => 0);
  expect(parsed({ ...RECORD, many })).toEqual(tooLarge(70));
  // A long list of models or addresses is none too much.
  const listed = Array.from({ length: 2_000 }, () => "provider/a-long-model").join(",");
  expect(parsed({ ...RECORD, model_limits: listed }).ok).toBe(true);
});

test("a name that no server takes is refused: very long ones are slow to tell apart", () => {
  const named = (length: number) => parsed({ ...RECORD, name: "n".repeat(length) });
  expect(named(16_000).ok).toBe(true);
  expect(named(16_001)).toEqual({
    ok: false,
    error: `key ${RECORD.id} has a name of more than 16000 characters`,
  });
});

test("a record nested too deeply is refused before anything walks through it", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 40; level += 1) deep = [deep];
  expect(parseLiveKey({ ...RECORD, deep }, () => {})).toEqual({
    ok: false,
    error: "a record that is nested too deeply",
  });
});

test.each([
  ["an integer beyond 2^53", 2 ** 60],
  ["an infinite number", Number.POSITIVE_INFINITY],
])("%s in an unknown field is remembered: it cannot be sent back", (_what, big) => {
  const result = parseLiveKey({ ...RECORD, big: { inner: [big] } }, () => {});
  expect(result).toMatchObject({ ok: true, value: { lossy: "big" } });
});

test("the key goes to onKey and nowhere else", () => {
  const onKey = vi.fn<(key: string) => void>();
  const result = parseLiveKey(RECORD, onKey);
  expect(onKey.mock.calls).toEqual([[RECORD.key, RECORD.id]]);
  expect(JSON.stringify(result)).not.toContain(RECORD.key);
});

test("a key that is no text is dropped without a word", () => {
  const onKey = vi.fn<(key: string) => void>();
  expect(parseLiveKey({ ...RECORD, key: 5 }, onKey).ok).toBe(true);
  expect(onKey).not.toHaveBeenCalled();
});

test("fields nobody knows are carried as read", () => {
  const unknown = { note: "x", limits: { rpm: 3 }, nothing: null };
  expect(parsed({ ...RECORD, ...unknown })).toMatchObject({
    ok: true,
    value: { unknown: Object.entries(unknown) },
  });
});

test("fields with numbers for names take no more room than others", () => {
  // An object of such fields would have room for 2,400.
  const result = parsed({ ...RECORD, 1000: 1, 2400: 2 });
  const pairs = [
    ["1000", 1],
    ["2400", 2],
  ];
  expect(result).toMatchObject({ ok: true, value: { unknown: pairs } });
});

describe("what older servers lack reads as neutral", () => {
  test.each([
    ["accessed_time", 0],
    ["model_limits_enabled", false],
    ["model_limits", ""],
    ["allow_ips", ""],
    ["group", ""],
    ["cross_group_retry", false],
    ["user_id", undefined],
  ])("%s", (field, neutral) => {
    for (const record of [
      Object.fromEntries(Object.entries(RECORD).filter(([name]) => name !== field)),
      { ...RECORD, [field]: null },
    ]) {
      const result = parsed(record);
      expect(result).toMatchObject({ ok: true });
      expect(result.ok && new Map(Object.entries(result.value)).get(field)).toEqual(neutral);
    }
  });
});

describe("a record the decisions cannot rest on is refused", () => {
  test.each([
    "id",
    "name",
    "status",
    "created_time",
    "expired_time",
    "remain_quota",
    "used_quota",
    "unlimited_quota",
  ])("%s missing", (field) => {
    const error = `a record without a usable ${field}`;
    expect(parsed({ ...RECORD, [field]: undefined })).toEqual({ ok: false, error });
  });

  test.each([
    ["id", 0],
    ["id", -1],
    ["id", "7"],
    ["id", 2 ** 53],
    ["name", 5],
    ["status", 1.5],
    ["remain_quota", 2 ** 53],
    ["used_quota", "3"],
    ["expired_time", 1e300],
    ["unlimited_quota", 1],
    ["model_limits", ["a"]],
    ["allow_ips", 5],
    ["group", {}],
    ["cross_group_retry", "true"],
    ["accessed_time", "11"],
    ["user_id", "5678"],
  ])("%s as %j", (field, value) => {
    const error = `a record without a usable ${field}`;
    expect(parsed({ ...RECORD, [field]: value })).toEqual({ ok: false, error });
  });

  test("every unusable field is named", () => {
    expect(parsed({ id: 1 })).toEqual({
      ok: false,
      error:
        "a record without a usable name, created_time, used_quota, status, expired_time, remain_quota, unlimited_quota",
    });
  });

  test.each([[null], [[]], ["text"], [7], [undefined]])("%j is no record", (item) => {
    expect(parsed(item)).toEqual({ ok: false, error: "a record that is not an object" });
  });
});
