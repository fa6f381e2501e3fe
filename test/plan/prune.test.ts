import {
  assert,
  array,
  boolean,
  constantFrom,
  nat,
  property,
  record,
  subarray,
} from "../support/fast-check.ts";
import { expect, test, vi } from "vitest";
import type { Desired, LiveKey } from "../../src/model/key.ts";
import type { Change, DeleteChange, UpdateChange } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import type { PruneOptions } from "../../src/plan/prune.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

const DAY = 86_400;
const NAMES = ["team-a", "team-b", "team-keep", "team-old", "team-NEW", "ads-a", "other"];
const SCOPES = ["team-*", "ads-*"];

const live = array(
  record({
    name: constantFrom(...NAMES),
    status: constantFrom(1, 2, 3, 4),
    used_quota: nat({ max: 2 }),
    created_time: constantFrom(NOW - 30 * DAY, NOW - 60),
    accessed_time: constantFrom(NOW - 30 * DAY, NOW - 8 * DAY, NOW - 6 * DAY, NOW - 30),
  }),
  { maxLength: 8 },
).map((records) => records.map((one, index) => liveKey({ ...one, id: index + 1 })));

const declared = record({
  present: subarray(["team-a", "ads-a", "team-new"]),
  absent: subarray(["team-b"]),
  renames: boolean(),
  scopes: subarray(SCOPES),
  empty: boolean(),
}).map(({ present, absent, renames, scopes, empty }): Desired => {
  const at = { file: "keys.yaml", line: 2, column: 8 };
  const renamed = { ...desiredKey({}, "team-named"), renamedFrom: "team-old" };
  return {
    keys: [
      ...present.map((name) => desiredKey({}, name)),
      ...absent.map((name) => absentKey(name)),
      ...(renames ? [renamed] : []),
    ],
    scopes: scopes.map((glob) => ({ glob, isEmpty: empty && glob === "ads-*", at })),
    protect: ["*-keep"],
    files: ["keys.yaml"],
  };
});

const options = record({
  by: constantFrom<PruneOptions["by"]>("delete", "disable"),
  most: nat({ max: 4 }),
  used: boolean(),
  protect: subarray(["ads-?"]),
});

function isPruned(change: Change): change is UpdateChange | DeleteChange {
  return "pruned" in change && change.pruned === true;
}

/** Written once more, in other words: whether a key may be pruned at all. */
function mayGo(key: LiveKey, desired: Desired, { used, protect }: PruneOptions): boolean {
  const names = desired.keys.flatMap(({ name, renamedFrom }) => [name, renamedFrom]);
  const scope = desired.scopes.find(({ glob }) => key.name.startsWith(glob.slice(0, -1)));
  const wasUsed = key.used_quota > 0 && key.accessed_time > key.created_time;
  return (
    scope?.isEmpty === false &&
    !names.includes(key.name) &&
    !(key.name === "team-NEW" && names.includes("team-new")) &&
    !key.name.endsWith("-keep") &&
    !(protect.length > 0 && key.name === "ads-a") &&
    (used || !wasUsed || key.accessed_time <= NOW - 7 * DAY)
  );
}

test("only what no file declares is pruned, inside its scope, past every guard, and never too many", () => {
  assert(
    property(declared, live, options, (desired, keys, prune) => {
      const made = planKeys(desired, keys, planOptions({ prune }, NOW));
      const pruned = made.changes.filter(isPruned);
      expect(pruned.filter(({ live: key }) => !mayGo(key, desired, prune))).toEqual([]);
      expect(pruned.length).toBeLessThanOrEqual(prune.most);
      expect(new Set(pruned.map(({ action }) => action)).size).toBeLessThanOrEqual(1);
      // The rest of the plan is what it is without.
      const without = planKeys(desired, keys, planOptions({}, NOW));
      const others = made.changes.filter(
        (change) =>
          !pruned.some((one) => one === change) &&
          !("code" in change && change.code.startsWith("prune-")),
      );
      expect(others).toEqual(without.changes);
    }),
    { numRuns: 300 },
  );
});

