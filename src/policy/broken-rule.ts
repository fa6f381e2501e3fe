import type { ErrorObject } from "ajv";
import { isScalar } from "yaml";
import { at, nameOfStep, nodeAt } from "../config/nodes.ts";
import { spanOf } from "../config/source-lines.ts";
import { instantText } from "../model/field-rules.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import { cutText, firstOf } from "../model/text.ts";
import type { Policy } from "./load-policy.ts";
import { EXPIRES_WITHIN } from "./schema-faults.ts";

/** A rule that a key breaks. */
export interface BrokenRule {
  /** The field whose value is at fault, or that should not be there; absent if it is the key. */
  readonly field?: string;
  /** The nearest enclosing description; without one, what the rule says. */
  readonly words: string;
  /** What the rule says, and where it stands. */
  readonly rule: string;
}

/** Code points of a description, and of what is told of a rule. */
const MAX_WORDS = 500;
const MAX_RULE = 300;

/** The errors of the validator that say something of their own; one at least, for the key is refused. */
export function errorsToTell(
  errors: readonly ErrorObject[],
  policy: Policy,
): readonly ErrorObject[] {
  const told = errors.filter((error) => !isToldOtherwise(error, policy));
  return told.length > 0 ? told : errors.slice(-1);
}

/** What fails in an alternative is told by the keyword that offers it; two keywords only repeat. */
function isToldOtherwise({ keyword, schemaPath }: ErrorObject, { origins }: Policy): boolean {
  const [holder] = splitPath(schemaPath);
  return (
    origins.get(holder)?.isAlternative === true || keyword === "if" || keyword === "propertyNames"
  );
}

/** The schema that an error is of, and the keyword; the path is written as part of an address. */
function splitPath(schemaPath: string): readonly [holder: string, keyword: string] {
  const pointer = decodeURIComponent(schemaPath.slice(1));
  const cut = pointer.lastIndexOf("/");
  return [pointer.slice(0, cut), pointer.slice(cut + 1)];
}

/** What to say of an error of the validator. */
export function brokenRule(
  error: ErrorObject,
  data: JsonObject,
  { lines, root, origins }: Policy,
): BrokenRule {
  const [holder, keyword] = splitPath(error.schemaPath);
  const { pointer = "", description } = origins.get(holder) ?? {};
  const field = fieldOf(error);
  const node = nodeAt(root, `${pointer}/${keyword}`) ?? nodeAt(root, pointer) ?? root;
  const { file, line } = spanOf(lines, at(node));
  const of = field === undefined ? "the key" : cutText(field, MAX_VALUE);
  const rule = isScalar(node) ? node.value : undefined;
  const detail = cutText(detailOf(error, of, data, rule), MAX_RULE);
  const told =
    description === undefined
      ? { words: detail, rule: `see ${file}:${line}` }
      : { words: oneLine(description), rule: `${detail} (${file}:${line})` };
  return { ...told, ...(field === undefined ? {} : { field }) };
}

function oneLine(text: string): string {
  return cutText(
    cutText(text, MAX_WORDS * 4)
      .replaceAll(/\s+/g, " ")
      .trim(),
    MAX_WORDS,
  );
}

function fieldOf({ instancePath, keyword, params, propertyName }: ErrorObject): string | undefined {
  const [, step] = instancePath.split("/");
  if (step !== undefined) return nameOfStep(step);
  if (keyword === EXPIRES_WITHIN) return "expired_time";
  const extra: unknown = propertyName ?? params["additionalProperty"];
  return isText(extra) ? extra : undefined;
}

/** Items of a list that are shown. */
const MAX_SHOWN = 10;

/** What a rule says of a field, or of the key; told alone where the policy has no words for it. */
function detailOf(error: ErrorObject, of: string, data: JsonObject, rule: unknown): string {
  const { instancePath, keyword, params, message = "is not as the policy has it" } = error;
  // Of a list, or of what is in a note, the part that is meant.
  const [, , ...inside] = instancePath.split("/");
  const subject = inside.length === 0 ? of : `${of} ${shown(valueAt(data, instancePath))}`;
  switch (keyword) {
    case "required":
      return `${subject} has no ${params["missingProperty"]}`;
    case "additionalProperties":
    case "false schema":
      return `${subject} is not allowed`;
    case "enum":
      return `${subject} must be one of ${shownList(params["allowedValues"])}`;
    case "const":
      return `${subject} must be ${shown(params["allowedValue"])}`;
    case "minItems":
      // That of `contains` (`expand`), of which it says the same.
      return `${subject} ${rule === undefined ? "must contain at least 1 valid item(s)" : message}`;
    case "multipleOf":
      return `${subject} must be a multiple of ${shown(rule)}`;
    case "not":
      return `${subject} is what the rule forbids`;
    case "oneOf":
      if (params["passingSchemas"] !== null)
        return `${subject} is more than one of what is allowed`;
      return `${subject} is not one of what is allowed`;
    case "anyOf":
      return `${subject} is not one of what is allowed`;
    case EXPIRES_WITHIN: {
      const expiry = data["expired_time"];
      const is = typeof expiry === "number" ? instantText(expiry) : "not declared";
      return `${subject} must be within ${String(rule)} from now, and is ${is}`;
    }
    default:
      return `${subject} ${message}`;
  }
}

function valueAt(data: unknown, pointer: string): unknown {
  let value = data;
  for (const step of pointer.split("/").slice(1)) {
    const name = nameOfStep(step);
    if (Array.isArray(value)) value = value[Number(name)];
    else value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

const MAX_VALUE = 80;

/** The beginning of a value, which may be as long as a file allows. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (isText(value)) return JSON.stringify(cutText(value, MAX_VALUE));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isJsonObject(value) ? "a mapping" : JSON.stringify(value);
}

function shownList(values: unknown): string {
  if (!Array.isArray(values)) return "the allowed values";
  const { shown: some, more } = firstOf(values, MAX_SHOWN);
  return `${some.map(shown).join(", ")}${more}`;
}
