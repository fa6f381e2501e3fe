import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { Limited } from "../../src/policy/limited.ts";
import { broken } from "../support/policy.ts";

const keys = (...entries: readonly string[]): string =>
  `version: 1\nkeys:\n${entries.map((entry) => `  - ${entry}\n`).join("")}`;

/** `line:column message`, of what these entries break. */
function said(policy: string, ...entries: readonly string[]): readonly string[] {
  return broken({ policies: [policy], files: [keys(...entries)] }).map(
    ({ at, message }) => `${at?.line}:${at?.column} ${message}`,
  );
}

const KEY = "{ name: a, remain_quota: 500 }";

describe("a key is looked at in canonical form", () => {
  test.each([
    ["a list is one however it is spelled", 'model_limits: "b, a,b"', "model_limits: [b, a]"],
    ["a cleared list is empty", 'allow_ips: ""', "allow_ips: []"],
    ["so is a list that is null", "allow_ips: null", "allow_ips: []"],
    ["an address is canonical", "allow_ips: [2001:DB8::1]", 'allow_ips: ["2001:db8::1"]'],
    ["a date is Unix seconds", "expired_time: 2027-01-31", "expired_time: 1801439999"],
    ["never is -1", "expired_time: never", "expired_time: -1"],
    ["a status is a word", "status: 2", "status: disabled"],
    ["people's fields stand as they are", "x-a: { b: [1, no] }", 'x-a: { b: [1, "no"] }'],
  ])("%s", (_rule, declared, seen) => {
    const [field = "", value] = seen.split(/: (.*)/s);
    const policy = (wanted?: string) =>
      `required: [${field}]\nproperties: { ${field}: { const: ${wanted} } }\n`;
    const entry = `{ name: a, remain_quota: 500, ${declared} }`;
    expect(said(policy(value), entry)).toEqual([]);
    expect(said(policy("another"), entry)).toHaveLength(1);
  });

  test("texts are compared in the form in which a letter and its accent are one", () => {
    const entry = '{ name: "cafe\\u0301", remain_quota: 500, owner: "e\\u0301" }';
    for (const rule of [
      "properties: { name: { not: { const: café } } }",
      "properties: { owner: { not: { pattern: ^é$ } } }",
    ])
      expect(said(rule, entry)).toHaveLength(1);
  });

  test("what nothing names is absent, also what another field implies", () => {
    const names = "[name, remain_quota, model_limits, group, owner]";
    const policy = `propertyNames: { enum: ${names} }`;
    const fields = "remain_quota: 500, model_limits: [a], group: vip, owner: me";
    expect(said(policy, `{ name: a, state: present, ${fields} }`)).toEqual([]);
    expect(said(policy, `{ name: a, ${fields}, unlimited_quota: false }`)).toHaveLength(1);
  });

  test("a field of `defaults` is there, unless the key decides otherwise", () => {
    const file = (key: string) =>
      `version: 1\ndefaults: { remain_quota: 5, group: auto, cross_group_retry: true }\nkeys:\n  - ${key}\n`;
    const names = (key: string) =>
      broken({ policies: ["propertyNames: { pattern: ^$ }"], files: [file(key)] }).length;
    expect(names("{ name: a }")).toBeGreaterThan(0);
    const without = (field: string, key: string) =>
      broken({ policies: [`not: { required: [${field}] }`], files: [file(key)] }).length === 0;
    expect(without("remain_quota", "{ name: a }")).toBe(false);
    expect(without("remain_quota", "{ name: a, unlimited_quota: true }")).toBe(true);
    expect(without("cross_group_retry", "{ name: a, group: vip }")).toBe(true);
  });

  test("an entry to be deleted is held against nothing", () => {
    expect(said("required: [owner]", "{ name: a, state: absent }")).toEqual([]);
  });
});

