import { Ajv, type ValidateFunction } from "ajv";
import { isMap } from "yaml";
import { checkTree } from "../config/check-tree.ts";
import type { SourceText } from "../config/decode.ts";
import type { SizeCheck } from "../config/file-size.ts";
import { at, fieldsOf, nameOfStep, nodeAt, jsonData, type Value } from "../config/nodes.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { reportTo, type Problem, type Range } from "../config/problem.ts";
import { sourceLines, toDiagnostic, type SourceLines } from "../config/source-lines.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { parseDuration } from "../model/duration.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { reachOf, sizeOf, type Reach } from "./reach.ts";
import { EXPIRES_WITHIN, schemaFaults, type PolicyFault } from "./schema-faults.ts";
import { subschemasOf } from "./subschemas.ts";

/** Rules that every declared key has to keep: a JSON Schema laid over each of them. */
export interface Policy {
  readonly lines: SourceLines;
  readonly root: Value;
  /** How many schemas a key is held against, references followed. */
  readonly size: number;
  /** How each of its schemas is come to, by JSON pointer. */
  readonly reach: ReadonlyMap<string, Reach>;
  /** Holds a key against it; called with what `expiresWithin` has to know besides. */
  readonly validate: ValidateFunction;
}

/** What a rule about a key's time depends on. */
export interface Moment {
  /** Unix seconds. */
  readonly now: number;
  /** The key is not live yet. */
  readonly isNew: boolean;
}

/**
 * Does work that a file can make endless (a pattern that backtracks, say); `undefined` when it took
 * too long.
 */
export type Limited = <T>(work: () => T) => T | undefined;

/** Fifty rules are some three hundred schemas. */
const MAX_SCHEMAS = 5_000;

/** Reads a policy (YAML, and so JSON too), or says all that is wrong with it. */
export function loadPolicy(
  source: SourceText,
  checkSize: SizeCheck,
  limited: Limited,
): Result<Policy, readonly Diagnostic[]> {
  const lines = sourceLines(source);
  const problems: Problem[] = [];
  const report = reportTo(problems);
  const refuse = (): Result<never, readonly Diagnostic[]> => {
    const first = problems.toSorted((a, b) => a.range.start - b.range.start).slice(0, MAX_TOLD);
    return err(first.map((problem) => toDiagnostic(lines, problem)));
  };
  for (const range of lines.secrets) report(range, "secret-in-file");
  const document = parseYaml(lines, checkSize, report);
  if (document === undefined) return refuse();
  const faulty = problems.map(({ range }) => range);
  const root = checkTree(document, source.text, faulty, report, { nodes: 0 });
  const tell = (fault: PolicyFault): void => {
    const { message, fix } = fault;
    const said = { code: "policy-invalid", severity: "error", message, fix } as const;
    problems.push({ ...said, range: rangeOf(root, fault) });
  };
  if (problems.length > 0) return refuse();
  const schema = jsonData(root);
  if (!isMap(root) || !isJsonObject(schema)) {
    const fix =
      "write the keywords of a JSON Schema, such as properties, each on a line of its own";
    tell({ pointer: "", message: "a policy is a mapping", fix });
    return refuse();
  }
  const subschemas = subschemasOf(schema, MAX_SCHEMAS);
  if (subschemas === undefined) {
    const message = `the policy has more than ${MAX_SCHEMAS} schemas`;
    tell({ pointer: "", message, fix: "split it into several files" });
    return refuse();
  }
  for (const fault of schemaFaults(subschemas)) tell(fault);
  const size = sizeOf(subschemas, MAX_SCHEMAS);
  if (typeof size !== "number") tell(size);
  if (typeof size !== "number" || problems.length > 0) return refuse();
  const { reach, faults } = reachOf(subschemas);
  for (const fault of faults) tell(fault);
  if (problems.length > 0) return refuse();
  const validate = limited(() => compile(schema));
  if (typeof validate === "function") return ok({ lines, root, size, reach, validate });
  const message = validate?.message ?? "the policy takes too long to be read";
  tell({ pointer: "", message, fix: "make the policy simpler, and try it on one key" });
  return refuse();
}

/** More than anybody reads at once. */
const MAX_TOLD = 100;

/** Compiled once for all keys. The policies of a run must not know each other by their `$id`. */
function compile(schema: JsonObject): ValidateFunction | { readonly message: string } {
  const { $id: _own, $schema: _draft, ...rules } = schema;
  const ajv = new Ajv({
    allErrors: true,
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowMatchingProperties: true,
    validateSchema: false,
    passContext: true,
  });
  ajv.addKeyword({ keyword: EXPIRES_WITHIN, schemaType: "string", compile: expiresWithin });
  try {
    return ajv.compile(rules);
  } catch (error) {
    // What was not found before is told in the library's words.
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

function expiresWithin(duration: string) {
  const seconds = Math.floor((parseDuration(duration) ?? 0) / 1000);
  return function check(this: Moment, key: JsonObject): boolean {
    const expiry = key["expired_time"];
    if (typeof expiry !== "number") return !this.isNew;
    return expiry !== -1 && expiry <= this.now + seconds;
  };
}

function rangeOf(root: Value, { pointer, isName }: PolicyFault): Range {
  const cut = pointer.lastIndexOf("/");
  const holder = isName ? nodeAt(root, pointer.slice(0, cut)) : undefined;
  const field = isMap<never, Value>(holder)
    ? fieldsOf(holder).get(nameOfStep(pointer.slice(cut + 1)))
    : undefined;
  return at(field?.key ?? nodeAt(root, pointer) ?? root);
}
