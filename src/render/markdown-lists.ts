import type { Diagnostic, Severity, SourceSpan } from "../model/diagnostic.ts";
import { cutText } from "../model/text.ts";
import { escapeMarkdown } from "./escape.ts";
import { fitItems } from "./fit-items.ts";
import { RISK_KINDS, type Risk, type RiskKind } from "./risks.ts";

/** Risks of one kind that are named; more are counted. */
const MAX_NAMED = 10;
// Shorter than in the table: the first names of every kind have to fit, however hostile they are.
const MAX_NAME = 100;
const MAX_MESSAGE = 500;

const TITLES: Readonly<Record<RiskKind, (count: number) => string>> = {
  delete: (count) => `Deletes ${keys(count)}`,
  conflict: (count) => `Needs a person, nothing is done: ${keys(count)} in conflict`,
  blocked: (count) => `Blocked, not done: ${keys(count)}`,
  danger: (count) => `Danger: ${keys(count)}`,
  widen: (count) => `Widens access: ${keys(count)}`,
};

/**
 * One Markdown list per kind of risk, gravest first, in about `budget` characters together. The
 * number of each kind always stays, whatever does not fit.
 */
export function riskLists(risks: readonly Risk[], budget: number): readonly string[] {
  const share = Math.floor(budget / RISK_KINDS.length);
  return RISK_KINDS.flatMap((kind) => {
    const items = risks.filter((risk) => risk.kind === kind).map(riskItem);
    if (items.length === 0) return [];
    return [listOf(TITLES[kind](items.length), items, { budget: share, most: MAX_NAMED })];
  });
}

/** The diagnostics of one severity as a titled list; empty when there are none. */
export function diagnosticList(
  severity: Severity,
  diagnostics: readonly Diagnostic[],
  budget: number,
): readonly string[] {
  const items = diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .map(diagnosticItem);
  if (items.length === 0) return [];
  const title = `${items.length} ${severity}${items.length === 1 ? "" : "s"}`;
  return [listOf(title, items, { budget, most: items.length })];
}

/** Where a key or a problem stands, escaped. */
export function placeText({ file, line }: SourceSpan): string {
  return `${escapeMarkdown(cutText(file, MAX_NAME))}:${line}`;
}

interface Room {
  readonly budget: number;
  readonly most: number;
}

function listOf(title: string, items: readonly string[], room: Room): string {
  const fitted = fitItems(items.slice(0, room.most), room.budget, (count) => `- and ${count} more`);
  const hidden = items.length - fitted.shown.length;
  const more = hidden > 0 ? [`- and ${hidden} more`] : [];
  return [`**${title}**`, "", ...fitted.shown, ...more].join("\n");
}

// An item begins with a word of ours wherever it can, so that no text stands where a line begins.
function riskItem({ name, detail, at }: Risk): string {
  const why = escapeMarkdown(cutText(detail, MAX_MESSAGE));
  return `- ${escapeMarkdown(cutText(name, MAX_NAME))}: ${why} (${placeText(at)})`;
}

function diagnosticItem({ code, message, fix, at }: Diagnostic): string {
  const place = at === undefined ? "" : ` ${placeText(at)}:`;
  const text = `- \`${code}\`${place} ${escapeMarkdown(cutText(message, MAX_MESSAGE))}`;
  return fix === undefined ? text : `${text}\n  Fix: ${escapeMarkdown(cutText(fix, MAX_MESSAGE))}`;
}

function keys(count: number): string {
  return count === 1 ? "1 key" : `${count} keys`;
}