describe("a violation is told in the words of the nearest enclosing description", () => {
  const policy = `
description: outer
properties:
  owner: { description: inner, minLength: 2, maxLength: 3 }
  group: { $ref: "#/definitions/group" }
  x-team: { $ref: "#/definitions/team" }
required: [owner]
definitions:
  group: { enum: [vip] }
  team: { description: "words of\\n the  definition", enum: [a] }
`;

  test.each([
    ["beside the keyword", "owner: a", "inner"],
    ["around it", "remark: 1", "outer"],
    ["around a reference to it", "owner: ab, group: gold", "outer"],
    ["in what is referred to, in one line", "owner: ab, x-team: b", "words of the definition"],
  ])("%s", (_where, declared, words) => {
    const fields = declared === "remark: 1" ? "" : `, ${declared}`;
    const [first, ...more] = said(policy, `{ name: a, remain_quota: 500${fields} }`);
    expect(first).toMatch(new RegExp(`"a"( \\(line 3\\))?: ${words}$`));
    expect(more).toEqual([]);
  });

  test("each way to a schema has its own", () => {
    const ways = `
properties:
  owner: { description: of an owner, $ref: "#/definitions/short" }
  group: { description: of a group, $ref: "#/definitions/short" }
definitions:
  short: { allOf: [{ $ref: "#/definitions/two" }] }
  two: { maxLength: 2 }
`;
    const found = said(ways, "{ name: a, remain_quota: 500, owner: abc, group: abc }");
    expect(found).toEqual([
      expect.stringMatching(/^3:\d+ "a" \(line 3\): of an owner$/),
      expect.stringMatching(/^3:\d+ "a" \(line 3\): of a group$/),
    ]);
  });

  test("without one, in those of the rule", () => {
    const rule = "properties: { remain_quota: { maximum: 5 } }";
    expect(said(rule, KEY)).toEqual(['3:30 "a" (line 3): remain_quota must be <= 5']);
  });

  test("the fix says what the rule is, and where it stands", () => {
    const [found] = broken({ policies: [policy], files: [keys(KEY)] });
    expect(found?.fix).toBe("the key has no owner (policy.yaml:7)");
  });
});

describe("a violation has its place", () => {
  test("at the field whose value it is, with the line of the key", () => {
    const files = [
      "version: 1\nkeys:\n  - name: a\n    model_limits: [x, y]\n    remain_quota: 500\n",
    ];
    const policies = ["properties: { model_limits: { items: { enum: [x] } } }"];
    expect(broken({ policies, files })).toMatchObject([
      {
        message: '"a" (line 3): model_limits "y" must be one of "x"',
        at: { file: "keys-1.yaml", line: 4, column: 19 },
        frame: expect.arrayContaining([expect.objectContaining({ line: 4, marked: true })]),
      },
    ]);
  });

  test("at a field that is not allowed", () => {
    const policy = "properties: { name: true, remain_quota: true }\nadditionalProperties: false";
    const [found] = said(policy, "{ name: a, remain_quota: 500, x-note: 1 }");
    expect(found).toBe('3:43 "a" (line 3): x-note is not allowed');
  });

  test("at the key where a field is missing", () => {
    expect(said("required: [owner]", KEY)).toEqual(['3:13 "a": the key has no owner']);
  });

  test("at a line of `defaults` once, with the keys it stands under", () => {
    const entries = Array.from({ length: 12 }, (_, n) => `  - { name: k${n} }\n`);
    const files = [`version: 1\ndefaults: { remain_quota: 9 }\nkeys:\n${entries.join("")}`];
    const policies = ["properties: { remain_quota: { maximum: 5 } }"];
    const [found, ...more] = broken({ policies, files });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ at: { line: 2, column: 27 } });
    expect(found?.message).toMatch(/^"k0" \(line 4\), .*"k9" \(line 13\) and 2 more: remain_quota/);
  });

  test("in the order of the files and their lines, each policy's beside the other's", () => {
    const policies = ["required: [owner]", "properties: { remain_quota: { maximum: 5 } }"];
    const files = [keys("{ name: a, remain_quota: 500 }", "{ name: b, remain_quota: 500 }")];
    const places = broken({ policies, files: [...files, keys("{ name: c, remain_quota: 1 }")] });
    expect(places.map(({ at }) => `${at?.file}:${at?.line}:${at?.column}`)).toEqual([
      "keys-1.yaml:3:13",
      "keys-1.yaml:3:30",
      "keys-1.yaml:4:13",
      "keys-1.yaml:4:30",
      "keys-2.yaml:3:13",
    ]);
  });
});

