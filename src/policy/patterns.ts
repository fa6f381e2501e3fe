import { stepOf } from "../config/nodes.ts";
import { toDiagnostic } from "../config/source-lines.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { isJsonObject, isText } from "../model/json.ts";
import { cutText } from "../model/text.ts";
import type { Policy } from "./load-policy.ts";
import type { PolicyFault } from "./schema-faults.ts";
import type { Subschema } from "./subschemas.ts";

type Said = Pick<PolicyFault, "message" | "fix">;
type Place = Pick<PolicyFault, "pointer" | "isName">;

const MAX_PATTERN = 5_000;

/** What is wrong with a regular expression, as far as can be told without using it. */
export function patternFault(pattern: unknown): Said | undefined {
  if (!isText(pattern)) return undefined;
  if (pattern.length > MAX_PATTERN) {
    const message = `this pattern has more than ${MAX_PATTERN} characters`;
    return { message, fix: "write several, or an enum" };
  }
  try {
    RegExp(pattern, "u");
    return undefined;
  } catch (error) {
    return refused(error instanceof Error ? error.message.replace(/^.*: /s, "") : "");
  }
}

/** Where each pattern stands, at one place of several. */
export function patternsIn(subschemas: ReadonlyMap<string, Subschema>): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const [pointer, { schema }] of subschemas) {
    if (typeof schema === "boolean") continue;
    const { pattern, patternProperties } = schema;
    if (isText(pattern)) places.set(pattern, { pointer: `${pointer}/pattern` });
    for (const name of isJsonObject(patternProperties) ? Object.keys(patternProperties) : []) {
      places.set(name, { pointer: `${pointer}/patternProperties/${stepOf(name)}`, isName: true });
    }
  }
  return places;
}

/** Code points of what the engine says. */
const MAX_REASON = 200;

/** That a pattern turned out not to be usable; `reason` is absent where it took too long to be made ready. */
export function unusablePattern(
  policies: readonly Policy[],
  pattern: string,
  reason: string | undefined,
): Diagnostic | undefined {
  const policy = policies.find(({ patterns }) => patterns.has(pattern));
  const range = policy?.patterns.get(pattern);
  if (policy === undefined || range === undefined) return undefined;
  const said = reason === undefined ? SLOW : refused(cutText(reason, MAX_REASON));
  return toDiagnostic(policy.lines, { code: "policy-invalid", severity: "error", ...said, range });
}

function refused(reason: string): Said {
  const message = `this is not a regular expression: ${reason}`;
  return { message, fix: "write one as JavaScript has it, with the flag u" };
}

const SLOW: Said = {
  message: "this pattern takes too long to be made ready",
  fix: "write a simpler one, with fewer \\p{…}, \\P{…} and [^…] and without alternatives of them",
};