test("what may be pruned and is not too much is pruned", () => {
  assert(
    property(declared, live, options, (desired, keys, given) => {
      const prune = { ...given, most: 100 };
      const made = planKeys(desired, keys, planOptions({ prune }, NOW));
      const ids = made.changes.filter(isPruned).map(({ id }) => id);
      const expected = keys.filter(
        (key) => mayGo(key, desired, prune) && (prune.by === "delete" || key.status !== 2),
      );
      expect(ids.toSorted((a, b) => a - b)).toEqual(expected.map(({ id }) => id));
    }),
    { numRuns: 300 },
  );
});

/** How many of these names are pruned beside these globs of `protect`. */
function prunedOf(
  names: readonly string[],
  protect: readonly string[],
  scopes: readonly string[] = ["*"],
): number {
  const keys = names.map((name, index) => liveKey({ id: index + 1, name }));
  const at = { file: "keys.yaml", line: 2, column: 8 };
  const desired: Desired = {
    keys: [desiredKey({}, "declared")],
    scopes: scopes.map((glob) => ({ glob, isEmpty: false, at })),
    protect,
    files: ["keys.yaml"],
  };
  const prune = { by: "delete", most: names.length, used: true, protect: [] } as const;
  return planKeys(desired, keys, planOptions({ prune }, NOW)).changes.filter(isPruned).length;
}

test("a name counts as protected where it takes too long to find out", () => {
  const names = Array.from({ length: 200 }, (_, n) => `${"a".repeat(90)}${n}`);
  const slow = `*b${"a".repeat(24)}?${"a".repeat(24)}*`;
  expect(prunedOf(names, [slow])).toBe(names.length);
  expect(prunedOf(names, Array<string>(200).fill(slow))).toBeLessThan(names.length);
});

test("many ordinary globs and names are held against each other all the same", () => {
  const names = Array.from({ length: 10_000 }, (_, n) => `team-alpha-service-production-eu-${n}`);
  const protect = Array.from({ length: 200 }, (_, n) => `*-billing${n}-*`);
  expect(prunedOf([...names, "a-billing7-b"], protect)).toBe(names.length);
});

test("a name is held against each scope once", () => {
  const name = `team-${"\u{1F600}".repeat(9)}`;
  const apart = vi.spyOn(Array, "from");
  const pruned = prunedOf([name], [], ["team-*", "ads-*", "ops-*"]);
  const times = apart.mock.calls.filter(([of]) => Object.is(of, name)).length;
  apart.mockRestore();
  expect(pruned).toBe(1);
  expect(times).toBeLessThan(6);
});

test.each<[string, readonly LiveKey[], string | undefined]>([
  ["creates", [], undefined],
  ["renames", [liveKey({ id: 2, name: "payments" })], "payments"],
])(
  "what a plan leaves alone for a key that it %s, its rest leaves alone",
  (_, there, renamedFrom) => {
    const at = { file: "keys.yaml", line: 2, column: 8 };
    const key = desiredKey({}, "payments-service-v2");
    const desired: Desired = {
      keys: [renamedFrom === undefined ? key : { ...key, renamedFrom }],
      scopes: [{ glob: "*", isEmpty: false, at }],
      protect: [],
      files: ["keys.yaml"],
    };
    const options = planOptions({ prune: {} }, NOW);
    const old = liveKey({ id: 1, name: "payments-service", group: "vip" });
    const whole = planKeys(desired, [old, ...there], options);
    expect(whole.changes).toMatchObject([{ name: key.name }]);
    const live = [old, liveKey({ id: 2, name: key.name })];
    const reviewed = { hashes: new Set(whole.hashes.flat()) };
    expect(planKeys(desired, live, { ...options, reviewed }).changes).toEqual([]);
    // A plan of its own is for somebody to look at.
    const anew = planKeys(desired, live, { ...options, reviewed: { hashes: new Set(["other"]) } });
    expect(anew.changes).toMatchObject([{ action: "delete", name: old.name }]);
  },
);
