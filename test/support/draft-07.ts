import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject } from "../../src/model/json.ts";

/**
 * Whether a value keeps a schema, by the words of JSON Schema draft-07 and nothing else: what the validator
 * says is compared with it. It knows the keywords that its test makes, references to `definitions` of `root`
 * included, and keeps no account of what is broken.
 */
export function accepts(schema: unknown, value: unknown, root: JsonObject): boolean {
  if (!isJsonObject(schema)) return schema === true;
  return Object.entries(schema).every(([keyword, rule]) =>
    keeps(keyword, rule, { schema, value, root }),
  );
}

interface Place {
  readonly schema: JsonObject;
  readonly value: unknown;
  readonly root: JsonObject;
}

function keeps(keyword: string, rule: unknown, place: Place): boolean {
  const { schema, value, root } = place;
  const passes = (some: unknown, of = value): boolean => accepts(some, of, root);
  const passing = (some: unknown): number => listOf(some).filter((one) => passes(one)).length;
  switch (keyword) {
    case "$ref":
      return passes(at(root, String(rule)));
    case "type":
      return listOf(rule).some((type) => isOfType(value, type));
    case "enum":
      return listOf(rule).some((one) => isDeepStrictEqual(one, value));
    case "const":
      return isDeepStrictEqual(rule, value);
    case "not":
      return !passes(rule);
    case "allOf":
      return passing(rule) === listOf(rule).length;
    case "anyOf":
      return passing(rule) > 0;
    case "oneOf":
      return passing(rule) === 1;
    case "if":
      return passes(passes(rule) ? (schema["then"] ?? true) : (schema["else"] ?? true));
    default:
      if (typeof value === "string") return keepsText(keyword, rule, value);
      if (typeof value === "number") return keepsNumber(keyword, rule, value);
      if (Array.isArray(value)) return keepsList(keyword, rule, { schema, value, passes });
      if (isJsonObject(value)) return keepsMapping(keyword, rule, { schema, value, passes });
      return true;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function at(root: JsonObject, ref: string): unknown {
  const [, , name = ""] = ref.split("/");
  const { definitions } = root;
  return isJsonObject(definitions) ? definitions[name] : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  if (value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function keepsText(keyword: string, rule: unknown, text: string): boolean {
  const length = Array.from(text).length;
  if (keyword === "minLength") return length >= Number(rule);
  if (keyword === "maxLength") return length <= Number(rule);
  return keyword !== "pattern" || new RegExp(String(rule), "u").test(text);
}

function keepsNumber(keyword: string, rule: unknown, value: number): boolean {
  if (typeof rule !== "number") return true;
  if (keyword === "minimum") return value >= rule;
  if (keyword === "maximum") return value <= rule;
  if (keyword === "exclusiveMinimum") return value > rule;
  if (keyword === "exclusiveMaximum") return value < rule;
  return keyword !== "multipleOf" || value % rule === 0;
}

interface Inside<T> {
  readonly schema: JsonObject;
  readonly value: T;
  readonly passes: (schema: unknown, value: unknown) => boolean;
}

function keepsList(keyword: string, rule: unknown, { schema, value, passes }: Inside<unknown[]>) {
  switch (keyword) {
    case "minItems":
      return value.length >= Number(rule);
    case "maxItems":
      return value.length <= Number(rule);
    case "uniqueItems":
      return (
        rule !== true ||
        value.every((one, index) =>
          value.slice(0, index).every((other) => !isDeepStrictEqual(one, other)),
        )
      );
    case "items": {
      const beyond = Array.isArray(rule) ? (schema["additionalItems"] ?? true) : rule;
      const each = Array.isArray(rule) ? rule : [];
      return value.every((one, index) => passes(index < each.length ? each[index] : beyond, one));
    }
    case "contains":
      return value.some((one) => passes(rule, one));
    default:
      return true;
  }
}

function keepsMapping(keyword: string, rule: unknown, place: Inside<JsonObject>) {
  const { schema, value, passes } = place;
  const names = Object.keys(value);
  const rules = isJsonObject(rule) ? rule : {};
  switch (keyword) {
    case "minProperties":
      return names.length >= Number(rule);
    case "maxProperties":
      return names.length <= Number(rule);
    case "required":
      return listOf(rule).every((name) => names.includes(String(name)));
    case "propertyNames":
      return names.every((name) => passes(rule, name));
    case "properties":
      return names.every((name) => !Object.hasOwn(rules, name) || passes(rules[name], value[name]));
    case "patternProperties":
      return names.every((name) =>
        Object.entries(rules).every(
          ([pattern, one]) => !new RegExp(pattern, "u").test(name) || passes(one, value[name]),
        ),
      );
    case "additionalProperties":
      return names.every((name) => isNamed(name, schema) || passes(rule, value[name]));
    case "dependencies":
      return Object.entries(rules).every(([name, one]) => {
        if (!names.includes(name)) return true;
        return Array.isArray(one)
          ? one.every((other) => names.includes(other))
          : passes(one, value);
      });
    default:
      return true;
  }
}

function isNamed(name: string, { properties, patternProperties }: JsonObject): boolean {
  const patterns = Object.keys(isJsonObject(patternProperties) ? patternProperties : {});
  return (
    (isJsonObject(properties) && Object.hasOwn(properties, name)) ||
    patterns.some((pattern) => new RegExp(pattern, "u").test(name))
  );
}
