import type { DeclaredKey } from "../config/load-desired.ts";
import { at } from "../config/nodes.ts";
import type { Range } from "../config/problem.ts";
import { spanOf, toDiagnostic, type SourceLines } from "../config/source-lines.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { JsonObject } from "../model/json.ts";
import { firstOf } from "../model/text.ts";
import { brokenRule, errorsToTell } from "./broken-rule.ts";
import { attempt, type Limited } from "./limited.ts";
import type { Moment, Policy } from "./load-policy.ts";

/** What keys are held against policies with. */
export interface PolicyCheck {
  readonly policies: readonly Policy[];
  /** Unix seconds: the server's where there is one. */
  readonly now: number;
  /** Whether a key is not live yet; offline, that is not known of any. */
  readonly isNew: (name: string) => boolean;
  readonly limited: Limited;
}

/** What is told of one place: of one key, or of all that have a line of `defaults`. */
interface Violation {
  readonly lines: SourceLines;
  /** The team's own words where there are some. */
  readonly words: string;
  readonly range: Range;
  /** The place is that of a field, not of the key. */
  readonly isField: boolean;
  readonly keys: Set<DeclaredKey>;
  /** What each broken rule says, and where it stands; one more than are counted where there are more. */
  readonly rules: Set<string>;
}

/** More than anybody reads at once; in bytes too, for a policy has its own words, in any script. */
const MAX_TOLD = 200;
const MAX_BYTES = 400_000;
const MAX_UNTOLD = 100_000;
const MAX_NAMED = 10;
const MAX_RULES = 5;
/** So many rules of one place are kept to be counted; a policy may have thousands that a key breaks. */
const MAX_COUNTED = 100;

/** Every rule that a declared key breaks, as an error at the key or at the field it is about. */
export function violationsOf(
  keys: readonly DeclaredKey[],
  { policies, now, isNew, limited }: PolicyCheck,
): readonly Diagnostic[] {
  const violations = new Map<string, Violation>();
  const slow: Diagnostic[] = [];
  let untold = 0;
  // Counted once: what defaults give stands under every key.
  const sizes = keys.map((key) => ({ key, values: valuesIn(dataOf(key)) }));
  for (const policy of policies) {
    const large = sizes.find(({ values }) => policy.size * values > MAX_WORK)?.key;
    if (large !== undefined) {
      slow.push(tooLarge(policy, large));
      continue;
    }
    let current: DeclaredKey | undefined;
    const ended = attempt(limited, () => {
      for (const key of keys) {
        // All that is left to learn is how many there are, and each would be made to be counted.
        if (untold > MAX_UNTOLD) break;
        current = key;
        untold += addViolations(policy, key, { now, isNew: isNew(key.name) }, violations);
      }
      return violations;
    });
    if (!ended.ok) slow.push(unusable(policy, current, ended.error));
  }
  const files = [...new Set(keys.map(({ lines }) => lines))];
  const told = [...violations.values()].toSorted(
    (a, b) => files.indexOf(a.lines) - files.indexOf(b.lines) || a.range.start - b.range.start,
  );
  const shown = firstBytes(told.map(diagnosticOf), MAX_BYTES);
  untold += told.length - shown.length;
  return [...slow, ...shown, ...(untold === 0 ? [] : [more(untold)])];
}

/** The first diagnostics, of which the words together have so many bytes at most. */
function firstBytes(diagnostics: readonly Diagnostic[], most: number): readonly Diagnostic[] {
  let bytes = 0;
  const beyond = diagnostics.findIndex(({ message, fix = "" }) => {
    bytes += Buffer.byteLength(message + fix);
    return bytes > most;
  });
  return beyond === -1 ? diagnostics : diagnostics.slice(0, beyond);
}

