import keysSchema from "../../schemas/keys.schema.json" with { type: "json" };
import { stepOf } from "../config/nodes.ts";
import { fieldMeant } from "../config/unknown-field.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import { EXPIRES_WITHIN, type PolicyFault } from "./schema-faults.ts";
import { targetOf, type Subschema } from "./subschemas.ts";

/** How a schema is come to from the key. */
export interface Reach {
  /** The nearest enclosing description, past a `$ref` that of the place which refers to it. */
  readonly description?: string;
  /** Only as one of several alternatives: what it says is no violation yet. */
  readonly isAlternative: boolean;
}

interface Way extends Reach {
  readonly pointer: string;
  /** Applied to something inside of a key. */
  readonly isInside: boolean;
}

/**
 * Goes from the key to every schema that is applied, each once for each way that differs. The
 * references lead back nowhere (`sizeOf`), so it ends.
 */
export function reachOf(subschemas: ReadonlyMap<string, Subschema>): {
  readonly reach: ReadonlyMap<string, Reach>;
  readonly faults: readonly PolicyFault[];
} {
  const reach = new Map<string, Reach>();
  const faults = new Map<string, PolicyFault>();
  const seen = new Set<string>();
  const open: Way[] = [{ pointer: "", isInside: false, isAlternative: false }];
  for (let at = 0; at < open.length; at += 1) {
    const way = open[at];
    const subschema = way && subschemas.get(way.pointer);
    if (way === undefined || subschema === undefined) continue;
    const { pointer, isInside, isAlternative } = way;
    const identity = `${isInside} ${isAlternative} ${pointer}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    const { schema } = subschema;
    const own = typeof schema === "boolean" ? undefined : schema["description"];
    const description = isText(own) ? own : way.description;
    const before = reach.get(pointer);
    reach.set(pointer, {
      ...(description === undefined ? {} : { description }),
      ...before,
      isAlternative: isAlternative && before?.isAlternative !== false,
    });
    if (typeof schema !== "boolean") {
      const found = isInside ? misplaced(schema, pointer) : unknownFields(schema, pointer);
      for (const fault of found) faults.set(fault.pointer, fault);
    }
    for (const next of partsOf(subschema)) {
      open.push({
        pointer: next.pointer,
        isInside: isInside || next.to === "inside",
        isAlternative: isAlternative || ALTERNATIVES.has(next.keyword),
        ...(description === undefined ? {} : { description }),
      });
    }
  }
  return { reach, faults: [...faults.values()] };
}

const ALTERNATIVES: ReadonlySet<string> = new Set(["anyOf", "oneOf", "contains", "not", "if"]);

/** The schemas that a schema applies, those it refers to included. */
function partsOf({ schema, parts }: Subschema): Subschema["parts"] {
  const applied = parts.filter(({ to }) => to !== "nothing");
  const ref = typeof schema === "boolean" ? undefined : schema["$ref"];
  const target = isText(ref) ? targetOf(ref) : undefined;
  if (target === undefined) return applied;
  return [...applied, { pointer: target, keyword: "$ref", to: "same" }];
}

/** How many schemas one key is held against, or where they lead back to themselves or are too many. */
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
    let size = 1;
    for (const part of partsOf(subschema)) {
      if (under.has(part.pointer)) {
        const message = "$ref leads back to a schema that it is a part of";
        const fix = "write out what is meant: a key has no depth to follow";
        return { pointer: `${pointer}/$ref`, message, fix };
      }
      const found = visit(part.pointer, depth + 1);
      if (typeof found !== "number") return found;
      size += found;
      if (size > most) {
        const message = `a key would be held against more than ${most} schemas`;
        return { pointer, message, fix: SIMPLER };
      }
    }
    under.delete(pointer);
    sizes.set(pointer, size);
    return size;
  };
  return visit("", 0);
}

const MAX_DEPTH = 200;
const SIMPLER = "make the policy simpler, or split it into several files";

function misplaced(schema: JsonObject, pointer: string): readonly PolicyFault[] {
  if (schema[EXPIRES_WITHIN] === undefined) return [];
  const message = `${EXPIRES_WITHIN} is about the key, not about a field of it`;
  const fix = "write it beside properties";
  return [{ pointer: `${pointer}/${EXPIRES_WITHIN}`, isName: true, message, fix }];
}

const KEY_FIELDS: ReadonlySet<string> = new Set(
  // A key to be deleted is not held against policies.
  Object.keys(keysSchema.definitions.key.properties).filter((field) => field !== "state"),
);

/** Names that a schema of the key asks for and that no key has: such a rule would never apply. */
function unknownFields(schema: JsonObject, pointer: string): readonly PolicyFault[] {
  return ["properties", "required", "dependencies"].flatMap((keyword) => {
    const value = schema[keyword];
    const isList = Array.isArray(value);
    const names = isList || isJsonObject(value) ? Object.entries(value) : [];
    return names.flatMap(([step, item]: [string, unknown]): readonly PolicyFault[] => {
      const name = isList ? item : step;
      if (!isText(name) || KEY_FIELDS.has(name) || name.startsWith("x-")) return [];
      const meant = name === "state" ? undefined : fieldMeant(name, "/keys");
      return [
        {
          pointer: `${pointer}/${keyword}/${stepOf(step)}`,
          isName: !isList,
          message: `a key has no field ${JSON.stringify(name)}`,
          fix: meant === undefined ? "remove it, or write the name of a field" : `write ${meant}`,
        },
      ];
    });
  });
}
