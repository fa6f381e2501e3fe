import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import schema from "../../schemas/keys.schema.json" with { type: "json" };
import { loadScenario } from "../support/config-scenario.ts";

const ajv = new Ajv({ strict: true, allowUnionTypes: true }).addVocabulary(["patternErrorMessage"]);
const validate = ajv.compile(schema);
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

describe("an editor sees", () => {
  const faults = (text: string): readonly (string | undefined)[] => {
    validate(parse(`version: 1\n${text}`));
    return (validate.errors ?? []).map(({ message }) => message);
  };

  test.each([
    ["a key without a quota", "keys: [{ name: a }]", "keys: [{ name: a, remain_quota: 1 }]"],
    [
      "a quota only in defaults",
      "keys: [{ name: a }]",
      "defaults: { remain_quota: 1 }\nkeys: [{ name: a }]",
    ],
    [
      "no quota asked of an absent key",
      "keys: [{ name: a }]",
      "keys: [{ name: a, state: absent }]",
    ],
    [
      "a retry in other groups without group: auto",
      "keys: [{ name: a, unlimited_quota: true, cross_group_retry: true }]",
      "keys: [{ name: a, unlimited_quota: true, cross_group_retry: true, group: auto }]",
    ],
    [
      "group: auto in defaults",
      "defaults: { unlimited_quota: true }\nkeys: [{ name: a, cross_group_retry: true }]",
      "defaults: { unlimited_quota: true, group: auto }\nkeys: [{ name: a, cross_group_retry: true }]",
    ],
  ])("%s", (_, wrong, right) => {
    expect(faults(wrong)).not.toEqual([]);
    expect(faults(right)).toEqual([]);
  });

  test("a sentence for a wrong date, and two words for status", () => {
    const { expired_time, status } = schema.definitions;
    expect(expired_time.patternErrorMessage).toMatch(/^Write a date such as .*never\.$/);
    expect(status.anyOf.map((one) => one.enum ?? [])).toEqual([["enabled", "disabled"], []]);
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
