import { stepOf } from "../config/nodes.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";

export type Schema = JsonObject | boolean;

/** A schema in a policy, with those it applies in turn. */
export interface Subschema {
  readonly schema: Schema;
  readonly parts: readonly Part[];
}

export interface Part {
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

/** Of all pointers; 5,000 schemas at a usual depth have a tenth of it. */
const MAX_CHARACTERS = 5_000_000;

/** A name stands in the pointers of all that is below it. */
export const LONGEST_NAME = 5_000;

/** What a policy has too much of, and the schema in which that is told. */
export interface TooMuch {
  readonly pointer: string;
  readonly of: "schemas" | "name";
}

/** All schemas in a policy by JSON pointer, the root first, unless there are more than `most`. */
export function subschemasOf(
  root: Schema,
  most: number,
): Result<ReadonlyMap<string, Subschema>, TooMuch> {
  const found = new Map<string, Subschema>();
  const open: [string, Schema][] = [["", root]];
  let characters = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [pointer, schema] = next;
    const parts: Part[] = [];
    if (typeof schema !== "boolean") {
      // Before a pointer is made of any of them.
      const { members, tooLong } = measured(schema);
      if (tooLong !== undefined)
        return err({ pointer: `${pointer}/${stepOf(tooLong)}`, of: "name" });
      characters += members * pointer.length;
      const isTooMuch = found.size + open.length + members > most || characters > MAX_CHARACTERS;
      if (isTooMuch) return err({ pointer: "", of: "schemas" });
      mapParts(schema, pointer, (value, part) => {
        parts.push(part);
        characters += part.pointer.length - pointer.length;
        open.push([part.pointer, value]);
        return value;
      });
    }
    found.set(pointer, { schema, parts });
  }
  return ok(found);
}

/** How many schemas a schema may hold, and the keyword at which a name is too long. */
function measured(schema: JsonObject): {
  readonly members: number;
  readonly tooLong?: string;
} {
  let members = 0;
  for (const [keyword, value] of Object.entries(schema)) {
    const [form] = HOLDERS.get(keyword) ?? [];
    const names = form === "names" && isJsonObject(value) ? Object.keys(value) : [];
    const isTooLong = [keyword, ...names].some(({ length }) => length > LONGEST_NAME);
    if (isTooLong) return { members, tooLong: keyword };
    if (form === "names") members += names.length;
    else if (form !== undefined) members += Array.isArray(value) ? value.length : 1;
  }
  return { members };
}

/** A schema with every schema in it replaced. What does not have the form that a keyword asks for stays. */
export function mapParts(
  schema: JsonObject,
  pointer: string,
  replace: (value: Schema, part: Part) => Schema,
): Readonly<Record<string, unknown>> {
  const mapped = Object.entries(schema).map(([keyword, value]) => {
    const [form, to = "nothing"] = HOLDERS.get(keyword) ?? [];
    const part = (item: unknown, ...step: readonly string[]): unknown =>
      isSchema(item)
        ? replace(item, { pointer: [pointer, keyword, ...step].join("/"), keyword, to })
        : item;
    if (form === undefined) return [keyword, value];
    if (Array.isArray(value) && (form === "list" || form === "either")) {
      return [keyword, value.map((item, index) => part(item, String(index)))];
    }
    if (isJsonObject(value) && form === "names") {
      const named = Object.entries(value).map(([name, item]) => [name, part(item, stepOf(name))]);
      return [keyword, Object.fromEntries(named)];
    }
    return [keyword, form === "one" || form === "either" ? part(value) : value];
  });
  return Object.fromEntries(mapped);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "boolean" || isJsonObject(value);
}

/**
 * The JSON pointer a `$ref` into its own file leads to. It is an address, in which other characters may
 * stand for these; the validator and this have to read it alike.
 */
export function targetOf(ref: string): string | undefined {
  return /^#(?:\/(?:[\w.$-]|~[01])+)*$/.test(ref) ? ref.slice(1) : undefined;
}
