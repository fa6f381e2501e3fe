import { Ajv, type ValidateFunction } from "ajv";
import { isMap, isScalar, visit } from "yaml";
import { checkTree } from "../config/check-tree.ts";
import type { SourceText } from "../config/decode.ts";
import type { SizeCheck } from "../config/file-size.ts";
import type { FileProblems } from "../config/load-desired.ts";
import { at, fieldsOf, jsonData, nameOfStep, nodeAt, type Value } from "../config/nodes.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { reportTo, type Problem, type Range, type Said } from "../config/problem.ts";
import { sourceLines, type SourceLines } from "../config/source-lines.ts";
import { parseDuration } from "../model/duration.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { cutText, isComposed } from "../model/text.ts";
import { expand, type Origin } from "./expand.ts";
import { attempt, type Limited } from "./limited.ts";
import { sizeOf } from "./policy-size.ts";
import { patternsIn } from "./patterns.ts";
import { EXPIRES_WITHIN, schemaFaults, type PolicyFault } from "./schema-faults.ts";
import { LONGEST_NAME, subschemasOf, type Schema, type TooMuch } from "./subschemas.ts";

/** Rules that every declared key has to keep: a JSON Schema laid over each of them. */
export interface Policy {
  readonly lines: SourceLines;
  readonly root: Value;
  /** How many rules a key is held against, references followed. */
  readonly size: number;
  /** Where each schema comes from that keys are held against, by its JSON pointer there. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Its regular expressions, none of which was used yet, and where each stands. */
  readonly patterns: ReadonlyMap<string, Range>;
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

/** Fifty rules are some three hundred schemas. */
const MAX_SCHEMAS = 5_000;

/** Reads a policy (YAML, and so JSON too), or says all that is wrong with it. */
export function loadPolicy(
  source: SourceText,
  checkSize: SizeCheck,
  limited: Limited,
): Result<Policy, FileProblems> {
  const lines = sourceLines(source);
  const problems: Problem[] = [];
  const report = reportTo(problems);
  const refuse = (): Result<never, FileProblems> =>
    err({ lines, problems: problems.toSorted((a, b) => a.range.start - b.range.start) });
  for (const range of lines.secrets) report(range, "secret-in-file");
  const document = parseYaml(lines, checkSize, report);
  if (document === undefined) return refuse();
  const faulty = problems.map(({ range }) => range);
  const behind = { nodes: 0, characters: 0 };
  const root = checkTree(document, source.text, faulty, report, behind);
  const tell = (fault: PolicyFault): void => {
    const message = cutText(fault.message, MAX_MESSAGE);
    const fix = cutText(fault.fix, MAX_MESSAGE);
    const said = { code: "policy-invalid", severity: "error", message, fix } as const;
    problems.push({ ...said, range: rangeOf(root, fault) });
  };
  const schema = jsonData(root, report);
  visit(root, (_, node) => {
    const text = isScalar(node) ? node.value : undefined;
    if (isScalar<never>(node) && isText(text) && !isComposed(text)) report(at(node), DECOMPOSED);
  });
  if (problems.length > 0) return refuse();
  const read = attempt(limited, () => readRules(schema));
  const rules = read.ok ? read.value : err([unreadable(read.error)]);
  if (rules.ok) {
    const { patterns: places, ...rest } = rules.value;
    const patterns = new Map(
      [...places].map(([pattern, fault]) => [pattern, rangeOf(root, fault)]),
    );
    return ok({ lines, root, patterns, ...rest });
  }
  for (const fault of rules.error) tell(fault);
  return refuse();
}

/** What a rule says of a text is compared with the text's own NFC. */
const DECOMPOSED: Said = {
  code: "policy-invalid",
  severity: "error",
  message: "this text is not in the form in which texts are compared (Unicode NFC)",
  fix: "write each letter with its accents as one character",
};

function unreadable(reason: string): PolicyFault {
  const message = `the policy cannot be read: ${reason}`;
  return { pointer: "", message, fix: "make the policy simpler" };
}

function tooMuch({ pointer, of }: TooMuch): PolicyFault {
  switch (of) {
    case "name":
      return {
        pointer,
        message: `a name here has more than ${LONGEST_NAME} characters`,
        fix: "write a shorter one",
      };
    case "schemas": {
      const message = `the policy has more than ${MAX_SCHEMAS} schemas, or too long names`;
      return { pointer, message, fix: "split it into several files" };
    }
  }
}

interface Rules extends Pick<Policy, "size" | "origins" | "validate"> {
  readonly patterns: ReturnType<typeof patternsIn>;
}

/** All that depends on what the policy says, and so may take as long as it likes. */
function readRules(schema: unknown): Result<Rules, readonly PolicyFault[]> {
  if (!isJsonObject(schema)) return err([NO_MAPPING]);
  const split = subschemasOf(schema, MAX_SCHEMAS);
  if (!split.ok) return err([tooMuch(split.error)]);
  const subschemas = split.value;
  const faults = [...schemaFaults(subschemas), ...(hasRule(schema) ? [] : [NO_RULE])];
  const size = sizeOf(subschemas, MAX_SCHEMAS);
  if (typeof size !== "number") return err([...faults, size]);
  if (faults.length > 0) return err(faults);
  const expanded = expand(subschemas);
  if (expanded.faults.length > 0) return err(expanded.faults);
  const { schema: whole, origins } = expanded;
  return ok({ size, origins, patterns: patternsIn(subschemas), validate: compile(whole, origins) });
}

/** A policy that is there to refuse something has more than words. */
function hasRule(schema: JsonObject): boolean {
  return Object.keys(schema).some((keyword) => !WORDS.has(keyword));
}

const WORDS: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "examples",
  "default",
  "definitions",
]);

