import { expect, test } from "vitest";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { planTooLarge, renderApplyJson, renderPlanJson } from "../../src/render/json.ts";
import { tooLarge } from "../../src/render/json-size.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

/** As many keys as a list may have, each with a group of text that is written as escapes. */
function planOf(count: number) {
  const group = "\u200B".repeat(60_000);
  const names = Array.from({ length: count }, (_, at) => `k${at}`);
  const keys = names.map((name) => desiredKey({ group: "default" }, name));
  const live = names.map((name, at) => liveKey({ id: at + 1, name, group }));
  return planKeys({ keys, files: [], scopes: [], protect: [] }, live, planOptions({}, NOW));
}

test("a plan whose document would end the process is told to be too large, and written without its changes", () => {
  const plan = planOf(1_300);
  expect(planTooLarge(plan)).toMatchObject({ code: "output-unwritable" });
  for (const text of [renderPlanJson(plan, []), renderApplyJson(plan, [], [])]) {
    expect(JSON.parse(text)).toMatchObject({ digest: plan.digest, changes: [], unmanaged: [] });
  }
});

test("a smaller one is written whole", () => {
  const plan = planOf(10);
  expect(planTooLarge(plan)).toBeUndefined();
  expect(JSON.parse(renderPlanJson(plan, [])).changes).toHaveLength(10);
});

test("the names that are in no file count too, and so does each value of a list", () => {
  const plan = { ...planOf(1), unmanaged: [{ id: 1, name: "n".repeat(70_000_000) }] };
  expect(planTooLarge(plan)).toBeDefined();
  expect(tooLarge(Array.from({ length: 1_000_000 }, () => ["a", "b", "c"]))).toBeDefined();
  expect(tooLarge(["n".repeat(60_000_000)])).toBeUndefined();
});

test("a bracket that would be a command counts as the escape it becomes, and a conflict as all that is told of it", () => {
  const items = Array.from({ length: 200 }, () => "##[".repeat(20_000));
  expect(tooLarge(items)).toBeDefined();
  const conflict = {
    action: "conflict",
    name: "a",
    code: "name-altered",
    reason: "r".repeat(2_000),
    keys: [],
    at: { file: "keys.yaml", line: 1, column: 1 },
  } as const;
  const plan = { ...planOf(1), changes: Array.from({ length: 40_000 }, () => conflict) };
  expect(planTooLarge(plan)).toBeDefined();
});

test("what became of each change is told, whatever a hostile server has put into the messages", () => {
  const outcomes = Array.from({ length: 1_000 }, (_, at) => ({
    action: "update" as const,
    name: `k${at}`,
    status: "failed" as const,
    error: { code: "moved" as const, message: "\u200B".repeat(20_000) },
  }));
  const { results } = JSON.parse(renderApplyJson(undefined, outcomes, []));
  expect(results).toHaveLength(1_000);
  expect(results[999]).toMatchObject({ name: "k999", status: "failed", error: { code: "moved" } });
  expect(JSON.stringify(results).length).toBeLessThan(1_000_000);
});