test("of more rules than are counted that one description covers, no number is told", () => {
  const fix = (count: number): string | undefined => {
    const names = Array.from({ length: count }, (_, n) => `x-${n}`).join(", ");
    const policy = `description: Fill in everything.\nrequired: [${names}]`;
    return broken({ policies: [policy], files: [keys(KEY)] })[0]?.fix;
  };
  expect(fix(100)).toMatch(/has no x-4 \(policy\.yaml:2\) and 95 more$/);
  expect(fix(101)).toMatch(/has no x-4 \(policy\.yaml:2\) and many more$/);
});

test("the rules that one description covers are all told, the first five in full", () => {
  const policy = `description: Fill in everything.\nrequired: [${Array.from({ length: 8 }, (_, n) => `x-${n}`).join(", ")}]`;
  const [found, ...others] = broken({ policies: [policy], files: [keys(KEY)] });
  expect(found?.fix).toMatch(/has no x-0 .*has no x-4 \(policy\.yaml:2\) and 3 more$/);
  expect(others).toEqual([]);
});

test("a blank description is none", () => {
  expect(said('description: outer\nallOf: [{ description: " ", required: [owner] }]', KEY)).toEqual(
    ['3:13 "a": outer'],
  );
});

test("a rule may match a field by its name and by a pattern", () => {
  const policy =
    'properties: { x-a: { maxLength: 3 } }\npatternProperties: { "^x-": { minLength: 2 } }';
  expect(said(policy, "{ name: a, remain_quota: 5, x-a: abcd }")).toHaveLength(1);
  expect(said(policy, "{ name: a, remain_quota: 5, x-a: b }")).toHaveLength(1);
  expect(said(policy, "{ name: a, remain_quota: 5, x-a: abc }")).toEqual([]);
});

test("a note's fields are its own alone, and objects in it are compared", () => {
  const entry = "{ name: a, remain_quota: 5, x-n: { b: [1] } }";
  expect(said("properties: { x-n: { required: [toString] } }", entry)).toHaveLength(1);
  expect(said("properties: { x-n: { const: { b: [1] } } }", entry)).toEqual([]);
  expect(said("properties: { x-n: { enum: [{ b: [2] }] } }", entry)).toHaveLength(1);
});

describe("alternatives are told as one", () => {
  test.each([
    ["anyOf", "anyOf: [{ required: [owner] }, { required: [group] }]"],
    ["oneOf", "oneOf: [{ required: [owner] }, { required: [group] }]"],
    [
      "a reference",
      "anyOf: [{ $ref: '#/definitions/o' }]\ndefinitions: { o: { required: [owner] } }",
    ],
    ["oneOf, of two that hold", "oneOf: [{ required: [name] }, { required: [remain_quota] }]"],
    ["propertyNames", "propertyNames: { pattern: '^[nr]' }"],
    ["not", "not: { required: [remain_quota] }"],
    ["contains", "properties: { x-tags: { contains: { const: a } } }"],
  ])("%s", (_keyword, policy) => {
    expect(said(policy, "{ name: a, remain_quota: 500, x-tags: [b, c] }")).toHaveLength(1);
  });

  test("a rule under `then` is told by itself", () => {
    const policy = "if: { required: [remain_quota] }\nthen: { required: [owner] }";
    expect(said(policy, KEY)).toEqual(['3:13 "a": the key has no owner']);
  });

  test("a schema that is also a rule of its own is told", () => {
    const policy =
      "definitions: { o: { required: [owner] } }\nallOf: [{ anyOf: [{ $ref: '#/definitions/o' }] }, { $ref: '#/definitions/o' }]";
    expect(said(policy, KEY)).toContain('3:13 "a": the key has no owner');
  });
});

test.each([
  ["model_limits: [a], allow_ips: []", 'patternProperties: { "^(model_limits|allow_ips)$": RULE }'],
  ["x-a: [[a], []]", "properties: { x-a: { items: RULE } }"],
  [
    "x-a: [a], x-b: []",
    "properties: { name: true, remain_quota: true }\nadditionalProperties: RULE",
  ],
])("an empty list contains nothing, whatever was looked at before: %s", (fields, policy) => {
  const found = said(
    policy.replace("RULE", "{ contains: { minLength: 1 } }"),
    `{ name: a, remain_quota: 500, ${fields} }`,
  );
  expect(found).toEqual([expect.stringMatching(/must contain at least 1 valid item\(s\)$/)]);
});