/** A key in canonical form: the fields that it or its `defaults` name, and not what those imply. */
function dataOf({ name, people, fields, places }: DeclaredKey): JsonObject {
  const named = Object.entries(fields).filter(([field]) => places.has(field));
  return { name, ...people, ...Object.fromEntries(named) };
}

/** Every value may break every rule, and is kept until it is told: no more than 400 MB hold. */
const MAX_WORK = 800_000;

/** Each value, and its path, which an error of it holds. */
function valuesIn(data: unknown, path = 0): number {
  const own = 1 + Math.floor(path / CHARACTERS_PER_VALUE);
  if (typeof data !== "object" || data === null) return own;
  return Object.entries(data).reduce(
    (sum, [name, value]: [string, unknown]) => sum + valuesIn(value, path + name.length),
    own,
  );
}

const CHARACTERS_PER_VALUE = 200;

/** Adds what a key breaks; gives how much of it is left out. */
function addViolations(
  policy: Policy,
  key: DeclaredKey,
  moment: Moment,
  violations: Map<string, Violation>,
): number {
  const data = dataOf(key);
  if (policy.validate.call(moment, data) === true) return 0;
  const errors = errorsToTell(policy.validate.errors ?? [], policy);
  // Words for what is only counted would take longer than all the rest.
  if (violations.size >= MAX_TOLD) return errors.length;
  let untold = 0;
  for (const error of errors) {
    const { field, words, rule } = brokenRule(error, data, policy);
    const place = field === undefined ? undefined : key.places.get(field);
    const range = place ?? key.range;
    const identity = JSON.stringify([key.lines.file, range.start, words]);
    let violation = violations.get(identity);
    if (violation === undefined && violations.size >= MAX_TOLD) {
      untold += 1;
      continue;
    }
    const { lines } = key;
    const isField = place !== undefined;
    violation ??= { lines, words, range, isField, keys: new Set(), rules: new Set() };
    violation.keys.add(key);
    if (violation.rules.size <= MAX_COUNTED) violation.rules.add(rule);
    violations.set(identity, violation);
  }
  return untold;
}

function diagnosticOf({ lines, words, range, isField, keys, rules }: Violation): Diagnostic {
  const { shown: named, more: others } = firstOf([...keys], MAX_NAMED);
  const names = named.map(({ name, range: own }) => {
    const line = isField ? ` (line ${spanOf(lines, own).line})` : "";
    return `${JSON.stringify(name)}${line}`;
  });
  const message = `${names.join(", ")}${others}: ${words}`;
  const told = firstOf([...rules], MAX_RULES);
  const fix = `${told.shown.join("; ")}${rules.size > MAX_COUNTED ? " and many more" : told.more}`;
  const found = { code: "policy-violated", severity: "error", message, fix, range } as const;
  return toDiagnostic(lines, found);
}

function more(count: number): Diagnostic {
  const number = count > MAX_UNTOLD ? `more than ${MAX_UNTOLD}` : `${count} more`;
  const which = count === 1 ? "1 more violation, which is" : `${number} violations, which are`;
  return problem("policy-violated", `and ${which} not shown`, "correct those above first");
}

function tooLarge({ lines, root }: Policy, { name }: DeclaredKey): Diagnostic {
  const message = `the key ${JSON.stringify(name)} has too many values to be held against this policy`;
  const fix = "give the key fewer values, or split the policy into several files";
  const range = at(root);
  return toDiagnostic(lines, { code: "policy-invalid", severity: "error", message, fix, range });
}

function unusable(
  { lines, root }: Policy,
  key: DeclaredKey | undefined,
  reason: string,
): Diagnostic {
  const where = key === undefined ? "" : `, at the key ${JSON.stringify(key.name)}`;
  const message = `the keys cannot be held against this policy: ${reason}${where}`;
  const fix =
    "make the policy simpler, and look for a pattern that tries a text in many ways, such as (a+)+";
  const range = at(root);
  return toDiagnostic(lines, { code: "policy-invalid", severity: "error", message, fix, range });
}
