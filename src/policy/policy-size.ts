import { isJsonObject, isText } from "../model/json.ts";
import type { PolicyFault } from "./schema-faults.ts";
import { targetOf, type Subschema } from "./subschemas.ts";

/** How many rules one key is held against, or where they lead back to themselves or are too many. */
export function sizeOf(
  subschemas: ReadonlyMap<string, Subschema>,
  most: number,
): number | PolicyFault {
  const sizes = new Map<string, number>();
  const under = new Set<string>();
  const visit = (pointer: string, depth: number): number | PolicyFault => {
    const known = sizes.get(pointer);
    if (known !== undefined) return known;
    const subschema = subschemas.get(pointer);
    if (subschema === undefined) return 0;
    if (depth > MAX_DEPTH) return { pointer, message: "this is nested too deeply", fix: SIMPLER };
    under.add(pointer);
    let size = 1 + weightOf(subschema);
    if (size > most) return tooManyRules(pointer, most);
    for (const part of partsOf(subschema)) {
      if (under.has(part.pointer)) {
        const message = "$ref leads back to a schema that it is a part of";
        const fix = "write out what is meant: a key has no depth to follow";
        return { pointer: `${pointer}/$ref`, message, fix };
      }
      const found = visit(part.pointer, depth + 1);
      if (typeof found !== "number") return found;
      size += found;
      if (size > most) return tooManyRules(pointer, most);
    }
    under.delete(pointer);
    sizes.set(pointer, size);
    return size;
  };
  return visit("", 0);
}

function tooManyRules(pointer: string, most: number): PolicyFault {
  const message = `a key would be held against more than ${most} rules`;
  return { pointer, message, fix: SIMPLER };
}

/** Characters that are told, or written out, with each schema that has them; a rule has few. */
const CHARACTERS_PER_RULE = 1_000;
/** What a value costs beside its characters: ten take as long to be written out as a rule. */
const CHARACTERS_PER_VALUE = 100;

/**
 * What a schema has beside those in it: each name that is asked for may be missing, and is told then; texts
 * are written out as often as they are referred to, and a list of `dependencies` with each of its names.
 */
function weightOf({ schema }: Subschema): number {
  if (typeof schema === "boolean") return 0;
  const { required, dependencies, const: only, enum: values, pattern } = schema;
  const needed = isJsonObject(dependencies) ? dependencies : {};
  const lists = Object.values(needed).filter(isList);
  const names = [isList(required) ? required : [], ...lists].flat().length;
  const characters =
    charactersIn([required, Object.keys(needed), only, values, pattern]) +
    lists.reduce((sum, list) => sum + charactersIn(list) * list.length, 0);
  const own = valuesIn(only) + valuesIn(values);
  return names + Math.floor((characters + own * CHARACTERS_PER_VALUE) / CHARACTERS_PER_RULE);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function charactersIn(value: unknown): number {
  if (isText(value)) return writtenLength(value);
  if (typeof value !== "object" || value === null) return 0;
  const names = Array.isArray(value) ? 0 : writtenLength(Object.keys(value).join(""));
  return Object.values(value).reduce((sum: number, one: unknown) => sum + charactersIn(one), names);
}

/** Characters that a text takes as the validator writes it, where some become an escape of six. */
function writtenLength(text: string): number {
  return text.length + 5 * (text.match(/[^ -~]/g)?.length ?? 0);
}

function valuesIn(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one: unknown) => sum + valuesIn(one), 0);
}

const MAX_DEPTH = 200;
const SIMPLER = "make the policy simpler, or split it into several files";

/** The schemas that a schema applies, those it refers to included. */
function partsOf({ schema, parts }: Subschema): Subschema["parts"] {
  const applied = parts.filter(({ to }) => to !== "nothing");
  const ref = typeof schema === "boolean" ? undefined : schema["$ref"];
  const target = isText(ref) ? targetOf(ref) : undefined;
  if (target === undefined) return applied;
  return [...applied, { pointer: target, keyword: "$ref", to: "same" }];
}
