import type { Diagnostic, Severity } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { commandData, commandProperty, cutText } from "../model/text.ts";
import { describePlan } from "./change.ts";
import { cleanTexts, escapeTerminal } from "./escape.ts";
import { risksOf, type Risk, type RiskKind } from "./risks.ts";
import { closingLines } from "./plan-summary.ts";

/** A remark on a line of a file; a line feed in `message` begins a new line. */
export interface Annotation {
  readonly severity: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string;
  /** As given on the command line, so relative to the working directory. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** GitHub shows ten of each kind per step and drops the others without a word. */
const MOST_OF_A_KIND = 10;
const MAX_NAME = 200;
const MAX_MESSAGE = 2_000;

/** Takes secrets out; it has to come before the encoding, which breaks words up. */
type Clean = (text: string) => string;

/** Annotations as workflow commands, errors first, at most ten of a kind; empty without any. */
export function renderAnnotations(items: readonly Annotation[], clean: Clean): string {
  const kinds = ["error", "warning", "notice"] as const;
  return kinds
    .flatMap((kind) => atMostTen(items.filter(({ severity }) => severity === kind)))
    .map((item) => command(cleanTexts(item, clean)))
    .join("");
}

function atMostTen(items: readonly Annotation[]): readonly Annotation[] {
  const [first] = items;
  if (first === undefined || items.length <= MOST_OF_A_KIND) return items;
  const shown = items.slice(0, MOST_OF_A_KIND - 1);
  const message = `${items.length - shown.length} more ${first.severity}s; only the first ${shown.length} of ${items.length} are shown`;
  return [...shown, { severity: first.severity, message }];
}

/** `::error file=keys.yaml,line=3::message`, on a line of its own. */
function command({ severity, message, title, file, line, column }: Annotation): string {
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const shown = cutText(String(value), key === "title" ? MAX_NAME : MAX_MESSAGE);
    return [`${key}=${commandProperty(escapeTerminal(shown))}`];
  });
  const list = properties.length === 0 ? "" : ` ${properties.join(",")}`;
  const lines = cutText(message, MAX_MESSAGE).split("\n").map(escapeTerminal);
  return `::${severity}${list}::${commandData(lines.join("\n"))}\n`;
}

const SEVERITIES = { error: "error", warning: "warning", note: "notice" } as const satisfies Record<
  Severity,
  Annotation["severity"]
>;

const RISK_TITLES: Readonly<Record<RiskKind, string>> = {
  delete: "Deletes a key",
  conflict: "Needs a person",
  blocked: "Blocked",
  danger: "Danger",
  widen: "Widens access",
};

/** What is worth an annotation in a run: the plan's risks at their keys, then the diagnostics. */
export function planAnnotations(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
): readonly Annotation[] {
  const risks = plan === undefined ? [] : risksOf(describePlan(plan));
  return [...riskAnnotations(risks), ...diagnostics.map(diagnosticAnnotation)];
}

/** Those beyond the most of a kind are only counted, and there may be tens of thousands. */
function riskAnnotations(risks: readonly Risk[]): readonly Annotation[] {
  const met = { notice: 0, warning: 0 };
  return risks.map((risk) => {
    const severity = risk.kind === "widen" ? "notice" : "warning";
    met[severity] += 1;
    return met[severity] > MOST_OF_A_KIND
      ? { severity, message: "" }
      : riskAnnotation(risk, severity);
  });
}

function riskAnnotation(
  { kind, name, detail, at }: Risk,
  severity: Annotation["severity"],
): Annotation {
  const { file, line, column } = at;
  const message = escapeTerminal(`${cutText(name, MAX_NAME)}: ${detail}`);
  return { severity, title: RISK_TITLES[kind], message, file, line, column };
}

function diagnosticAnnotation({ severity, code, message, fix, at }: Diagnostic): Annotation {
  const remedy = fix === undefined ? [] : [`fix: ${escapeTerminal(fix)}`];
  return {
    severity: SEVERITIES[severity],
    title: code,
    message: [escapeTerminal(message), ...remedy].join("\n"),
    ...(at && { file: at.file, line: at.line, column: at.column }),
  };
}

/** `plan --format github`: the annotations, then counts and digest for the log. */
export function renderPlanGithub(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
  clean: Clean,
): string {
  const annotations = renderAnnotations(planAnnotations(plan, diagnostics), clean);
  if (plan === undefined) return annotations;
  return `${annotations}${closingLines(plan).join("\n")}\n`;
}

/** `validate --format github`; empty when there is nothing to say. */
export function renderDiagnosticsGithub(diagnostics: readonly Diagnostic[], clean: Clean): string {
  return renderAnnotations(diagnostics.map(diagnosticAnnotation), clean);
}
