import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { exitOf } from "../../src/model/diagnostic.ts";
import { EXIT } from "../../src/model/exit-code.ts";
import { diagnosticsText } from "../support/config-scenario.ts";
import { expectGolden } from "../support/golden.ts";
import { policyOf, readPolicy } from "../support/policy.ts";

const INVALID = "fixtures/policy/invalid";

describe("a broken policy", () => {
  test.each(readdirSync(INVALID).toSorted())("%s is an error of its own lines", (name) => {
    const folder = join(INVALID, name);
    const read = readPolicy(readFileSync(join(folder, "policy.yaml"), "utf8"));
    const problems = read.ok ? [] : read.error;
    expectGolden(join(folder, "expected.txt"), diagnosticsText(problems));
    expect(exitOf(problems)).toBe(EXIT.invalidInput);
    for (const { fix, at } of problems) expect({ fix, at }).toMatchObject({ fix: /\S/, at: {} });
  });
});

describe("work that a policy can ask for is bounded", () => {
  /** Each refers twice to the next: followed, they double with each. */
  const doubling = (count: number): string => {
    const ref = (n: number) => `{ $ref: "#/definitions/d${n}" }`;
    const one = (n: number) => `  d${n}: { allOf: [${ref(n + 1)}, ${ref(n + 1)}] }\n`;
    const all = Array.from({ length: count }, (_, n) => one(n));
    return `definitions:\n${all.join("")}  d${count}: { required: [owner] }\nallOf: [${ref(0)}]\n`;
  };

  test("references are counted as often as they are followed", () => {
    expect(policyOf(doubling(3)).size).toBe(39);
    for (const count of [12, 60]) {
      const read = readPolicy(doubling(count));
      const [problem] = read.ok ? [] : read.error;
      expect(problem?.message).toBe("a key would be held against more than 5000 rules");
    }
  });

  test("so are schemas that nothing refers to", () => {
    const read = readPolicy(`definitions: { a: { allOf: [${"{},".repeat(5_000)}] } }`);
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "the policy has more than 5000 schemas, or too long names", at: { line: 1 } },
    ]);
  });

  test("a chain of references that is too long is refused, whatever its order", () => {
    const link = (n: number) => `  d${n}: { $ref: "#/definitions/d${n + 1}" }\n`;
    const chain = Array.from({ length: 1_000 }, (_, n) => link(n)).join("");
    const read = readPolicy(`definitions:\n${chain}  d1000: {}\n$ref: "#/definitions/d0"\n`);
    expect(read.ok ? [] : read.error).toMatchObject([{ message: "this is nested too deeply" }]);
  });

  test("a policy that takes too long to be read is refused", () => {
    const read = readPolicy("required: [owner]", "policy.yaml", () => undefined);
    expect(read.ok ? [] : read.error).toMatchObject([
      { code: "policy-invalid", message: "the policy cannot be read: it takes too long" },
    ]);
  });

  test("names that are asked for count as rules", () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `x-${n}`).join(", ");
    const refs = (count: number) => `allOf: [${'{ $ref: "#/definitions/a" }, '.repeat(count)}]`;
    const policy = (count: number) =>
      `definitions: { a: { required: [${names}] } }\n${refs(count)}`;
    expect(policyOf(policy(1)).size).toBe(3_019);
    const alone = Array.from({ length: 5_001 }, (_, n) => `x-${n}`).join(", ");
    for (const text of [policy(2), `required: [${alone}]`]) {
      const read = readPolicy(text);
      expect(read.ok ? [] : read.error).toMatchObject([
        { message: "a key would be held against more than 5000 rules" },
      ]);
    }
  });

  test("a long list of values is not compared each with each", () => {
    const values = Array.from({ length: 40_000 }, (_, n) => n).join(", ");
    expect(policyOf(`properties: { remain_quota: { enum: [${values}] } }`).size).toBe(4_002);
    const types = readPolicy(`properties: { name: { type: [${"string, ".repeat(9)}] } }`);
    expect(types.ok ? [] : types.error).toMatchObject([{ message: "there are 7 types" }]);
  });

  test("a pattern that the engine would refuse only when it runs is refused at its line", () => {
    const read = readPolicy(`properties:\n  name: { pattern: "${"z".repeat(5_001)}" }\n`);
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "this pattern has more than 5000 characters", at: { line: 2 } },
    ]);
  });

  test("what an alias stands for counts wherever it is used, and is kept once", () => {
    const policy = (count: number) =>
      `$comment: &a "${"z".repeat(100_000)}"\nproperties: { owner: { enum: [${"*a, ".repeat(count)}] } }\n`;
    expect(policyOf(policy(10)).size).toBe(1_003);
    const read = readPolicy(policy(51));
    expect(read.ok ? [] : read.error).toMatchObject([{ code: "yaml-alias" }]);
  });

  test("long texts count as often as they are written out, and long names with all below them", () => {
    const text = "A".repeat(20_000);
    const refs = '{ $ref: "#/definitions/c" }, '.repeat(300);
    const wide = readPolicy(`definitions: { c: { const: "${text}" } }\nallOf: [${refs}]\n`);
    expect(wide.ok ? [] : wide.error).toMatchObject([
      { message: "a key would be held against more than 5000 rules" },
    ]);
    const name = `x-${"a".repeat(4_900)}`;
    const deep = readPolicy(`properties:\n  ? ${name}\n  : allOf: [${"true, ".repeat(1_100)}]\n`);
    expect(deep.ok ? [] : deep.error).toMatchObject([
      { message: "the policy has more than 5000 schemas, or too long names" },
    ]);
  });

  test.each([
    ["a field", "properties:\n  ? NAME\n  : { a: 1 }\n", 2],
    ["a keyword", "required: [owner]\n? NAME\n: 1\n", 3],
    ["a pattern", "properties:\n  owner:\n    patternProperties:\n      ? NAME\n      : true\n", 4],
  ])("a name that is too long is refused before anything is made of it: %s", (_, policy, line) => {
    const read = readPolicy(policy.replace("NAME", `x-${"a".repeat(5_000)}`));
    const message = "a name here has more than 5000 characters";
    expect(read.ok ? [] : read.error).toMatchObject([{ message, at: { line } }]);
  });

  test("values of an enum count as often as they are written out", () => {
    const values = Array.from({ length: 199 }, (_, n) => n).join(", ");
    const refs = '{ $ref: "#/definitions/a" }, '.repeat(300);
    const read = readPolicy(`definitions: { a: { enum: [${values}] } }\nallOf: [${refs}]\n`);
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "a key would be held against more than 5000 rules" },
    ]);
  });

  test("so does a list of dependencies, each name of which is told with the whole list", () => {
    const names = (count: number) => Array.from({ length: count }, (_, n) => `x-${n}`).join(", ");
    const policy = (count: number) => `dependencies: { name: [${names(count)}] }\n`;
    expect(policyOf(policy(20)).size).toBe(22);
    const read = readPolicy(policy(1_200));
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "a key would be held against more than 5000 rules" },
    ]);
  });

  test("so does a pattern, of which some characters are written as escapes", () => {
    const pattern = `"a${"\\u2028".repeat(1_000)}"`;
    const policy = (count: number) =>
      [
        `definitions: { a: { pattern: ${pattern} } }`,
        `properties: { name: { allOf: [${'{ $ref: "#/definitions/a" }, '.repeat(count)}] } }`,
      ].join("\n");
    expect(policyOf(policy(500)).size).toBe(4_002);
    const read = readPolicy(policy(700));
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "a key would be held against more than 5000 rules" },
    ]);
  });

  test("so does a long name of a field, with each rule below it", () => {
    const policy = (length: number, count: number) =>
      [
        `definitions: { a: { properties: { ? "x-${"n".repeat(length)}" : { minimum: 1 } } } }`,
        `allOf: [${'{ $ref: "#/definitions/a" }, '.repeat(count)}]`,
      ].join("\n");
    expect(policyOf(policy(1_000, 1_000)).size).toBe(3_001);
    const read = readPolicy(policy(4_900, 1_100));
    expect(read.ok ? [] : read.error).toMatchObject([
      { message: "with all references followed, the names of this policy are too long" },
    ]);
  });

  test("the validator writes nothing past the reports, where its code is nested too deeply", () => {
    const written = vi.spyOn(console, "error").mockReturnValue();
    vi.stubGlobal("Function", function refuse() {
      throw new RangeError("Maximum call stack size exceeded");
    });
    const read = readPolicy("required: [owner]\n");
    vi.unstubAllGlobals();
    expect(read.ok ? [] : read.error).toMatchObject([
      {
        message:
          "the policy cannot be read: it has too many alternatives in one place, or is nested too deeply",
      },
    ]);
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  test("messages are cut, whatever they quote", () => {
    const long = `x-${"n".repeat(900)}`;
    const read = readPolicy(`${long}: 1\nproperties: { owner: { ${long}: 1 } }\n`);
    const said = (read.ok ? [] : read.error).map(({ message, fix }) => `${message}${fix}`);
    expect(said).toHaveLength(2);
    expect(Math.max(...said.map(({ length }) => length))).toBeLessThan(500);
  });
});

test("a reference is read as the validator reads it: no character stands for another", () => {
  // Decoded as a whole, this would lead to another schema than decoded step by step.
  const read = readPolicy(`definitions:
  z: { not: { minProperties: 99 } }
  "z/not": { allOf: [{ $ref: "#" }] }
allOf: [{ $ref: "#/definitions/z%2Fnot" }]
`);
  const messages = read.ok ? [] : read.error.map(({ message }) => message);
  expect(messages).toContain("$ref leads to no schema in this file");
});
