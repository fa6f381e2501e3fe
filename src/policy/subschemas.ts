import { stepOf } from "../config/nodes.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";

export type Schema = JsonObject | boolean;

/** A schema in a policy, with those it applies in turn. */
export interface Subschema {
  readonly schema: Schema;
  readonly parts: readonly Part[];
}

interface Part {
  /** JSON pointer from the root of the policy. */
  readonly pointer: string;
  readonly keyword: string;
  /** Applied to the same value, to what is inside of it, or not by itself. */
  readonly to: "same" | "inside" | "nothing";
}

/** The keywords of draft-07 that hold schemas: one, a list of them, either, or one for each name. */
const HOLDERS: ReadonlyMap<string, readonly ["one" | "list" | "either" | "names", Part["to"]]> =
  new Map([
    ["additionalItems", ["one", "inside"]],
    ["additionalProperties", ["one", "inside"]],
    ["allOf", ["list", "same"]],
    ["anyOf", ["list", "same"]],
    ["contains", ["one", "inside"]],
    ["definitions", ["names", "nothing"]],
    ["dependencies", ["names", "same"]],
    ["else", ["one", "same"]],
    ["if", ["one", "same"]],
    ["items", ["either", "inside"]],
    ["not", ["one", "same"]],
    ["oneOf", ["list", "same"]],
    ["patternProperties", ["names", "inside"]],
    ["properties", ["names", "inside"]],
    ["propertyNames", ["one", "inside"]],
    ["then", ["one", "same"]],
  ]);

/** All schemas in a policy by JSON pointer, the root first; `undefined` when there are more than `most`. */
export function subschemasOf(
  root: Schema,
  most: number,
): ReadonlyMap<string, Subschema> | undefined {
  const found = new Map<string, Subschema>();
  const open: [string, Schema][] = [["", root]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [pointer, schema] = next;
    const parts: Part[] = [];
    for (const [keyword, value] of typeof schema === "boolean" ? [] : Object.entries(schema)) {
      const to = HOLDERS.get(keyword)?.[1] ?? "nothing";
      for (const [step, part] of heldBy(keyword, value)) {
        const place = [pointer, keyword, ...step.map(stepOf)].join("/");
        parts.push({ pointer: place, keyword, to });
        open.push([place, part]);
      }
    }
    found.set(pointer, { schema, parts });
    if (found.size + open.length > most) return undefined;
  }
  return found;
}

/** The schemas in a keyword's value, with the name or number each has there. */
function heldBy(
  keyword: string,
  value: unknown,
): readonly (readonly [readonly string[], Schema])[] {
  const [form] = HOLDERS.get(keyword) ?? [];
  if (form === undefined) return [];
  if (form !== "names" && isSchema(value)) return form === "list" ? [] : [[[], value]];
  const isList = Array.isArray(value) && (form === "list" || form === "either");
  if (!isList && !(form === "names" && isJsonObject(value))) return [];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    isSchema(part) ? [[[name], part] as const] : [],
  );
}

/** A schema with every schema in it replaced by one that says nothing. */
export function withoutSubschemas(schema: JsonObject): JsonObject {
  const shallow = Object.entries(schema).map(([keyword, value]) => {
    if (!HOLDERS.has(keyword)) return [keyword, value];
    if (isSchema(value) && HOLDERS.get(keyword)?.[0] !== "names") return [keyword, true];
    if (Array.isArray(value)) return [keyword, value.map(blank)];
    if (!isJsonObject(value)) return [keyword, value];
    const parts = Object.entries(value).map(([name, part]) => [name, blank(part)]);
    return [keyword, Object.fromEntries(parts)];
  });
  return Object.fromEntries(shallow);
}

function blank(part: unknown): unknown {
  return isSchema(part) ? true : part;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "boolean" || isJsonObject(value);
}

/** The JSON pointer a `$ref` into its own file leads to. */
export function targetOf(ref: string): string | undefined {
  if (!ref.startsWith("#")) return undefined;
  try {
    return decodeURIComponent(ref.slice(1));
  } catch {
    return undefined;
  }
}
