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
