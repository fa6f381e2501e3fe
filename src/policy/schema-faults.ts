import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { nameOfStep, stepOf } from "../config/nodes.ts";
import { closest } from "../config/unknown-field.ts";
import { parseDuration } from "../model/duration.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import { patternFault } from "./patterns.ts";
import { targetOf, mapParts, type Subschema } from "./subschemas.ts";

/** What is wrong in a policy. */
export interface PolicyFault {
  /** JSON pointer from its root. */
  readonly pointer: string;
  /** It is the name there that is wrong, not its value. */
  readonly isName?: boolean;
  readonly message: string;
  readonly fix: string;
}

const DRAFT = "http://json-schema.org/draft-07/schema";

let made: ValidateFunction | undefined;

/** draft-07's own schema, made when there is a policy; its formats are not checked. */
function draft(): ValidateFunction | undefined {
  if (made === undefined) {
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
    // It would compare each value of an `enum` with each.
    ajv.removeKeyword("uniqueItems");
    made = ajv.getSchema(DRAFT);
  }
  return made;
}

/** More than are told; the pointer of each may be long. */
const MOST_FAULTS = 1_000;

/** The faults in the schemas of a policy, each looked at by itself; of very many, some. */
export function schemaFaults(subschemas: ReadonlyMap<string, Subschema>): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  for (const [pointer, { schema }] of subschemas) {
    if (typeof schema === "boolean") continue;
    const found = [
      ...keywordFaults(schema, pointer),
      ...valueFaults(schema, pointer),
      ...refFaults(schema, pointer, subschemas),
    ];
    faults.push(...found.slice(0, MOST_FAULTS - faults.length));
    if (faults.length === MOST_FAULTS) break;
  }
  return faults;
}

export const EXPIRES_WITHIN = "expiresWithin";

let known: readonly string[] | undefined;

function keywords(): readonly string[] {
  if (known !== undefined) return known;
  const meta = draft()?.schema;
  const properties = isJsonObject(meta) ? meta["properties"] : undefined;
  known = [...Object.keys(isJsonObject(properties) ? properties : {}), EXPIRES_WITHIN];
  return known;
}

/** What of draft-07 would silently check nothing here. */
const UNUSED: ReadonlyMap<string, string> = new Map([
  ["format", "write a pattern instead: formats are not checked"],
  ["contentMediaType", "remove it: it checks nothing"],
  ["contentEncoding", "remove it: it checks nothing"],
  ["readOnly", "remove it: it checks nothing"],
]);

function keywordFaults(schema: JsonObject, pointer: string): readonly PolicyFault[] {
  const words = keywords();
  return Object.keys(schema).flatMap((keyword): readonly PolicyFault[] => {
    const fault = { pointer: `${pointer}/${stepOf(keyword)}`, isName: true };
    const unused = UNUSED.get(keyword);
    if (unused !== undefined)
      return [{ ...fault, message: `${keyword} has no effect`, fix: unused }];
    if (words.includes(keyword)) return useless(keyword, schema, fault);
    const meant = closest(keyword, words);
    const message = `there is no keyword ${JSON.stringify(keyword)} in JSON Schema draft-07`;
    const fix =
      meant === undefined ? "remove it; text for people goes into $comment" : `write ${meant}`;
    return [{ ...fault, message, fix }];
  });
}

/** Keywords that do nothing without another one. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["if", ["then", "else"]],
  ["then", ["if"]],
  ["else", ["if"]],
]);

function useless(
  keyword: string,
  schema: JsonObject,
  fault: Pick<PolicyFault, "pointer" | "isName">,
): readonly PolicyFault[] {
  const needed = NEEDS.get(keyword);
  if (needed !== undefined && !needed.some((other) => Object.hasOwn(schema, other))) {
    const message = `${keyword} has no effect without ${needed.join(" or ")}`;
    return [{ ...fault, message, fix: `add ${needed.join(" or ")}, or remove it` }];
  }
  if (keyword === "additionalItems" && !Array.isArray(schema["items"])) {
    const message = "additionalItems has no effect where items is no list";
    return [{ ...fault, message, fix: "remove it" }];
  }
  return [];
}

/** Values that a keyword cannot have; one fault for each keyword. */
function valueFaults(schema: JsonObject, pointer: string): readonly PolicyFault[] {
  const validate = draft();
  const faults = new Map<string, PolicyFault>();
  if (validate?.(mapParts(schema, pointer, () => true)) === false) {
    for (const error of validate.errors ?? []) {
      const [, keyword = ""] = error.instancePath.split("/");
      if (faults.has(keyword)) continue;
      faults.set(keyword, {
        pointer: `${pointer}${error.instancePath}`,
        message: `${nameOfStep(keyword)} ${saidOf(error)}`,
        fix: "write it as JSON Schema draft-07 has it",
      });
    }
  }
  for (const [keyword, value] of Object.entries(schema)) {
    const fault = faults.has(keyword) ? undefined : valueFault(keyword, value);
    if (fault !== undefined) {
      const { path = "", ...said } = fault;
      faults.set(keyword, { pointer: `${pointer}/${keyword}${path}`, ...said });
    }
  }
  return [...faults.values()];
}

