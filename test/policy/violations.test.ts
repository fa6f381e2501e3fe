import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limited } from "../../src/policy/load-policy.ts";
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
    ["a quota implies that it is limited", "group: vip", "unlimited_quota: false"],
    ["a list of models implies its switch", "model_limits: [a]", "model_limits_enabled: true"],
    ["a group implies no retry in others", "group: vip", "cross_group_retry: false"],
    ["people's fields stand as they are", "x-a: { b: [1, no] }", 'x-a: { b: [1, "no"] }'],
  ])("%s", (_rule, declared, seen) => {
    const [field = "", value] = seen.split(/: (.*)/s);
    const policy = (wanted?: string) =>
      `required: [${field}]\nproperties: { ${field}: { const: ${wanted} } }\n`;
    const entry = `{ name: a, remain_quota: 500, ${declared} }`;
    expect(said(policy(value), entry)).toEqual([]);
    expect(said(policy("another"), entry)).toHaveLength(1);
  });

  test("what nothing names is absent, and so are `state` and entries that are", () => {
    const policy = "propertyNames: { enum: [name, remain_quota, unlimited_quota, owner] }";
    expect(said(policy, "{ name: a, state: present, remain_quota: 500, owner: me }")).toEqual([]);
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
        frame: [{}, {}, {}, { line: 4, marked: true }, {}].slice(1),
      },
    ]);
  });

  test("at the field that implies it", () => {
    const policy = "properties: { unlimited_quota: { const: true } }";
    expect(said(policy, KEY)).toEqual(['3:30 "a" (line 3): unlimited_quota must be true']);
  });

  test("at a field that is not allowed", () => {
    const policy =
      "properties: { name: true, remain_quota: true, unlimited_quota: true }\nadditionalProperties: false";
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

describe("alternatives are told as one", () => {
  test.each([
    ["anyOf", "anyOf: [{ required: [owner] }, { required: [group] }]"],
    ["oneOf", "oneOf: [{ required: [owner] }, { required: [group] }]"],
    [
      "a reference",
      "anyOf: [{ $ref: '#/definitions/o' }]\ndefinitions: { o: { required: [owner] } }",
    ],
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
      message: 'holding the keys against this policy takes too long, at the key "a"',
      at: { file: "policy.yaml", line: 1 },
    });
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
