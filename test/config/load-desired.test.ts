import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createSizeCheck } from "../../src/config/file-size.ts";
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
  expect(loadDesired([])).toEqual({
    desired: { keys: [], scopes: [], protect: [], files: [] },
    declared: [],
    diagnostics: [],
  });
});

describe("a file with more problems than anybody reads", () => {
  const entries = (count: number, line: (n: number) => string): string =>
    `version: 1\nkeys:\n${Array.from({ length: count }, (_, n) => line(n)).join("")}`;
  const load = (text: string) => loadDesired([{ file: "keys.yaml", text }]);

  test("shows the first 200 with their place, and counts the others", () => {
    const text = entries(300, (n) => `  - { name: k${n}, remain_quota: -1 }\n`);
    const { diagnostics, desired } = load(text);
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics[199]).toMatchObject({ code: "quota-range", at: { line: 202 } });
    expect(diagnostics[200]).toMatchObject({
      severity: "error",
      code: "problems-more",
      message: "and 100 more problems, which are not shown",
    });
    expect(desired).toBeUndefined();
  });

  test("is as valid as the problems that are not shown", () => {
    const warned = (n: number) => `  - { name: "${"é".repeat(30)}${n}", remain_quota: 1 }\n`;
    const warnings = load(entries(250, warned));
    expect(warnings.diagnostics.at(-1)).toMatchObject({ severity: "warning" });
    expect(warnings.desired?.keys).toHaveLength(250);
    const broken = load(entries(250, warned) + "  - { name: last, remain_quota: -1 }\n");
    expect(broken.diagnostics.at(-1)).toMatchObject({ severity: "error" });
    expect(broken.desired).toBeUndefined();
  });

  test("deep brackets and dashes are refused before the parser recurses into them", () => {
    for (const text of ["[".repeat(100_000), "[a, ".repeat(30_000), "- ".repeat(50_000)]) {
      expect(load(text).diagnostics.map(({ code }) => code)).toEqual(["yaml-syntax"]);
    }
  });

  test.each(["[", "a, ", "- 1\n", "!a ", "{{a}},", "? x\n", "\\q"])(
    "a file of more parts than 10,000 keys have is refused before the parser (%j)",
    (part) => {
      const { diagnostics } = load(`version: 1\nkeys: ${part.repeat(200_001)}`);
      expect(diagnostics.map(({ code }) => code)).toEqual(["file-too-large"]);
    },
  );

  test.each([
    ["x-a: [\n", "\t a\n"],
    ["", "\u00a0\n"],
    ["", "#\n"],
  ])("so is one of more lines (%j, %j)", (head, line) => {
    const { diagnostics } = load(`version: 1\n${head}${line.repeat(120_001)}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(["file-too-large"]);
  });

  test("parts and lines are counted over all files of a run", () => {
    const check = createSizeCheck();
    const parts = `x: [${"a, ".repeat(65_000)}a]\n`;
    // Of the first two nothing is said.
    expect([parts, parts, parts].map(check)).toEqual([
      undefined,
      undefined,
      "file-too-large/parts",
    ]);
    const sources = ["a", "b", "c"].map((name) => ({
      file: `${name}.yaml`,
      text: `version: 1\nkeys: []\n${"#\n".repeat(50_000)}`,
    }));
    expect(loadDesired(sources).diagnostics).toMatchObject([
      { code: "file-too-large", at: { file: "c.yaml" } },
    ]);
  });

  test("a file that is made of little else may have fewer parts than a long one", () => {
    const text = `version: 1\nkeys: []\nx-a: [${"a,".repeat(140_000)}a]\n`;
    expect(load(text).diagnostics).toMatchObject([{ code: "file-too-large" }]);
  });

  test("what an alias stands for is one value in all keys that use it", () => {
    const first = `  - { name: first, remain_quota: 1, description: &a "${"z".repeat(1_500)}" }\n`;
    const text = entries(
      1_000,
      (n) => `  - { name: k${n}, remain_quota: 1, owner: *a, x-a: [*a, *a] }\n`,
    );
    const { declared } = load(text.replace("keys:\n", `keys:\n${first}`));
    expect(declared).toHaveLength(1_001);
    expect(new Set(declared.slice(1).flatMap(({ people }) => [people["owner"]])).size).toBe(1);
  });

  test("fields named by numbers are kept by their names", () => {
    const text = entries(
      2_000,
      (n) => `  - { name: k${n}, remain_quota: 1, x-a: { "1000": 1 } }\n`,
    );
    expect(load(text.slice(0, 500_000).replace(/\n[^\n]*$/, "\n")).diagnostics).toEqual([]);
  });

  test.each(["a:,", '"a":1,', "? a,", "a: 1,"])(
    "a list of mappings of one field (%j) counts for what the parser makes of it",
    (part) => {
      const text = (count: number): string => `version: 1\nkeys: [${part.repeat(count)}]\n`;
      expect(load(text(45_000)).diagnostics).toMatchObject([{ code: "file-too-large" }]);
      expect(load(text(1_000)).diagnostics[0]).not.toMatchObject({ code: "file-too-large" });
    },
  );

  test("dashes far apart on one line are counted once, and parsed where they are few enough", () => {
    const dashes = (count: number): string =>
      `version: 1\nx-a:\n  ${`-${" ".repeat(199)}`.repeat(count)}x\n`;
    expect(load(dashes(5_001)).diagnostics).toMatchObject([{ code: "yaml-syntax" }]);
  });

  test("the file of 10,000 keys with every field is taken", () => {
    const key = (n: number) =>
      `  - { name: key-${n}, unlimited_quota: false, remain_quota: 5, expired_time: 2099-01-01, group: vip, model_limits: [a, b], status: enabled }\n`;
    expect(load(entries(10_000, key)).diagnostics).toEqual([]);
  });

  test("the keys of all files are counted together", () => {
    const file = (first: number, count: number) => {
      const names = Array.from({ length: count }, (_, n) => `- name: k${first + n}\n`);
      const text = `version: 1\ndefaults: { unlimited_quota: true }\nkeys:\n${names.join("")}`;
      return { file: `${first}.yaml`, text };
    };
    const fits = [file(0, 25_000), file(25_000, 15_000)];
    expect(loadDesired(fits).diagnostics).toEqual([]);
    expect(loadDesired([...fits, file(40_000, 2), file(40_002, 1)]).diagnostics).toMatchObject([
      { code: "file-too-large", at: { file: "40000.yaml", line: 4 } },
    ]);
    expect(loadDesired([file(0, 25_000), file(25_000, 15_001)]).diagnostics).toMatchObject([
      { code: "file-too-large", at: { file: "25000.yaml", line: 15_004 } },
    ]);
  });

  test.each([
    ["defaults", "defaults: { model_limits: &a [LIST] }", "unlimited_quota: true"],
    ["aliases", "x-a: &a [LIST]", "unlimited_quota: true, model_limits: *a"],
  ])("texts of %s that multiply under every key are refused", (_, head, fields) => {
    // A hundred models of 100 characters, which count as 108 each.
    const models = Array.from({ length: 100 }, (_, n) => String(n).padStart(100, "m")).join(", ");
    const text = (count: number): string =>
      `${head.replace("LIST", models)}\n${entries(count, (n) => `  - { name: k${n}, ${fields} }\n`)}`;
    expect(load(text(440)).diagnostics).toEqual([]);
    expect(load(text(480)).diagnostics).toMatchObject([{ code: "file-too-large" }]);
  });

  test("so are the places of keys", () => {
    const argument = "a".repeat(990);
    const text = (count: number): string =>
      `x-l: &l ${argument}\n${entries(count, (n) => `  - { name: k${n}, unlimited_quota: true, deliver: [{ exec: [p, u${n}${", *l".repeat(50)}] }] }\n`)}`;
    expect(load(text(90)).diagnostics).toEqual([]);
    expect(load(text(120)).diagnostics[0]).toMatchObject({ code: "yaml-alias" });
  });

  test.each([
    ["a name", "{ name: *a, remain_quota: 1 }"],
    ["an item of a list", "{ name: k, remain_quota: 1, model_limits: [*a ] }"],
    ["the name of a field", "{ name: k, remain_quota: 1, *a : 1 }"],
    ["a note", "{ name: k, remain_quota: 1, x-b: { c: [*a ] } }"],
  ])("a long text counts as often as aliases to it stand: %s", (_, entry) => {
    const text = (count: number): string =>
      `x-a: &a x-${"z".repeat(50_000)}\n${entries(count, () => `  - ${entry}\n`)}`;
    const told = (count: number): readonly string[] =>
      load(text(count)).diagnostics.flatMap(({ message }) =>
        message.startsWith("what the aliases") ? [message] : [],
      );
    expect(told(99)).toEqual([]);
    expect(told(101)).toHaveLength(1);
  });

  test("what an alias stands for is read anew as another kind of list", () => {
    const text = (first: string, second: string): string =>
      `version: 1\nx-a: &a [gpt-4o]\nkeys:\n  - { name: k, remain_quota: 1, ${first}: *a, ${second}: *a }\n`;
    for (const [first, second] of [
      ["model_limits", "allow_ips"],
      ["allow_ips", "model_limits"],
    ] as const) {
      expect(load(text(first, second)).diagnostics).toMatchObject([{ code: "address-invalid" }]);
    }
  });

  // With a pattern that has two ways through the same digits these would take an hour.
  test.each([
    ["zeros", `remain_quota: "${"0".repeat(1_000_000)}x"`, "yaml-number"],
    ["digits", `remain_quota: "${"1".repeat(1_000_000)}x"`, "yaml-number"],
    ["a number", `remain_quota: ${"1".repeat(1_000_000)}`, "yaml-number"],
    ["a fraction", `expired_time: "2026-01-01T00:00:00.${"1".repeat(1_000_000)}\\nx"`, "expiry-"],
  ])("a very long value is told and no more: %s", (_, field, code) => {
    const { diagnostics } = load(`version: 1\nkeys: [{ name: k, ${field} }]\n`);
    expect(diagnostics.some((one) => one.code.startsWith(code))).toBe(true);
  });

  test("a list behind aliases is read once, and its faults are told once", () => {
    const told = (line: string, lines: number): readonly string[] => {
      const keys = entries(
        50,
        (n) => `  - { name: k${n}, unlimited_quota: true, allow_ips: *a }\n`,
      );
      const text = `x-a: &a |\n${`  ${line}\n`.repeat(lines)}${keys}`;
      return load(text).diagnostics.map(({ message }) => message);
    };
    expect(told("::/0", 10_000)).toHaveLength(1);
    expect(told("x", 10_000)).toHaveLength(1);
    // However few of them differ: each would have to be read to know that.
    expect(told("::1", 17_000)[0]).toContain("more than 32,000 characters");
  });

  test("the validator adds errors to those before, and copies none: each place of a long list has some", () => {
    const text = `version: 1\nx-a: &a {file: {}}\nkeys:\n  - name: k\n    deliver: [${"*a, ".repeat(2_000)}]\n`;
    const concat = vi.spyOn(Array.prototype, "concat");
    const { diagnostics } = load(text);
    const copies = concat.mock.calls.length;
    concat.mockRestore();
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(copies).toBeLessThan(100);
  });

  test("it counts over all files of a run", () => {
    const sources = [1, 2, 3].map((file) => ({
      file: `${file}.yaml`,
      text: `x-a: &a ${"z".repeat(50_000)}\n${entries(40, (n) => `  - { name: k${file}-${n}, remain_quota: 1, x-b: *a }\n`)}`,
    }));
    expect(loadDesired(sources.slice(0, 2)).diagnostics).toEqual([]);
    expect(loadDesired(sources).diagnostics).toMatchObject([
      { code: "yaml-alias", at: { file: "3.yaml" } },
    ]);
  });

  test("so are those of many small files together", () => {
    const models = Array.from({ length: 100 }, (_, n) => String(n).padStart(190, "m")).join(", ");
    const sources = Array.from({ length: 3 }, (_, file) => ({
      file: `${file}.yaml`,
      text: `defaults: { model_limits: [${models}] }\n${entries(100, (n) => `  - { name: k${file}-${n}, unlimited_quota: true }\n`)}`,
    }));
    expect(loadDesired(sources.slice(0, 2)).diagnostics).toEqual([]);
    expect(loadDesired(sources).diagnostics).toMatchObject([
      { code: "file-too-large", at: { file: "2.yaml" } },
    ]);
  });

  test("too many keys for so many scopes are told once, and the renames of later files all the same", () => {
    const scopes = Array.from({ length: 100 }, (_, n) => ({
      file: `s${n}.yaml`,
      text: `version: 1\nscope: "s${n}-*"\nkeys: []\n`,
    }));
    const many = {
      file: "many.yaml",
      text: entries(10_001, (n) => `  - { name: k${n}, remain_quota: 1 }\n`),
    };
    const last = {
      file: "last.yaml",
      text: entries(1, () => "  - { name: a, renamed_from: k7, remain_quota: 1 }\n"),
    };
    expect(loadDesired([...scopes, many, last]).diagnostics).toMatchObject([
      { code: "scope-overlap", at: { file: "many.yaml" } },
      { code: "rename-invalid", at: { file: "last.yaml" } },
    ]);
  });

  test("a long list of defaults is gone through once, however many keys have it", () => {
    const models = Array.from({ length: 5_000 }, (_, n) => `m${n}`).join(",");
    const keys = Array.from({ length: 27_000 }, (_, n) => `{name: k${n}}`).join(",");
    const text = `version: 1\ndefaults: {remain_quota: 5, model_limits: [${models}]}\nkeys: [${keys}]\n`;
    // No array has room for as many copies.
    expect(load(text).diagnostics.map(({ code }) => code)).toContain("file-too-large");
  });

  test("aliases multiply over all files of a run, not in each anew", () => {
    const text = (file: number): string =>
      `x-a: &a { unlimited_quota: true, x-b: [${"a, ".repeat(2_000)}a] }\n${entries(20, () => "  - *a\n")}`.replace(
        "a:",
        `a${file}:`,
      );
    const codes = (count: number): readonly string[] => {
      const sources = Array.from({ length: count }, (_, n) => ({
        file: `${n}.yaml`,
        text: text(n),
      }));
      return loadDesired(sources).diagnostics.map(({ code }) => code);
    };
    expect(codes(2)).not.toContain("yaml-alias");
    expect(codes(3)).toContain("yaml-alias");
  });

  test("something shaped like a key is found whole, however long it is", () => {
    const { diagnostics } = load(
      `x-a: sk-${"a".repeat(3_000_000)}\n${entries(1, () => "  - { name: a, remain_quota: 1 }\n")}`,
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["secret-in-file"]);
  });

  test("texts that no server has are refused before they are brought into a form", () => {
    const marks = `a${"\u0301\u0316".repeat(200_000)}`;
    const text = entries(1, () => `  - { name: "${marks}", group: "${marks}", remain_quota: 5 }\n`);
    const codes = load(`scope: "${marks}"\n${text}`).diagnostics.map(({ code }) => code);
    expect(codes).toEqual(["schema-value", "name-invalid", "group-invalid"]);
  });

  test("what a message quotes is cut", () => {
    const { diagnostics } = load(entries(1, () => `  - { name: a, ${"u".repeat(5_000)}: 1 }\n`));
    for (const { message } of diagnostics) expect(message.length).toBeLessThan(300);
  });

  test("a scope longer than any name is refused, and not tried on each of them", () => {
    const text = `version: 1\nscope: "${"*a".repeat(101)}"\nkeys: []\n`;
    expect(load(text).diagnostics).toMatchObject([{ code: "schema-value", at: { line: 2 } }]);
  });

  test("a field given twice is found among very many", () => {
    const fields = Array.from({ length: 20_000 }, (_, n) => `    x-${n}: 1\n`).join("");
    const text = `version: 1\nkeys:\n  - name: a\n    remain_quota: 5\n${fields}    x-7: 2\n`;
    const { diagnostics } = load(text);
    expect(diagnostics).toMatchObject([{ code: "yaml-duplicate-key", at: { line: 20_005 } }]);
  });

  test("columns count code points, wherever on a line the problem stands", () => {
    const text = "version: 1\nkeys: [{ name: a, description: 😀😀, remain_quota: -1 }]\n";
    expect(load(text).diagnostics[0]?.at).toMatchObject({ line: 2, column: 50, length: 2 });
  });
});