test("a list with too few items is told so beside `contains`", () => {
  const policy = "properties: { x-a: { contains: true, minItems: 2 } }";
  expect(said(policy, "{ name: a, remain_quota: 500, x-a: [1] }")).toEqual([
    expect.stringMatching(/must NOT have fewer than 2 items$/),
  ]);
});

test.each([
  ["500", "250", true],
  ["5", "10000000000", false],
  ["9007199254740990", "7", false],
  ["9007199254740990", "2", true],
])("whole numbers are multiples exactly: %s of %s", (quota, step, isOne) => {
  const found = said(
    `properties: { remain_quota: { multipleOf: ${step} } }`,
    `{ name: a, remain_quota: ${quota} }`,
  );
  const message = expect.stringMatching(`: remain_quota must be a multiple of ${step}$`);
  expect(found).toEqual(isOne ? [] : [message]);
});

test.each([
  ["0.3", "0.1", true],
  ["123456.78", "0.01", true],
  ["0", "0.7", true],
  ["0.35", "0.1", false],
  ["5", "10000000000.5", false],
  ["9007199254740991", "0.3", false],
  ["9007199254740991", "0.5", true],
])("decimal fractions are multiples as people read them: %s of %s", (value, step, isOne) => {
  const entry = `{ name: a, remain_quota: 500, x-share: ${value} }`;
  expect(said(`properties: { x-share: { multipleOf: ${step} } }`, entry)).toHaveLength(
    isOne ? 0 : 1,
  );
});

describe("expiresWithin", () => {
  // 2027-01-15T08:00:00Z, and 24 hours.
  const policy = "expiresWithin: 1d";
  const entry = (expiry: string) => `{ name: a, remain_quota: 500, expired_time: ${expiry} }`;

  test.each([
    ["2027-01-16T08:00:00Z", true],
    ["2027-01-16T08:00:01Z", false],
    ["never", false],
    ["2020-01-01", true],
  ])("%s passes: %s", (expiry, passes) => {
    expect(said(policy, entry(expiry))).toHaveLength(passes ? 0 : 1);
  });

  test("an absent expiry is a violation only where the key is to be created", () => {
    const given = { policies: [policy], files: [keys(KEY)] };
    expect(broken({ ...given, isNew: false })).toEqual([]);
    expect(broken({ ...given, isNew: true })).toMatchObject([
      {
        message: '"a": expired_time must be within 1d from now, and is not declared',
        at: { line: 3, column: 13 },
      },
    ]);
  });

  test.each([
    "if: { expiresWithin: 1d }\nthen: { required: [owner] }",
    "if: { $ref: '#/definitions/soon' }\nthen: { required: [owner] }\ndefinitions: { soon: { expiresWithin: 1d } }",
    "not: { anyOf: [{ expiresWithin: 1d }] }",
    "oneOf: [{ expiresWithin: 1d }, { required: [remain_quota] }]",
  ])("a key that passes before it is created passes after it, too: %s", (some) => {
    const given = { policies: [some], files: [keys(KEY)] };
    expect(broken({ ...given, isNew: true })).toEqual([]);
    expect(broken({ ...given, isNew: false })).toEqual([]);
    expect(said(some, entry("2027-01-15T09:00:00Z"))).not.toEqual([]);
  });

  test("goes with a condition, also by reference", () => {
    const some = `definitions: { soon: { expiresWithin: 1d } }
if: { properties: { name: { pattern: ^prod- } } }
then: { $ref: "#/definitions/soon" }
`;
    expect(said(some, entry("never"))).toEqual([]);
    expect(said(some, "{ name: prod-a, remain_quota: 500, expired_time: never }")).toHaveLength(1);
  });
});

