import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { Desired, DesiredKey, LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { compareFields, compareKey } from "../../src/plan/compare.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { createBody, updateBody } from "../../src/plan/record.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";
import { storeCreate, storeReplace, storeStatus, use } from "../support/stored-records.ts";

const units = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 10_000 }));
const instant = fc.integer({ min: NOW - 3, max: NOW + 3 });

const quota: fc.Arbitrary<DesiredFields> = fc.oneof(
  units.map((remain_quota) => ({ remain_quota, unlimited_quota: false })),
  fc.constant({ unlimited_quota: true }),
  units.map((remain_quota) => ({ remain_quota, unlimited_quota: true })),
);
const expiry: fc.Arbitrary<DesiredFields> = fc.oneof(
  fc.constantFrom<DesiredFields>({}, { expired_time: -1 }),
  instant.map((expired_time) => ({ expired_time })),
);
const models: fc.Arbitrary<DesiredFields> = fc.oneof(
  fc.constantFrom<DesiredFields>({}, { model_limits_enabled: false }),
  fc.constant({ model_limits: [], model_limits_enabled: false }),
  fc.tuple(fc.subarray(["a", "b", "c"], { minLength: 1 }), fc.boolean()).map(([list, enabled]) => ({
    model_limits: list,
    model_limits_enabled: enabled,
  })),
);
const addresses: fc.Arbitrary<DesiredFields> = fc.oneof(
  fc.constant({}),
  fc.subarray(["10.0.0.1", "10.0.0.2", "2001:db8::1", "10.0.0.0/8"]).map((allow_ips) => ({
    allow_ips,
  })),
);
const group = fc.constantFrom<DesiredFields>(
  {},
  { group: "", cross_group_retry: false },
  { group: "vip", cross_group_retry: false },
  { group: "auto" },
  { group: "auto", cross_group_retry: true },
);
const status = fc.constantFrom<DesiredFields>({}, { status: "enabled" }, { status: "disabled" });

const fields: fc.Arbitrary<DesiredFields> = fc
  .tuple(quota, expiry, models, addresses, group, status)
  .map((parts) => Object.assign({}, ...parts));

const NAMES = ["a", "b", "c", "d", "e"];

const desired: fc.Arbitrary<Desired> = fc
  .subarray(NAMES)
  .chain((names) => fc.tuple(...names.map(declared)))
  .map((keys) => ({ files: ["keys.yaml"], scopes: [], protect: [], keys: keys.map(sourced) }));

/** Some keys had another name, each another one. */
function sourced(key: DesiredKey): DesiredKey {
  const renamedFrom = { a: "other", b: "A" }[key.name];
  return renamedFrom === undefined || key.state === "absent" ? key : { ...key, renamedFrom };
}

function declared(name: string): fc.Arbitrary<DesiredKey> {
  const present = fields.map((chosen) => desiredKey(chosen, name));
  return fc.oneof({ weight: 5, arbitrary: present }, fc.constant(absentKey(name)));
}

const record: fc.Arbitrary<Partial<LiveKey>> = fc.record({
  name: fc.constantFrom(...NAMES, "other", "A", ""),
  status: fc.integer({ min: 1, max: 4 }),
  remain_quota: fc.oneof(units, fc.integer({ min: -5, max: 0 })),
  used_quota: units,
  unlimited_quota: fc.boolean(),
  expired_time: fc.oneof(fc.constantFrom(-1, 0), instant),
  model_limits_enabled: fc.boolean(),
  model_limits: fc.constantFrom("", "a", "b,a", "a, b", "a,a,b", "x\ny"),
  allow_ips: fc.constantFrom(null, "", "10.0.0.1", "10.0.0.2\n10.0.0.1", "10.0.0.1,10.0.0.2", "?"),
  group: fc.constantFrom("", "vip", "auto"),
  cross_group_retry: fc.boolean(),
  unknown: fc.constantFrom(
    [],
    Object.entries({ rpm: 3 }),
    Object.entries({ note: null, limits: { tpm: 1 } }),
  ),
});

const live: fc.Arbitrary<readonly LiveKey[]> = fc
  .array(record, { maxLength: 8 })
  .map((records) => records.map((one, index) => liveKey({ ...one, id: index + 1 })));

function plan(desired: Desired, live: readonly LiveKey[], now = NOW): Plan {
  return planKeys(desired, live, planOptions({}, now));
}

/** Carries the plan out against a model of what the server keeps. */
function applied(made: Plan, live: readonly LiveKey[]): readonly LiveKey[] {
  const records = new Map(live.map((key) => [key.id, key]));
  for (const change of made.changes) {
    if (change.action === "delete") records.delete(change.id);
    if (change.action === "create") {
      const id = Math.max(0, ...records.keys()) + 1;
      records.set(
        id,
        inLine(change.desired, storeCreate(createBody(change.name, change.desired.fields), id)),
      );
    }
    if (change.action === "update") records.set(change.id, inLine(change.desired, change.live));
  }
  return [...records.values()];
}

/** One full PUT for the fields, then one for the status, as an apply does it. */
function inLine({ name, fields }: DesiredKey, key: LiveKey): LiveKey {
  const others = compareKey({ name, fields }, key, NOW).filter(({ field }) => field !== "status");
  const replaced = others.length === 0 ? key : storeReplace(key, updateBody(key, others));
  const [open] = compareFields(fields, replaced, NOW);
  return open?.field === "status" ? storeStatus(replaced, Number(open.after), NOW) : replaced;
}

