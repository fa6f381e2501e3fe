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
    let size = 1 + namesIn(subschema);
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
        const message = `a key would be held against more than ${most} rules`;
        return { pointer, message, fix: SIMPLER };
      }
    }
    under.delete(pointer);
    sizes.set(pointer, size);
    return size;
  };
  return visit("", 0);
}

/** Each name that is asked for may be missing, and is told then. */
function namesIn({ schema }: Subschema): number {
  if (typeof schema === "boolean") return 0;
  const { required, dependencies } = schema;
  const lists = [required, ...Object.values(isJsonObject(dependencies) ? dependencies : {})];
  return lists.reduce((sum: number, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
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
