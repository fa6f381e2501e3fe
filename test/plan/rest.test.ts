import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import {
  STAGED,
  stagedName,
  type Desired,
  type DesiredKey,
  type LiveKey,
} from "../../src/model/key.ts";
import type { Plan, WriteChange } from "../../src/model/plan.ts";
import { compareFields, compareKey } from "../../src/plan/compare.ts";
import { planKeys, type PlanOptions } from "../../src/plan/plan-keys.ts";
import { createBody, updateBody } from "../../src/plan/record.ts";
import { beyondReview } from "../../src/plan/reviewed.ts";
import * as fc from "../support/fast-check.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";
import { storeCreate, storeReplace, storeStatus, use } from "../support/stored-records.ts";

/** Forms of one name, one that may be the beginning of another, and a staged one. */
const LIVE_NAMES = [
  "a",
  "A",
  "a ",
  "b",
  "B",
  "c",
  "old",
  "Old",
  "long name 1234567",
  "a~new",
  "old~new",
];
const DECLARED = ["a", "b", "c", "d", "long name 1234567 8"];
const OLD_NAMES = ["old", "B", "A", "long name 1234567"];

const MOST_LIVE = 6;

const fields: fc.Arbitrary<DesiredFields> = fc
  .tuple(
    fc.constantFrom<DesiredFields>(
      {},
      { remain_quota: 500 },
      { remain_quota: 800, unlimited_quota: false },
      { unlimited_quota: true },
    ),
    fc.constantFrom<DesiredFields>({}, { expired_time: -1 }, { expired_time: NOW + 3 }),
    fc.constantFrom<DesiredFields>({}, { group: "vip", cross_group_retry: false }),
    fc.constantFrom<DesiredFields>({}, { status: "enabled" }, { status: "disabled" }),
  )
  .map((parts) => Object.assign({}, ...parts));

function entry(name: string): fc.Arbitrary<DesiredKey> {
  const key = desiredKey({}, name);
  const deliver = [{ sink: { kind: "exec", argv: ["put", name] }, at: key.at }] as const;
  const present = fc
    .record({
      fields,
      renamedFrom: fc.option(fc.constantFrom(...OLD_NAMES), { nil: undefined }),
      deliver: fc.option(fc.constant(deliver), { nil: undefined }),
    })
    .map(({ fields, renamedFrom, deliver }) => ({
      ...desiredKey(fields, name),
      ...(renamedFrom === undefined ? {} : { renamedFrom }),
      ...(deliver === undefined ? {} : { deliver }),
    }));
  return fc.oneof({ weight: 4, arbitrary: present }, fc.constant(absentKey(name)));
}

/** As the reader lets them pass: no source twice, and no key declared absent that is still to be delivered. */
function accepted(keys: readonly DesiredKey[]): readonly DesiredKey[] {
  const owned = keys.flatMap(({ name, deliver }) =>
    deliver === undefined ? [] : stagedName(name),
  );
  const sources = new Set<string>();
  return keys
    .filter(({ name }) => !owned.includes(name))
    .map(({ renamedFrom, ...key }) => {
      if (renamedFrom === undefined || sources.has(renamedFrom)) return key;
      sources.add(renamedFrom);
      return { ...key, renamedFrom };
    });
}

const desired: fc.Arbitrary<Desired> = fc
  .record({
    keys: fc.subarray(DECLARED).chain((names) => fc.tuple(...names.map(entry))),
    given: fc.subarray(["old~new", "A~new", "a~new"]),
    protect: fc.constantFrom<readonly string[]>([], ["A"], ["old"]),
  })
  .map(({ keys, given, protect }) => ({
    files: ["keys.yaml"],
    scopes: [{ glob: "*", isEmpty: false, at: desiredKey().at }],
    protect,
    keys: accepted([...keys, ...given.map(absentKey)]),
  }));

const live: fc.Arbitrary<readonly LiveKey[]> = fc
  .array(
    fc.record({
      name: fc.constantFrom(...LIVE_NAMES),
      status: fc.constantFrom(1, 1, 2, 3, 4),
      remain_quota: fc.constantFrom(500, 0, 800),
      used_quota: fc.constantFrom(0, 0, 300),
      unlimited_quota: fc.boolean(),
      group: fc.constantFrom("", "vip"),
      expired_time: fc.constantFrom(-1, -1, NOW + 3, NOW - 3),
      accessed_time: fc.constantFrom(NOW, NOW - 30 * 86_400),
    }),
    { maxLength: MOST_LIVE },
  )
  .map((records) => records.map((one, index) => liveKey({ ...one, id: index + 1 })));

/** Use of a key, or none; nobody has to use one for the server to note that its time is over. */
function later(key: LiveKey, units: number, now: number): LiveKey {
  const used = use(key, units, now);
  return units === 0 ? { ...key, status: used.status } : used;
}

