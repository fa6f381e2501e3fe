import type { LiveKey } from "../../src/model/key.ts";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { renderPlanJson } from "../../src/render/json.ts";
import { renderPlanText } from "../../src/render/plan-text.ts";
import { expectGolden } from "../support/golden.ts";
import {
  PLAN_FIXTURES,
  planOptions,
  planScenario,
  planScenarios,
} from "../support/plan-scenario.ts";

describe("a file and live keys give the recorded plan", () => {
  test.each(planScenarios())("%s", (name) => {
    const plan = planScenario(name);
    const text = renderPlanText(plan);
    expect(text).toContain(`Digest: ${plan.digest}\n`);
    expectGolden(join(PLAN_FIXTURES, name, "plan.txt"), text);
    expectGolden(join(PLAN_FIXTURES, name, "plan.json"), renderPlanJson(plan, plan.diagnostics));
  });
});

test("what needs a person comes first, deletes last, names in order within", () => {
  const desired = {
    files: ["keys.yaml"],
    scopes: [],
    protect: [],
    keys: [
      absentKey("z-delete"),
      absentKey("a-delete"),
      desiredKey({ remain_quota: 900 }, "update"),
      desiredKey({ remain_quota: 900 }, "b-create"),
      desiredKey({ remain_quota: 900 }, "a-create"),
      desiredKey({ remain_quota: 900, expired_time: 5 }, "blocked"),
      desiredKey({ remain_quota: 900 }, "conflict"),
    ],
  };
  const live = ["z-delete", "a-delete", "update", "conflict", "conflict"].map((name, index) =>
    liveKey({ id: index + 1, name }),
  );
  const plan = planKeys(desired, live, planOptions({}, NOW));
  expect(plan.changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
    "conflict conflict",
    "blocked blocked",
    "create a-create",
    "create b-create",
    "update update",
    "delete a-delete",
    "delete z-delete",
  ]);
  expect(plan.summary).toEqual({
    create: 2,
    update: 1,
    delete: 2,
    unchanged: 0,
    unmanaged: 0,
    conflict: 1,
    blocked: 1,
  });
});

test("of keys of one name, those younger than a settle time may be another run's at work", () => {
  const at = (created_time: number) => liveKey({ created_time });
  const reasonOf = (...ages: readonly number[]) => {
    const live = ages.map((age, index) => ({ ...at(NOW - age), id: index + 1 }));
    const desired = {
      files: ["keys.yaml"],
      scopes: [],
      protect: [],
      keys: [desiredKey({ remain_quota: 500 })],
    };
    const [change] = planKeys(desired, live, planOptions({}, NOW)).changes;
    return change?.action === "conflict" ? change.reason : "";
  };
  expect(reasonOf(600, 5, 0)).toMatch(/another run may be at work \(id 2, 3\): plan again first$/);
  expect(reasonOf(600, 6)).not.toContain("at work");
});

test.each<[string, Partial<LiveKey>, readonly string[]]>([
  ["one that a stopped create left enabled", {}, ["update off"]],
  ["but none that is used", { used_quota: 1 }, []],
  ["none that was used without a charge", { accessed_time: NOW }, []],
  ["and none that has another group", { group: "vip" }, []],
])("--create-only disables what is declared so: %s", (_, live, expected) => {
  const desired = {
    files: ["keys.yaml"],
    scopes: [],
    protect: [],
    keys: [desiredKey({ status: "disabled", remain_quota: 5 }, "off")],
  };
  const key = liveKey({ name: "off", remain_quota: 5, created_time: NOW - 9, ...live });
  const record = { ...key, accessed_time: live.accessed_time ?? key.created_time };
  const plan = planKeys(desired, [record], planOptions({ createOnly: true }, NOW));
  expect(plan.changes.map(({ action, name }) => `${action} ${name}`)).toEqual(expected);
});

test("--create-only leaves no key alone that the reviewed plan creates: another than it made is told", () => {
  const key = desiredKey({ remain_quota: 5, model_limits: ["a"] }, "new");
  const desired = { files: ["keys.yaml"], scopes: [], protect: [], keys: [key] };
  const options = planOptions({ createOnly: true }, NOW);
  const reviewed = { hashes: new Set(planKeys(desired, [], options).hashes.flat()) };
  const live = [liveKey({ name: "new", remain_quota: 5 })];
  expect(planKeys(desired, live, options).changes).toEqual([]);
  expect(planKeys(desired, live, { ...options, reviewed }).changes).toMatchObject([
    { action: "update", name: "new" },
  ]);
});

test.each<[string, Partial<LiveKey>, readonly string[]]>([
  ["that somebody made meanwhile and uses", { used_quota: 1, remain_quota: 4 }, []],
  ["unless it is unused, though it was tried", { accessed_time: NOW }, ["update off"]],
])("--create-only leaves a key of a reviewed create alone %s", (_, live, expected) => {
  const key = desiredKey({ status: "disabled", remain_quota: 5 }, "off");
  const desired = { files: ["keys.yaml"], scopes: [], protect: [], keys: [key] };
  const options = planOptions({ createOnly: true }, NOW);
  const reviewed = { hashes: new Set(planKeys(desired, [], options).hashes.flat()) };
  const record = liveKey({ name: "off", remain_quota: 5, created_time: NOW - 9, ...live });
  // The account is told by the list now, which was empty then.
  const plan = planKeys(desired, [record], { ...options, account: 7, reviewed });
  expect(plan.changes.map(({ action, name }) => `${action} ${name}`)).toEqual(expected);
});