function writes(made: Plan) {
  return made.changes.filter(({ action }) => ["create", "update", "delete"].includes(action));
}

describe("after an apply", () => {
  test("the next plan has nothing left to write", () => {
    fc.assert(
      fc.property(desired, live, (desired, live) => {
        const first = plan(desired, live);
        expect(writes(plan(desired, applied(first, live)))).toEqual([]);
      }),
      { numRuns: process.env["LONG"] ? 5_000 : 200 },
    );
  });

  test("neither any use of the keys nor time makes a change", () => {
    const amounts = fc.array(units, { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(desired, live, amounts, fc.nat({ max: 9 }), (desired, live, amounts, later) => {
        const keys = applied(plan(desired, live), live);
        const used = keys.map((key, index) => use(key, amounts[index] ?? 0, NOW + later));
        expect(writes(plan(desired, used, NOW + later))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test("use of the keys adds no field to a plan and moves no value in it", () => {
  const shown = (made: Plan): readonly string[] =>
    made.changes.flatMap((change) =>
      "fields" in change
        ? change.fields.map(({ field, before, after }) =>
            JSON.stringify([change.name, field, before, after]),
          )
        : [],
    );
  fc.assert(
    fc.property(desired, live, units, (desired, live, spent) => {
      const before = new Set(shown(plan(desired, live)));
      const used = live.map((key) => ({ ...use(key, spent, NOW), status: key.status }));
      // A revival is no longer planned once what was given is spent as well.
      for (const field of shown(plan(desired, used))) expect(before).toContain(field);
    }),
    { numRuns: 300 },
  );
});

const NOT_SENT = ["user_id", "created_time", "accessed_time", "used_quota"];

test("an update carries the whole record and touches no field that does not change", () => {
  fc.assert(
    fc.property(desired, live, (desired, live) => {
      for (const change of plan(desired, live).changes) {
        if (change.action !== "update") continue;
        const body = new Map<string, unknown>(
          Object.entries(updateBody(change.live, change.fields)),
        );
        const changed = new Set<string>(change.fields.map(({ field }) => field));
        const { unknown, ...known } = change.live;
        const kept = [...Object.entries(known), ...unknown].filter(
          ([field]) => !NOT_SENT.includes(field) && (field === "status" || !changed.has(field)),
        );
        for (const [field, value] of kept) {
          // The server refuses to be told of a debt; a limited key's is sent as nothing left.
          const debt = field === "remain_quota" && !body.get("unlimited_quota");
          expect(body.get(field)).toEqual(debt ? Math.max(0, Number(value)) : value);
        }
        expect(body.size).toBe(11 + unknown.length);
      }
    }),
    { numRuns: 300 },
  );
});

test("the order of the list and of the file's keys does not matter", () => {
  const mixed = fc
    .tuple(desired, live)
    .chain(([desired, live]) =>
      fc.tuple(
        fc.constant(desired),
        fc.constant(live),
        fc.shuffledSubarray([...desired.keys], { minLength: desired.keys.length }),
        fc.shuffledSubarray([...live], { minLength: live.length }),
      ),
    );
  fc.assert(
    fc.property(mixed, ([desired, live, keys, list]) => {
      const { diagnostics, ...made } = plan(desired, live);
      const { diagnostics: others, ...other } = plan({ ...desired, keys }, list);
      expect(other).toEqual(made);
      expect(others.length).toBe(diagnostics.length);
    }),
  );
});

test("the same input gives the same plan, whatever text the server holds", () => {
  const odd = fc.record({
    name: fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: "binary" })),
    model_limits: fc.string({ unit: "binary" }),
    allow_ips: fc.option(fc.string({ unit: "binary" })),
    group: fc.string({ unit: "binary" }),
    status: fc.integer(),
    remain_quota: fc.maxSafeInteger(),
    used_quota: fc.maxSafeNat(),
    expired_time: fc.maxSafeInteger(),
  });
  fc.assert(
    fc.property(desired, fc.array(odd, { maxLength: 6 }), (desired, records) => {
      const live = records.map((one, index) => liveKey({ ...one, id: index + 1 }));
      const made = plan(desired, live);
      expect(plan(desired, live)).toEqual(made);
      const { summary } = made;
      const counted = summary.unchanged + made.changes.length;
      expect(counted).toBe(desired.keys.length);
    }),
  );
});

test("two plans have one digest exactly when they make the same changes", () => {
  // The order of a list is no change, and what is deleted is a key and not a name.
  const unordered = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(String).toSorted() : value;
  const essence = (made: Plan): string =>
    JSON.stringify(
      made.changes.map((change) => [
        change.action,
        change.name,
        change.action === "delete" ? change.id : 0,
        "fields" in change
          ? change.fields.map((f) => [f.field, unordered(f.before), unordered(f.after)])
          : [],
      ]),
    );
  fc.assert(
    fc.property(desired, live, live, (desired, one, other) => {
      const [a, b] = [plan(desired, one), plan(desired, other)];
      expect(a.digest === b.digest).toBe(essence(a) === essence(b));
    }),
  );
});
