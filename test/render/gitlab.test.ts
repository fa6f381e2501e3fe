import { describe, expect, test } from "vitest";
import { renderPlanGitlab } from "../../src/render/gitlab.ts";
import { expectGolden } from "../support/golden.ts";
import { caseOf, hostileCase } from "./plan-cases.ts";

describe("renderPlanGitlab", () => {
  test.each([
    ["mixed", { create: 2, update: 6, delete: 2 }],
    ["empty", { create: 0, update: 0, delete: 0 }],
    ["failed", { create: 0, update: 0, delete: 0 }],
  ])("reports the case %s as recorded", (name, counts) => {
    const report = renderPlanGitlab(caseOf(name).plan);
    expectGolden(`fixtures/render/gitlab/${name}/expected.json`, report);
    expect(JSON.parse(report)).toEqual(counts);
  });

  test("is one line of JSON with three counts, whatever the names", () => {
    const { plan } = hostileCase();
    const { create, update, delete: remove } = plan?.summary ?? {};
    const report = renderPlanGitlab(plan);
    expect(JSON.parse(report)).toEqual({ create, update, delete: remove });
    expect(report).toMatch(/^\{[^\n]*\}\n$/);
  });
});
