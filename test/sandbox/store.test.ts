import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/sandbox/server.ts";
import { createStore, type Store, type StoreOptions } from "../../src/sandbox/store.ts";
import { decodeTokenRequest, type TokenRequest } from "../../src/sandbox/token-request.ts";

const NOW = 1_800_000_000;

function store(options: Partial<StoreOptions> = {}): Store {
  return createStore({ now: () => NOW, random: seededRandom(1), ...options });
}

function request(fields: object): TokenRequest {
  const decoded = decodeTokenRequest(JSON.stringify(fields));
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
}

describe("create", () => {
  it("refuses the key over the limit, counting the account's own keys only", () => {
    const records = store({ maxKeys: 2 });
    records.seed({ user_id: 9 });
    for (const name of ["a", "b"]) expect(records.create(1, request({ name })).ok).toBe(true);
    expect(records.create(1, request({ name: "c" }))).toMatchObject({
      ok: false,
      error: "Maximum token limit reached (2)",
    });
    expect(records.create(9, request({ name: "d" })).ok).toBe(true);
  });

  it("limits an account to 1000 keys unless told otherwise", () => {
    const records = store();
    for (let count = 0; count < 1000; count += 1) records.seed({});
    expect(records.create(1, request({ name: "a" })).ok).toBe(false);
  });

  it("makes keys of 48 letters and digits, all different, repeated by the same random source", () => {
    const keysOf = (records: Store): readonly string[] => {
      for (let count = 0; count < 50; count += 1) records.create(1, request({ name: "a" }));
      return records.all().map((record) => record.key);
    };
    const keys = keysOf(store());
    expect(keys.every((key) => /^[A-Za-z0-9]{48}$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(50);
    expect(keysOf(store())).toEqual(keys);
  });

  it("never gives an id out twice", () => {
    const records = store();
    records.seed({ id: 7 });
    records.delete(1, 7);
    records.create(1, request({ name: "a" }));
    expect(records.all().map((record) => record.id)).toEqual([8]);
  });
});

describe("update", () => {
  it("keeps auto_groups only while the group stays auto", () => {
    const records = store();
    records.seed({ id: 1, group: "auto", auto_groups: ["default"] });
    const update = (fields: object): unknown => {
      const updated = records.update(1, request({ id: 1, ...fields }));
      return updated.ok && updated.value.auto_groups;
    };
    expect(update({ group: "auto" })).toEqual(["default"]);
    expect(update({ group: "auto", auto_groups: ["vip"] })).toEqual(["vip"]);
    expect(update({ group: "vip", auto_groups: ["vip"] })).toBeNull();
    expect(update({ group: "auto" })).toBeNull();
  });

  it("stores cross_group_retry as false unless the group is auto", () => {
    const records = store();
    records.seed({ id: 1 });
    const update = (group: string): unknown => {
      const updated = records.update(1, request({ id: 1, group, cross_group_retry: true }));
      return updated.ok && updated.value.cross_group_retry;
    };
    expect(update("auto")).toBe(true);
    expect(update("vip")).toBe(false);
  });

  it("checks the quota of a status change too, though it then ignores it", () => {
    const records = store();
    records.seed({ id: 1, remain_quota: -3 });
    const change = request({ id: 1, status: 2, remain_quota: -3 });
    expect(records.updateStatus(1, change)).toMatchObject({
      ok: false,
      error: "Quota value cannot be negative",
    });
    expect(records.all()).toMatchObject([{ status: 1 }]);
  });

  it("revives an expired key in two steps: a later expiry with its status, then status 1", () => {
    const records = store();
    records.seed({ id: 1, status: 3, expired_time: NOW - 1, unlimited_quota: true });
    const later = { id: 1, expired_time: NOW + 60, unlimited_quota: true };
    expect(records.update(1, request({ ...later, status: 1 })).ok).toBe(false);
    expect(records.update(1, request({ ...later, status: 3 })).ok).toBe(true);
    expect(records.all()).toMatchObject([{ status: 3, expired_time: NOW + 60 }]);
    expect(records.updateStatus(1, request({ ...later, status: 1 })).ok).toBe(true);
    expect(records.all()).toMatchObject([{ status: 1, expired_time: NOW + 60 }]);
  });
});

describe("accounts", () => {
  it("hides other accounts' records from list, get, update and delete", () => {
    const records = store();
    records.seed({ id: 1, user_id: 2 });
    expect(records.list(1)).toEqual([]);
    expect([
      records.get(1, 1).ok,
      records.update(1, request({ id: 1 })).ok,
      records.delete(1, 1).ok,
    ]).toEqual([false, false, false]);
    expect(records.all()).toHaveLength(1);
  });

  it("shows and reaches them for an administrator, whose creates stay his own", () => {
    const records = store({ adminList: true });
    records.seed({ id: 1, user_id: 2 });
    records.create(5, request({ name: "a" }));
    expect(records.list(5).map((record) => record.user_id)).toEqual([5, 2]);
    expect(records.delete(5, 1).ok).toBe(true);
  });
});

describe("spend", () => {
  it("moves quota from remaining to used and notes the time", () => {
    const records = store();
    records.seed({ id: 1, remain_quota: 10, created_time: 5, accessed_time: 5 });
    expect(records.spend(1, 4)).toBe(true);
    expect(records.all()).toMatchObject([
      { remain_quota: 6, used_quota: 4, created_time: 5, accessed_time: NOW, status: 1 },
    ]);
  });

  it("turns a key exhausted when nothing is left, a small overdraft included", () => {
    const records = store();
    records.seed({ id: 1, remain_quota: 10 });
    expect(records.spend(1, 12)).toBe(true);
    expect(records.all()).toMatchObject([{ remain_quota: -2, used_quota: 12, status: 4 }]);
    expect(records.spend(1, 1)).toBe(false);
    expect(records.all()).toMatchObject([{ remain_quota: -2, used_quota: 12 }]);
  });

  it("turns a key expired when it is used after its time", () => {
    const records = store();
    records.seed({ id: 1, remain_quota: 10, expired_time: NOW });
    expect(records.all()).toMatchObject([{ status: 1 }]);
    expect(records.spend(1, 1)).toBe(false);
    expect(records.all()).toMatchObject([{ status: 3, remain_quota: 10, used_quota: 0 }]);
  });

  it("never exhausts an unlimited key, and serves neither a disabled nor a missing one", () => {
    const records = store();
    records.seed({ id: 1, unlimited_quota: true });
    records.seed({ id: 2, status: 2, remain_quota: 10 });
    expect([records.spend(1, 5), records.spend(2, 5), records.spend(3, 5)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(records.all()).toMatchObject([{ used_quota: 0 }, { used_quota: 5, status: 1 }]);
  });
});