function saidOf({ keyword, message = "is not valid", params }: ErrorObject): string {
  const values: unknown = keyword === "enum" ? params["allowedValues"] : undefined;
  return Array.isArray(values) ? `must be one of ${values.join(", ")}` : message;
}

type ValueFault = Omit<PolicyFault, "pointer"> & { readonly path?: string };

function valueFault(keyword: string, value: unknown): ValueFault | undefined {
  switch (keyword) {
    case "$schema":
      return value === DRAFT || value === `${DRAFT}#`
        ? undefined
        : { message: "a policy is a JSON Schema of draft-07", fix: `write $schema: ${DRAFT}#` };
    case EXPIRES_WITHIN:
      return isText(value) && parseDuration(value) !== undefined
        ? undefined
        : {
            message: `${EXPIRES_WITHIN} must be a duration`,
            fix: "write a number with its unit, such as 365d or 72h",
          };
    case "type":
      return Array.isArray(value) && value.length > TYPES
        ? { message: `there are ${TYPES} types`, fix: "name each of them once" }
        : undefined;
    case "pattern":
      return patternFault(value);
    case "const":
    case "enum":
      return incomparable(value);
    case "required":
      return unnamed(value);
    case "dependencies": {
      const lists = isJsonObject(value) ? Object.values(value) : [];
      return passedOver(value) ?? lists.map(unnamed).find((fault) => fault !== undefined);
    }
    case "properties":
      return passedOver(value);
    case "patternProperties": {
      const patterns = isJsonObject(value) ? Object.keys(value) : [];
      const [wrong] = patterns.flatMap((pattern) => {
        const fault = patternFault(pattern);
        return fault === undefined ? [] : [{ ...fault, path: `/${stepOf(pattern)}`, isName: true }];
      });
      return wrong ?? passedOver(value);
    }
    default:
      return undefined;
  }
}

const PASSED_OVER = "__proto__";

/** The validator leaves this name out, whatever the rule, so that no code of it sets a prototype. */
function passedOver(value: unknown): ValueFault | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, PASSED_OVER)) return undefined;
  const message = `a rule about ${PASSED_OVER} has no effect here`;
  const fix =
    "allow some names with propertyNames, or forbid this one with not: { required: [__proto__] }";
  return { path: `/${PASSED_OVER}`, isName: true, message, fix };
}

/** The validator takes a missing field with the name "" for none that is missing. */
function unnamed(names: unknown): ValueFault | undefined {
  if (!Array.isArray(names) || !names.includes("")) return undefined;
  return {
    message: "a field without a name cannot be asked for",
    fix: "write the name of a field",
  };
}

/** What every object has: the validator takes two that have one of these as a field for different. */
const INHERITED: readonly string[] = ["constructor", "toString", "valueOf"];

function incomparable(value: unknown): ValueFault | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const name = Array.isArray(value)
    ? undefined
    : INHERITED.find((inherited) => Object.hasOwn(value, inherited));
  if (name === undefined)
    return Object.values(value)
      .map(incomparable)
      .find((fault) => fault !== undefined);
  const message = `a mapping with a field called ${name} can be compared with nothing`;
  return { message, fix: "ask for its fields one by one, with properties and required" };
}

const TYPES = 7;

/** A schema says everything itself: nothing is fetched, and nothing else of the machine is read. */
function refFaults(
  schema: JsonObject,
  pointer: string,
  subschemas: ReadonlyMap<string, Subschema>,
): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  const ref = schema["$ref"];
  if (isText(ref) && !subschemas.has(targetOf(ref) ?? "outside")) {
    const isOutside = !ref.startsWith("#");
    const message = isOutside
      ? "$ref leads out of this file"
      : "$ref leads to no schema in this file";
    const fix = "write #/definitions/NAME, and the schema of that NAME under definitions";
    faults.push({ pointer: `${pointer}/$ref`, message, fix });
  }
  if (pointer !== "" && schema["$id"] !== undefined) {
    const message = "$id has a place at the top only";
    faults.push({ pointer: `${pointer}/$id`, isName: true, message, fix: "remove it" });
  }
  return faults;
}