const NO_MAPPING: PolicyFault = {
  pointer: "",
  message: "a policy is a mapping",
  fix: "write the keywords of a JSON Schema, such as properties, each on a line of its own",
};

const NO_RULE: PolicyFault = {
  pointer: "",
  message: "the policy has no rule",
  fix: "write one, such as required: [owner]",
};

/** Code points. */
const MAX_MESSAGE = 300;

/** Compiled once for all keys. */
function compile(schema: Schema, origins: Policy["origins"]): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    // It would print the code of a policy that is nested too deeply, past all that bounds and cleans reports.
    logger: false,
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    allowMatchingProperties: true,
    validateSchema: false,
    passContext: true,
    ownProperties: true,
  });
  ajv.removeKeyword("multipleOf");
  ajv.addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    compile: (step: number) => (value: number) => isMultiple(value, step),
  });
  ajv.addKeyword({
    keyword: EXPIRES_WITHIN,
    schemaType: "string",
    compile: (duration: string, _, { errSchemaPath }) => {
      const origin = origins.get(decodeURIComponent(errSchemaPath.slice(1)));
      return expiresWithin(duration, origin?.isInverted ?? false);
    },
  });
  return ajv.compile(schema);
}

/** The validator's own takes any number for a multiple of one that is 1e9 times as large. */
function isMultiple(value: number, step: number): boolean {
  if (value % step === 0) return true;
  if (Number.isInteger(value) && Number.isInteger(step)) return false;
  const ratio = value / step;
  // Decimal fractions are not exact.
  const off = Math.abs(Math.round(ratio) - ratio);
  // Beyond, every number is a whole one.
  return off <= 1e-9 * Math.min(1, Math.abs(ratio)) && Math.abs(ratio) <= Number.MAX_SAFE_INTEGER;
}

/**
 * A key whose expiry is not declared never expires where it is created, and is not judged where it is live.
 * So once it is live it may pass more rules, but never fewer: a plan that passed has a rest that passes.
 */
function expiresWithin(duration: string, isInverted: boolean) {
  const seconds = Math.floor((parseDuration(duration) ?? 0) / 1000);
  return function check(this: Moment, key: JsonObject): boolean {
    const expiry = key["expired_time"];
    if (typeof expiry !== "number") return !this.isNew && !isInverted;
    return expiry !== -1 && expiry <= this.now + seconds;
  };
}

function rangeOf(root: Value, { pointer, isName }: Pick<PolicyFault, "pointer" | "isName">): Range {
  const cut = pointer.lastIndexOf("/");
  const holder = isName ? nodeAt(root, pointer.slice(0, cut)) : undefined;
  const field = isMap<never, Value>(holder)
    ? fieldsOf(holder).get(nameOfStep(pointer.slice(cut + 1)))
    : undefined;
  return at(field?.key ?? nodeAt(root, pointer) ?? root);
}
