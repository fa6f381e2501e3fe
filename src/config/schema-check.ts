import schema from "../../schemas/keys.schema.json" with { type: "json" };
import { Ajv, type ErrorObject } from "ajv";
import type { KeysFile } from "./keys-file.gen.ts";
import { type Located, headOf, nodeAt, plainValue } from "./nodes.ts";
import type { Problem } from "./problem.ts";
import { fieldMeant, unknownField } from "./unknown-field.ts";
import { wrongConstant, wrongType } from "./wrong-value.ts";

const validate = new Ajv({
  allErrors: true,
  strict: true,
  // `expired_time` is a number or text; one `type` with two names says so to editors, and gives
  // one error where `oneOf` would give three.
  allowUnionTypes: true,
  verbose: true,
}).compile<KeysFile>(schema);

export interface SchemaFindings {
  /** Fields that are unknown, missing or of the wrong type. */
  readonly problems: readonly Problem[];
  /** The nodes these make unfit for a closer look. */
  readonly unfit: ReadonlySet<Located>;
  /** Values out of the schema's bounds; told only where no closer look explains them better. */
  readonly bounds: readonly Problem[];
}

/** Compares a file with the schema; one finding for each thing that is wrong. */
export function checkSchema(root: Located): SchemaFindings {
  const problems: Problem[] = [];
  const bounds: Problem[] = [];
  const unfit = new Set<Located>();
  if (validate(plainValue(root))) return { problems, unfit, bounds };
  for (const error of validate.errors ?? []) {
    const node = nodeAt(root, error.instancePath);
    if (!node || node.kind === "broken") continue;
    const found = explain(error, node);
    if (found === "bounds") bounds.push(boundsProblem(error, node));
    else if (found) {
      problems.push(found);
      if (error.keyword === "type" || isChoice(error)) unfit.add(node);
    }
  }
  return { problems, unfit, bounds };
}

function explain(error: ErrorObject, node: Located): Problem | "bounds" | undefined {
  const field = error.instancePath.split("/").at(-1) ?? "";
  if (error.keyword === "additionalProperties") {
    return unknownField(node, String(error.params["additionalProperty"]), error.instancePath);
  }
  if (error.keyword === "required") {
    return missingField(node, String(error.params["missingProperty"]), error.instancePath);
  }
  if (error.keyword === "type") return wrongType(error.instancePath, error.params["type"], node);
  if (isChoice(error)) return wrongConstant(field, error.schema, node);
  return "bounds";
}

function isChoice(error: ErrorObject): boolean {
  return error.keyword === "enum" || error.keyword === "const";
}

function missingField(node: Located, field: string, pointer: string): Problem | undefined {
  if (node.kind !== "map" || node.incomplete) return undefined;
  // A misspelt field is one problem, not a stranger and a gap.
  if ([...node.entries.keys()].some((key) => fieldMeant(key, pointer) === field)) return undefined;
  const [message, fix] = MISSING[field] ?? [`${field} is missing`, `add ${field}`];
  return { code: "schema-missing-field", range: headOf(node), message, fix };
}

const MISSING: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  version: ["the file does not say its version", "add the line version: 1 at the top"],
  keys: ["the file has no keys", "add keys: with a list of keys, or keys: [] for none"],
  name: ["this key has no name", "add name: and the exact name of the key"],
  user_id: ["account does not say which one", "add user_id: and the user id of the account"],
};

function boundsProblem(error: ErrorObject, node: Located): Problem {
  return {
    code: "schema-value",
    range: headOf(node),
    message: `the value ${error.message ?? "is not valid"}`,
    fix: "see the description of the field in the schema",
  };
}
