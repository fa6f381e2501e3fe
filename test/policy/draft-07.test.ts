import { expect, test } from "vitest";
import { accepts } from "../support/draft-07.ts";
import * as fc from "../support/fast-check.ts";
import { broken, readPolicy } from "../support/policy.ts";

const NAMES = ["a", "b", "ab", "length", "hasOwnProperty", "a/b", "~1", "%25", "0", "é"];
const PATTERNS = ["^a", "b", "", "^$", "^.$", "\\d", "[^a]", "é", "\\p{L}", "^(?!a)"];
const TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"];

const names = fc.constantFrom(...NAMES);
const patterns = fc.constantFrom(...PATTERNS);
const texts = fc.constantFrom("", "a", "ab", "é", "😀", "\u2028", "1", "null", "a/b");
const numbers = fc.constantFrom(0, 1, -1, 2, 3, 7, 10, 0.5, 1e10, 9007199254740991);
const counts = fc.nat(3);
const oneOrTwo = { minKeys: 1, maxKeys: 2, noNullPrototype: true };

const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "max" },
    fc.oneof(texts, numbers, fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** A list as many keywords have it: not empty, and each once. */
const someOf = <T>(of: fc.Arbitrary<T>) =>
  fc.uniqueArray(of, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) });

type Rules = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Schemas of one keyword each. */
function recordsOf(rules: Rules) {
  return Object.entries(rules).map(([keyword, rule]) => fc.record({ [keyword]: rule }));
}

const { schema: schemas } = fc.letrec((tie) => {
  const schema = tie("schema");
  const listed = fc.array(schema, { minLength: 1, maxLength: 3 });
  const named = fc.dictionary(names, schema, oneOrTwo);
  const asserting: Rules = {
    type: fc.oneof(fc.constantFrom(...TYPES), someOf(fc.constantFrom(...TYPES))),
    enum: someOf(values),
    const: values,
    minLength: counts,
    maxLength: counts,
    pattern: patterns,
    minimum: numbers,
    maximum: numbers,
    exclusiveMinimum: numbers,
    exclusiveMaximum: numbers,
    multipleOf: fc.constantFrom(1, 2, 3, 7, 0.5, 1e10),
    minItems: counts,
    maxItems: counts,
    uniqueItems: fc.boolean(),
    minProperties: counts,
    maxProperties: counts,
    required: someOf(names),
  };
  const applying: Rules = {
    $ref: fc.constantFrom("#/definitions/a", "#/definitions/b"),
    not: schema,
    allOf: listed,
    anyOf: listed,
    oneOf: listed,
    items: fc.oneof(schema, listed),
    contains: schema,
    propertyNames: schema,
    properties: named,
    patternProperties: fc.dictionary(patterns, schema, oneOrTwo),
    additionalProperties: schema,
    dependencies: fc.dictionary(names, fc.oneof(someOf(names), schema), oneOrTwo),
  };
  const branch = fc.tuple(fc.constantFrom("then", "else"), schema, schema).map(([word, ...both]) =>
    Object.fromEntries([
      ["if", both[0]],
      [word, both[1]],
    ]),
  );
  const rest = fc.record({ items: listed, additionalItems: schema });
  const rule = fc.oneof(
    fc.oneof(...recordsOf(asserting)),
    fc.oneof(...recordsOf(applying), branch, rest),
  );
  const several = fc
    .array(rule, { minLength: 1, maxLength: 3 })
    .map((all): object => Object.assign({}, ...all));
  const weighted = [
    { arbitrary: fc.boolean(), weight: 1 },
    { arbitrary: several, weight: 4 },
  ] as const;
  return { schema: fc.oneof({ maxDepth: 4, depthSize: "max" }, ...weighted) };
});

test("a note is refused by a policy where draft-07 says so, and by no other", () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(
      schemas,
      fc.record({ a: schemas, b: schemas }),
      fc.array(values, { minLength: 10, maxLength: 30 }),
      (schema, definitions, notes) => {
        const policy = { properties: { "x-a": schema }, definitions };
        const text = JSON.stringify(policy);
        // A reference that leads back to itself, say.
        if (!readPolicy(text).ok) return;
        const keys = notes.map((note, n) => ({ name: `k${n}`, remain_quota: 500, "x-a": note }));
        const files = [JSON.stringify({ version: 1, keys })];
        const told = broken({ policies: [text], files }).map(({ message }) => message);
        const refused = new Set(told.map((message) => /^"k(\d+)"/.exec(message)?.[1]));
        for (const [n, note] of notes.entries()) {
          const isAccepted = accepts(schema, note, policy);
          seen[isAccepted ? "accepted" : "refused"] += 1;
          expect([note, refused.has(String(n))]).toEqual([note, !isAccepted]);
        }
      },
    ),
    { numRuns: process.env["LONG"] ? 20_000 : 1_000 },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(500);
});