describe("work and text are bounded", () => {
  test("of more than 200 violations the others are counted, and refuse as they do", () => {
    const entries = Array.from({ length: 300 }, (_, n) => `{ name: k${n}, remain_quota: 500 }`);
    const found = broken({ policies: ["required: [owner]"], files: [keys(...entries)] });
    expect(found).toHaveLength(201);
    expect(found.at(-1)).toMatchObject({
      code: "policy-violated",
      severity: "error",
      message: "and 100 more violations, which are not shown",
    });
  });

  test("of very many it is not found how many there are", () => {
    const entries = Array.from({ length: 40 }, (_, n) => `{ name: k${n}, remain_quota: 500 }`);
    const names = Array.from({ length: 4_000 }, (_, n) => `x-${n}`).join(", ");
    const found = broken({ policies: [`required: [${names}]`], files: [keys(...entries)] });
    expect(found).toHaveLength(201);
    expect(found.at(-1)?.message).toBe("and more than 100000 violations, which are not shown");
  });

  test("so are those for which words in a script of four bytes a letter leave no room", () => {
    const entries = Array.from({ length: 200 }, (_, n) => `{ name: k${n}, remain_quota: 500 }`);
    const rule = (n: number) =>
      `  - { properties: { name: { enum: ["${n}${"😀".repeat(75)}"] } } }\n`;
    const policy = `description: "${"😀".repeat(499)}"\nallOf:\n${[0, 1, 2, 3, 4].map(rule).join("")}`;
    const found = broken({ policies: [policy], files: [keys(...entries)] });
    const bytes = found.reduce((sum, one) => sum + Buffer.byteLength(one.message + one.fix), 0);
    expect(bytes).toBeGreaterThan(390_000);
    expect(bytes).toBeLessThan(410_000);
    const left = 200 - found.length + 1;
    expect(found.at(-1)?.message).toBe(`and ${left} more violations, which are not shown`);
  });

  test("a policy is compiled once, and asked for all keys in one go", () => {
    const calls: string[] = [];
    const limited: Limited = (work) => {
      calls.push("check");
      return work();
    };
    const entries = Array.from({ length: 50 }, (_, n) => `{ name: k${n}, remain_quota: 500 }`);
    broken({ policies: ["required: [owner]"], files: [keys(...entries)], limited });
    expect(calls).toEqual(["check"]);
  });

  test("a policy that finds no end is an error that names the key it was at", () => {
    const found = broken({
      policies: ["required: [owner]"],
      files: [keys(KEY)],
      limited: (work) => {
        work();
        return undefined;
      },
    });
    expect(found[0]).toMatchObject({
      code: "policy-invalid",
      message: 'the keys cannot be held against this policy: it takes too long, at the key "a"',
      at: { file: "policy.yaml", line: 1 },
    });
  });

  test("so is one that fails, which is no bug of ours", () => {
    const found = broken({
      policies: ["required: [owner]"],
      files: [keys(KEY)],
      limited: () => {
        throw new SyntaxError("Invalid regular expression: too large");
      },
    });
    expect(found).toMatchObject([
      { code: "policy-invalid", message: expect.stringContaining("too large") },
    ]);
  });

  test("what is told is cut, whatever a rule or a key quotes", () => {
    const pattern = `properties: { name: { pattern: "^${"z".repeat(4_000)}$" } }`;
    const names = `required: [x-${"n".repeat(50_000)}]`;
    const words = `description: ${"w ".repeat(50_000)}\nrequired: [owner]`;
    for (const policy of [pattern, names, words]) {
      const [found] = broken({ policies: [policy], files: [keys(KEY)] });
      expect(`${found?.message}${found?.fix}`.length).toBeLessThan(1_500);
    }
  });

  test("a key of very many values is not held against very many schemas", () => {
    const policy = `allOf: [${"{ required: [owner] }, ".repeat(1_000)}]`;
    const entry = `{ name: a, remain_quota: 500, x-a: [${"1, ".repeat(1_100)}] }`;
    expect(broken({ policies: [policy], files: [keys(entry)] })).toMatchObject([
      {
        code: "policy-invalid",
        message: expect.stringContaining('the key "a" has too many values'),
      },
    ]);
  });
});

test("whatever a key declares, a rule on its quota decides as the number does", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (quota, most) => {
      const policy = `properties: { remain_quota: { maximum: ${most} } }`;
      const entry = `{ name: a, remain_quota: ${quota} }`;
      expect(said(policy, entry).length === 0).toBe(quota <= most);
    }),
    { numRuns: 50 },
  );
});