const options: fc.Arbitrary<PlanOptions> = fc
  .record({
    createOnly: fc.integer({ max: 3, min: 0 }).map((one) => one === 0),
    prune: fc.option(
      fc.record({
        by: fc.constantFrom("delete", "disable"),
        most: fc.constantFrom(1, 3),
        used: fc.boolean(),
      }),
      { nil: undefined },
    ),
    only: fc.constantFrom<readonly string[]>([], [], ["a", "b"]),
  })
  .map(({ prune, ...rest }) => planOptions({ ...rest, ...(prune ? { prune } : {}) }, NOW));

/** The account after the first so many requests of one change, as the server keeps them. */
function written(
  live: readonly LiveKey[],
  change: WriteChange,
  requests: number,
): readonly LiveKey[] {
  if (requests === 0) return live;
  if (change.action === "delete") return live.filter(({ id }) => id !== change.id);
  const { name, desired } = change;
  const resumed = change.action === "create" ? change.resumes : change.live;
  const id = resumed?.id ?? Math.max(MOST_LIVE, ...live.map((one) => one.id)) + 1;
  let key = resumed ?? storeCreate(createBody(name, desired.fields), id);
  let left = requests - (resumed === undefined ? 1 : 0);
  if (change.action === "create" && desired.deliver !== undefined) {
    key = { ...key, name: stagedName(name) };
  }
  const open =
    change.action === "update"
      ? change.fields
      : compareKey({ name: key.name, fields: desired.fields }, key, NOW);
  const others = open.filter(({ field }) => field !== "status");
  if (left > 0 && others.length > 0) {
    key = storeReplace(key, updateBody(key, others));
    left -= 1;
  }
  const [status] = compareFields(desired.fields, key, NOW).filter(
    ({ field }) => field === "status",
  );
  if (left > 0 && status !== undefined) {
    key = storeStatus(key, Number(status.after), NOW);
    left -= 1;
  }
  if (left > 0) key = { ...key, name };
  return [...live.filter((one) => one.id !== id), key];
}

/** The account after an apply that was stopped: of each write in turn, so many requests were carried out. */
function stopped(
  plan: Plan,
  live: readonly LiveKey[],
  requests: readonly number[],
): readonly LiveKey[] {
  return plan.changes.reduce((keys, change, at) => {
    if (change.action === "conflict" || change.action === "blocked") return keys;
    return written(keys, change, requests[at % requests.length] ?? 0);
  }, live);
}

const ALL = [9];

/** What a list shows in the end, but for the ids of what was created. */
function settings(live: readonly LiveKey[], first: readonly LiveKey[]): readonly string[] {
  const known = new Set(first.map(({ id }) => id));
  return live
    .map((key) => JSON.stringify({ ...key, id: known.has(key.id) ? key.id : 0 }))
    .toSorted();
}

const stops = fc.array(fc.nat({ max: 4 }), { minLength: 12, maxLength: 12 });
const numRuns = process.env["LONG"] ? 100_000 : 1_000;

describe("what is left of a plan, wherever its apply was stopped,", () => {
  test("comes to the same as the plan", () => {
    fc.assert(
      fc.property(desired, live, options, stops, (desired, live, options, stops) => {
        const plan = planKeys(desired, live, options);
        const reviewed = { hashes: new Set(plan.hashes.flat()) };
        const keys = stopped(plan, live, stops);
        const rest = planKeys(desired, keys, { ...options, reviewed });
        expect(beyondReview(rest, reviewed.hashes)).toEqual([]);
        const end = stopped(rest, keys, ALL);
        expect(settings(end, live)).toEqual(settings(stopped(plan, live, ALL), live));
      }),
      { numRuns },
    );
  });

  test("is within the review, whatever the keys were used for meanwhile", () => {
    const uses = fc.array(fc.constantFrom(0, 0, 1, 300, 800), { minLength: 12, maxLength: 12 });
    // A key that is used meanwhile is not pruned, which must not let the others pass the limit.
    const pruning = options.map(({ prune, ...others }) =>
      prune === undefined ? others : { ...others, prune: { ...prune, most: MOST_LIVE } },
    );
    const all = [desired, live, pruning, stops, uses, fc.constantFrom(NOW, NOW + 5)] as const;
    fc.assert(
      fc.property(...all, (desired, before, options, stops, uses, now) => {
        // Nobody has the value of a key that was not delivered.
        const live = before
          .filter(({ name }) => !name.endsWith(STAGED))
          .map((key) => (key.status === 2 ? key : later({ ...key, status: 1 }, 0, NOW)));
        const plan = planKeys(desired, live, options);
        const hashes = new Set(plan.hashes.flat());
        const used = stopped(plan, live, stops).map((key, at) =>
          later(key, uses[at % uses.length] ?? 0, now),
        );
        const rest = planKeys(desired, used, { ...options, now, reviewed: { hashes } });
        expect(beyondReview(rest, hashes)).toEqual([]);
      }),
      { numRuns },
    );
  });
});
