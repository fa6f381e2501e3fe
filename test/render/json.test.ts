import { expect, test } from "vitest";
import { document, renderApplyJson } from "../../src/render/json.ts";
import { expectGolden } from "../support/golden.ts";
import { planScenario } from "../support/plan-scenario.ts";
import { OUTCOMES } from "./outcomes.ts";

test("apply as JSON accounts for the plan, its diagnostics and every outcome", () => {
  const plan = planScenario("create-only");
  const text = renderApplyJson(plan, OUTCOMES, plan.diagnostics);
  expect(JSON.parse(text)).toMatchObject({ digest: plan.digest, results: OUTCOMES });
  expectGolden("fixtures/render/apply.json", text);
});

test("a run that ends before its plan has empty lists, no digest, and the reason", () => {
  const reason = { severity: "error", code: "usage", message: "m" } as const;
  expect(JSON.parse(renderApplyJson(undefined, [], [reason]))).toEqual({
    format_version: 1,
    digest: null,
    summary: {
      create: 0,
      update: 0,
      delete: 0,
      unchanged: 0,
      unmanaged: 0,
      conflict: 0,
      blocked: 0,
    },
    changes: [],
    unmanaged: [],
    diagnostics: [reason],
    results: [],
  });
});

test("a document holds no command and nothing hidden, and reads back the same", () => {
  const body = { text: "##[add-mask]e \u009b2J \u202e \u{e0041} #\u200b#[x] é\n", "##[1]": 1 };
  const text = document(body);
  expect(JSON.parse(text)).toEqual(body);
  expect(text).not.toMatch(/##\[|[\u0080-\u009f\p{Cf}]/u);
  expect(text).toContain("é");
});

test("a document is JSON with a line end", () => {
  expect(document({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

test("a document of many lines is made safe to the last of them", () => {
  const body = { texts: Array.from({ length: 300_000 }, (_, at) => `${at} ##[x]\u202e`) };
  const text = document(body);
  expect(JSON.parse(text)).toEqual(body);
  expect(text).not.toMatch(/##\[|\u202e/u);
});
