import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDesired } from "../../src/config/load-desired.ts";
import { diagnosticsText, loadScenario } from "../support/config-scenario.ts";
import { expectGolden } from "../support/golden.ts";

const FIXTURES = "fixtures/config";

function scenarios(kind: string): readonly string[] {
  return readdirSync(join(FIXTURES, kind)).toSorted();
}

describe("valid files", () => {
  test.each(scenarios("valid"))("%s gives the recorded keys and warnings", (name) => {
    const folder = join(FIXTURES, "valid", name);
    const { desired, diagnostics } = loadScenario(folder);
    const warnings = join(folder, "expected.txt");
    if (diagnostics.length > 0 || existsSync(warnings)) {
      expectGolden(warnings, diagnosticsText(diagnostics));
    }
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expectGolden(join(folder, "desired.json"), `${JSON.stringify(desired, undefined, 2)}\n`);
  });
});

describe("invalid files", () => {
  test.each(scenarios("invalid"))("%s gives the recorded diagnostics and no keys", (name) => {
    const folder = join(FIXTURES, "invalid", name);
    const { desired, diagnostics } = loadScenario(folder);
    expectGolden(join(folder, "expected.txt"), diagnosticsText(diagnostics));
    expect(desired).toBeUndefined();
  });

  test.each(scenarios("invalid"))("%s says for each error what to do", (name) => {
    const { diagnostics } = loadScenario(join(FIXTURES, "invalid", name));
    for (const diagnostic of diagnostics) expect(diagnostic.fix).toMatch(/\S/);
  });
});

test("the example file is valid without a warning", () => {
  const { desired, diagnostics } = loadScenario(".");
  expect(diagnosticsText(diagnostics)).toBe("");
  expect(desired?.keys.length).toBeGreaterThanOrEqual(4);
});

test("no files declare no keys", () => {
  expect(loadDesired([])).toEqual({ desired: { keys: [], files: [] }, diagnostics: [] });
});
