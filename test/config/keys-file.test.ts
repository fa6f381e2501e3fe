import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import schema from "../../schemas/keys.schema.json" with { type: "json" };

interface SchemaNode {
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly $ref?: string;
}

const ajv = new Ajv({ strict: true, allowUnionTypes: true }).addVocabulary(["patternErrorMessage"]);
ajv.addSchema(schema);

/** Every field of the file with its schema and where that stands. */
const fields: readonly (readonly [pointer: string, node: SchemaNode])[] = [
  ...under("properties", schema.properties),
  ...under("properties/account/properties", schema.properties.account.properties),
  ...under("properties/defaults/properties", schema.properties.defaults.properties),
  ...under("definitions/key/properties", schema.definitions.key.properties),
  ...under("definitions", schema.definitions),
];

function under(
  path: string,
  nodes: Readonly<Record<string, SchemaNode>>,
): readonly (readonly [string, SchemaNode])[] {
  return Object.entries(nodes)
    .filter(([, node]) => node.$ref === undefined)
    .map(([name, node]) => [`${path}/${name}`, node] as const);
}

describe("the schema of the file", () => {
  test.each(fields)("%s is described, with examples that are valid", (pointer, node) => {
    expect(node.description).toMatch(/\S/);
    expect(node.examples?.length).toBeGreaterThan(0);
    const validate = ajv.compile({ $ref: `keys.schema.json#/${pointer}` });
    for (const example of node.examples ?? []) {
      expect(validate(example), `${JSON.stringify(example)} of ${pointer}`).toBe(true);
    }
  });

  test("gives defaults every field of a key but its names, state, places and notes for people", () => {
    const key = Object.keys(schema.definitions.key.properties);
    const own = new Set(["name", "state", "renamed_from", "description", "owner", "deliver"]);
    expect(Object.keys(schema.properties.defaults.properties)).toEqual(
      key.filter((field) => !own.has(field)),
    );
  });

  test("names no host, so that an editor finds it without a network", () => {
    expect(schema.$id).toBe("keys.schema.json");
  });
});

test("the type of the file is the one generated from the schema", async () => {
  const script: unknown = await import(pathToFileURL("scripts/generate-types.mjs").href);
  const generated = await generateWith(script);
  expect(readFileSync("src/config/keys-file.gen.ts", "utf8")).toBe(generated);
});

test("so is the validator", async () => {
  const script: unknown = await import(pathToFileURL("scripts/generate-validator.mjs").href);
  const generated = await generateWith(script);
  expect(readFileSync("src/config/keys-file-validator.gen.js", "utf8")).toBe(generated);
});

/** Calls the one function that a script of `scripts` exports. */
async function generateWith(script: unknown): Promise<unknown> {
  if (typeof script !== "object" || script === null) return undefined;
  const [generate] = Object.values(script);
  return typeof generate === "function" ? await generate() : undefined;
}
