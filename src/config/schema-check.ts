import type { ErrorObject } from "ajv";
import { isMap, type Scalar } from "yaml";
import { isJsonObject } from "../model/json.ts";
import { validateFile, validateKey } from "./keys-file-validator.gen.js";
import {
  at,
  fieldsOf,
  isIncomplete,
  isReported,
  nodeAt,
  plainData,
  renameField,
  type Value,
} from "./nodes.ts";
import { say, type Problem } from "./problem.ts";
import { fieldMeant, unknownField } from "./unknown-field.ts";
import { wrongConstant, wrongType } from "./wrong-value.ts";

/** Fields whose absence has a message of its own. */
const REQUIRED = ["version", "keys", "name", "user_id"] as const;

export interface SchemaFindings {
  /** Fields that are unknown, missing or of the wrong type. */
  readonly problems: readonly Problem[];
  /** JSON pointers of the values these make unfit for a closer look. */
  readonly refused: ReadonlySet<string>;
  /** Values out of the schema's bounds; told only where no closer look explains them better. */
  readonly bounds: readonly Problem[];
}

/**
 * What one field asks of another is looked at more closely later; of alternatives the first is what
 * people write.
 */
const NOT_TOLD = /^#\/allOf\/|\/anyOf(?:$|\/[1-9])/;

/** Compares a file with the schema; one finding for each thing that is wrong. */
export function checkSchema(root: Value): SchemaFindings {
  const problems: Problem[] = [];
  const bounds: Problem[] = [];
  const refused = new Set<string>();
  problems.push(...correctNames(root));
  for (const error of errorsIn(plainData(root))) {
    if (NOT_TOLD.test(error.schemaPath)) continue;
    const pointer = error.instancePath;
    const node = nodeAt(root, pointer);
    if (!node || isReported(node)) continue;
    const found = explain(error, node);
    if (found === "bounds") {
      const why = error.message ?? "is not valid";
      bounds.push({ ...say("schema-value/bounds", { why }), range: at(node) });
    } else if (found) {
      problems.push(found);
      if (["type", "enum", "const"].includes(error.keyword)) refused.add(pointer);
    }
  }
  return { problems, refused, bounds };
}

/**
 * Reads a misspelt field at the top of a file as the one that is meant, once it has been told: what
 * stands below it is looked at all the same.
 */
function correctNames(root: Value): readonly Problem[] {
  if (!isMap<Scalar, Value>(root)) return [];
  return [...fieldsOf(root)].flatMap(([name, field]) => {
    const meant = fieldMeant(name, "");
    if (meant === undefined || fieldsOf(root).has(meant)) return [];
    const told = unknownField(root, name, "");
    renameField(root, field, meant);
    return told ?? [];
  });
}

/**
 * Each key is validated by itself: of all at once, the validator copies its list of errors with every
 * key, and takes the square of their number.
 */
function* errorsIn(file: unknown): Generator<ErrorObject> {
  const keys = isJsonObject(file) && Array.isArray(file["keys"]) ? file["keys"] : undefined;
  validateFile(isJsonObject(file) && keys !== undefined ? { ...file, keys: [] } : file);
  yield* validateFile.errors ?? [];
  for (const [index, key] of (keys ?? []).entries()) {
    if (validateKey(key)) continue;
    for (const error of validateKey.errors ?? []) {
      yield { ...error, instancePath: `/keys/${index}${error.instancePath}` };
    }
  }
}

function explain(error: ErrorObject, node: Value): Problem | "bounds" | undefined {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case "additionalProperties":
      return unknownField(node, String(error.params["additionalProperty"]), pointer);
    case "required":
      return missingField(node, String(error.params["missingProperty"]), pointer);
    case "type":
      return wrongType(pointer, error.params["type"], node);
    case "enum":
      return wrongConstant(fieldOf(pointer), error.params["allowedValues"], node);
    case "const":
      return wrongConstant(fieldOf(pointer), error.params["allowedValue"], node);
    default:
      return "bounds";
  }
}

function fieldOf(pointer: string): string {
  return pointer.split("/").at(-1) ?? "";
}

function missingField(node: Value, field: string, pointer: string): Problem | undefined {
  if (!isMap(node) || isIncomplete(node)) return undefined;
  // A misspelt field is one problem, not a stranger and a gap.
  if ([...fieldsOf(node).keys()].some((name) => fieldMeant(name, pointer) === field)) {
    return undefined;
  }
  const known = REQUIRED.find((name) => name === field) ?? "other";
  return { ...say(`schema-missing-field/${known}`, { field }), range: at(node) };
}
