import { nameOfStep, stepOf } from "../config/nodes.ts";
import { fieldMeant } from "../config/unknown-field.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import { EXPIRES_WITHIN, type PolicyFault } from "./schema-faults.ts";
import type { Part } from "./subschemas.ts";

/** What a schema is applied to, in canonical form; nothing is known of what people put into `x-…`. */
export type Kind = "key" | "text" | "number" | "switch" | "list" | "anything";

const FIELDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["name", "text"],
  ["description", "text"],
  ["owner", "text"],
  ["remain_quota", "number"],
  ["unlimited_quota", "switch"],
  ["expired_time", "number"],
  ["model_limits_enabled", "switch"],
  ["model_limits", "list"],
  ["allow_ips", "list"],
  ["group", "text"],
  ["cross_group_retry", "switch"],
  ["status", "text"],
]);

/** What a part of a schema is applied to that looks inside. */
export function kindInside(of: Kind, { keyword, pointer }: Part): Kind {
  if (keyword === "propertyNames") return "text";
  if (of === "list") return "text";
  if (of !== "key" || keyword !== "properties") return "anything";
  return FIELDS.get(nameOfStep(pointer.slice(pointer.lastIndexOf("/") + 1))) ?? "anything";
}

/** Keywords say nothing of a value of another kind than theirs. */
const KEYWORDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...["maxLength", "minLength", "pattern"].map((word) => [word, "text"] as const),
  ...["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"].map(
    (word) => [word, "number"] as const,
  ),
  ...["items", "additionalItems", "contains", "maxItems", "minItems", "uniqueItems"].map(
    (word) => [word, "list"] as const,
  ),
  ...["properties", "required", "dependencies", "patternProperties", "propertyNames"].map(
    (word) => [word, "key"] as const,
  ),
  ...["additionalProperties", "maxProperties", "minProperties", EXPIRES_WITHIN].map(
    (word) => [word, "key"] as const,
  ),
]);

const SAID: Readonly<Record<Kind, string>> = {
  key: "a key",
  text: "text",
  number: "a number",
  switch: "true or false",
  list: "a list",
  anything: "anything",
};

/** Rules that would never apply, so that keys would pass which they seem to refuse. */
export function idleRules(schema: JsonObject, pointer: string, of: Kind): readonly PolicyFault[] {
  const idle = Object.keys(schema).flatMap((keyword): readonly PolicyFault[] => {
    const kind = KEYWORDS.get(keyword);
    const isOwn = keyword === EXPIRES_WITHIN;
    const applies = kind === undefined || kind === of || (of === "anything" && !isOwn);
    if (applies) return [];
    const message = `${keyword} is about ${SAID[kind]}, and this is ${SAID[of]}`;
    const fix = isOwn ? "write it beside properties" : fixOf(kind, of);
    return [{ pointer: `${pointer}/${keyword}`, isName: true, message, fix }];
  });
  return of === "key" ? [...idle, ...unknownFields(schema, pointer)] : idle;
}

function fixOf(kind: Kind, of: Kind): string {
  if (of === "key") return "write it under properties, at the field it is about";
  return of === "list" && kind === "text" ? "write it under items" : "remove it, or write another";
}

/** Names that a schema of the key asks for and that no key has. */
function unknownFields(schema: JsonObject, pointer: string): readonly PolicyFault[] {
  const named = (keyword: string): readonly Named[] =>
    namesIn(schema[keyword], `${pointer}/${keyword}`);
  const { dependencies } = schema;
  const asked = Object.entries(isJsonObject(dependencies) ? dependencies : {}).flatMap(
    ([name, value]) =>
      Array.isArray(value) ? namesIn(value, `${pointer}/dependencies/${stepOf(name)}`) : [],
  );
  return [...named("properties"), ...named("required"), ...named("dependencies"), ...asked].flatMap(
    ({ name, ...place }): readonly PolicyFault[] => {
      if (FIELDS.has(name) || name.startsWith("x-")) return [];
      // A key to be deleted is held against no policy.
      const meant = name === "state" ? undefined : fieldMeant(name, "/keys");
      const fix =
        meant === undefined ? "remove it, or write the name of a field" : `write ${meant}`;
      return [{ ...place, message: `a key has no field ${JSON.stringify(name)}`, fix }];
    },
  );
}

interface Named extends Pick<PolicyFault, "pointer" | "isName"> {
  readonly name: string;
}

/** The names that a mapping has, or a list holds. */
function namesIn(value: unknown, pointer: string): readonly Named[] {
  if (Array.isArray(value)) {
    return value.flatMap((name: unknown, index) =>
      isText(name) ? [{ name, pointer: `${pointer}/${index}` }] : [],
    );
  }
  const names = Object.keys(isJsonObject(value) ? value : {});
  return names.map((name) => ({ name, pointer: `${pointer}/${stepOf(name)}`, isName: true }));
}
