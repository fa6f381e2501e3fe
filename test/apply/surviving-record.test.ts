import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { survivingRecord } from "../../src/apply/surviving-record.ts";
import { isUnused, type LiveKey } from "../../src/model/key.ts";
import { liveKey, NOW } from "../support/records.ts";

const FIELDS = { remain_quota: 500, unlimited_quota: false } as const;
const RULES = { mark: 10, settleMs: 5_000, now: NOW };

/** A record of the run, made `seconds` after it began. */
function made(id: number, seconds = 0, fields: Partial<LiveKey> = {}): LiveKey {
  const at = NOW + seconds;
  return liveKey({ id, created_time: at, accessed_time: at, ...fields });
}

function ids(records: readonly LiveKey[], rules = RULES) {
  const survivor = survivingRecord(records, FIELDS, rules);
  return (
    survivor && {
      keep: survivor.keep.id,
      remove: survivor.remove.map(({ id }) => id),
      disputed: survivor.disputed.map(({ id }) => id),
    }
  );
}

test("without a record nothing is kept", () => {
  expect(ids([])).toBeUndefined();
});

describe("of several records the first by time, then by id, stays", () => {
  test.each([
    [[made(12, 0), made(11, 1)], 12, [11]],
    [[made(12, 1), made(11, 1)], 11, [12]],
    [[made(13, 2), made(12, 1), made(11, 3)], 12, [13, 11]],
  ])("case %#", (records, keep, remove) => {
    expect(ids(records)).toEqual({ keep, remove, disputed: [] });
  });
});

describe("another record is removed only if it can be nothing but a duplicate", () => {
  const duplicate = { keep: 11, remove: [12], disputed: [] };
  const disputed = { keep: 11, remove: [], disputed: [12] };
  test.each([
    ["equal and unused", made(12), duplicate],
    ["at the high-water mark", { ...made(10, 1) }, { keep: 11, remove: [], disputed: [10] }],
    ["made at the end of the settle time", made(12, 5), duplicate],
    ["made after the settle time", made(12, 6), disputed],
    ["of another expiry", made(12, 0, { expired_time: NOW + 9 }), disputed],
    ["of another quota", made(12, 0, { remain_quota: 499 }), disputed],
    ["in another group", made(12, 0, { group: "vip" }), disputed],
    ["with addresses", made(12, 0, { allow_ips: "::1" }), disputed],
    ["with units spent", made(12, 0, { remain_quota: 499, used_quota: 1 }), disputed],
    ["touched since", made(12, 0, { accessed_time: NOW + 1 }), disputed],
    ["disabled, for the status follows later", made(12, 0, { status: 2 }), duplicate],
  ])("%s", (_case, other, expected) => {
    expect(ids([made(11), other])).toEqual(expected);
  });

  test("one of more than ten is left to a person: no runs at once leave as many", () => {
    const others = (count: number) => Array.from({ length: count }, (_, index) => made(12 + index));
    expect(ids([made(11), ...others(10)])).toMatchObject({ keep: 11, disputed: [] });
    expect(ids([made(11), ...others(11)])).toMatchObject({ keep: 11, remove: [] });
  });

  test("a settle time below a second still spans one tick of the server's clock", () => {
    const rules = { ...RULES, settleMs: 100 };
    expect(ids([made(11), made(12, 1)], rules)).toEqual(duplicate);
    expect(ids([made(11), made(12, 2)], rules)).toEqual(disputed);
  });
});

test("every run comes to the same choice, whatever the order it sees", () => {
  const record = fc
    .tuple(fc.integer({ min: 8, max: 14 }), fc.nat({ max: 7 }), fc.boolean())
    .map(([id, seconds, used]) => made(id, seconds, used ? { used_quota: 1 } : {}));
  const records = fc.uniqueArray(record, { minLength: 1, selector: ({ id }) => id });
  const shuffled = records.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, mixed]) => {
      const [one, other] = [ids(all), ids(mixed)];
      expect(other?.keep).toBe(one?.keep);
      expect(new Set(other?.remove)).toEqual(new Set(one?.remove));
      expect(one?.remove.every((id) => id > RULES.mark && id !== one.keep)).toBe(true);
    }),
  );
});

test("a key counts as unused only with neither units nor touches", () => {
  expect(isUnused(made(1))).toBe(true);
  expect(isUnused(made(1, 0, { used_quota: 1 }))).toBe(false);
  expect(isUnused(made(1, 0, { accessed_time: NOW + 1 }))).toBe(false);
});
