import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import schema from "../../schemas/keys.schema.json" with { type: "json" };
import { loadScenario } from "../support/config-scenario.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
const VALID = "fixtures/config/valid";
const INVALID = "fixtures/config/invalid";

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(folder, name));
}

describe("what the loader accepts, an editor with the schema accepts", () => {
  test.each(readdirSync(VALID))("%s", (name) => {
    for (const file of yamlFiles(join(VALID, name))) {
      validate(parse(readFileSync(file, "utf8")));
      expect(validate.errors).toBeNull();
    }
  });
});

describe("what the schema refuses, the loader explains in its own words", () => {
  test.each(readdirSync(INVALID))("%s", (name) => {
    const { diagnostics } = loadScenario(join(INVALID, name));
    const said = diagnostics.map(({ message }) => message);
    expect(
      said.filter((message) => /must (?:NOT|match|be equal)|the value must/.test(message)),
    ).toEqual([]);
  });
});
