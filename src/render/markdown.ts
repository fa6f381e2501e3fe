import type { Diagnostic, Severity, SourceSpan } from "../model/diagnostic.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Plan } from "../model/plan.ts";
import { firstOf } from "../model/text.ts";
import { describePlan, type Described } from "./change.ts";
import { cleanTexts, codeBlock, escapeMarkdown } from "./escape.ts";
import { changeDiff, inline, MAX_NAME, TABLE_HEAD, tableRow } from "./markdown-change.ts";
import { gravestFirst, RISK_KINDS, risksOf, type Risk, type RiskKind } from "./risks.ts";
import {
  grantedLine,
  outcomesSummary,
  SHOWN_UNMANAGED,
  STATUS_WORDS,
  summaryLines,
} from "./text.ts";

export interface MarkdownOptions {
  /** Plain text; it is escaped and cut. */
  readonly heading: string;
  /** Characters (UTF-16 units) at most; below 5,000 the counts might not fit, so that is the least. */
  readonly limit?: number;
  /** With the changes' hashes, for a comment that `apply --expect-comment` reads; nobody sees them. */
  readonly hashes?: boolean;
  /** Takes secrets out of a text; it has to come before the escaping, which breaks words up. */
  readonly clean?: (text: string) => string;
}

/** A comment on GitHub holds 65,536 characters; the rest is room for what is put around. */
const DEFAULT_LIMIT = 60_000;
const LEAST_LIMIT = 5_000;
const MAX_HEADING = 100;

// In the lists, names are shorter than in the table: the first names of every kind of risk have to
// fit, however hostile they are. Of each kind so many are named, more are counted.
const MAX_LISTED_NAME = 100;
const MAX_MESSAGE = 500;
const MAX_LISTED = 10;

/**
 * A plan, or why there is none, as Markdown for a comment or a job summary; ends with a newline.
 * Counts come first, then errors, risks and warnings, then a row and a diff for every change, the
 * gravest first. What does not fit is left out by whole rows and diffs and counted; counts, risks
 * and digest stay. No `<` comes out, so that a marker put before it cannot be forged.
 */
export function renderPlanMarkdown(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
  options: MarkdownOptions,
): string {
  const clean = options.clean ?? ((text) => text);
  const safe = cleanTexts({ plan, diagnostics, heading: options.heading }, clean);
  const limit = Math.max(LEAST_LIMIT, options.limit ?? DEFAULT_LIMIT);
  const heading = `## ${inline(safe.heading, MAX_HEADING)}`;
  const blocks =
    safe.plan === undefined
      ? [
          heading,
          "**No plan was made**, so nothing is known about what would change.",
          ...diagnosticList("error", safe.diagnostics, limit * 0.4),
          ...diagnosticList("warning", safe.diagnostics, limit * 0.1),
        ]
      : planBlocks(heading, safe.plan, safe.diagnostics, limit, options.hashes ?? false);
  return `${blocks.join("\n\n")}\n`;
}

function planBlocks(
  heading: string,
  plan: Plan,
  diagnostics: readonly Diagnostic[],
  limit: number,
  withHashes: boolean,
): readonly string[] {
  const changes = describePlan(plan);
  const [counts = "", ...rest] = summaryLines(plan.summary);
  const before = [
    heading,
    [`**${counts}**`, ...rest, ...grantedLine(plan).map(escapeMarkdown)].join(" "),
    ...diagnosticList("error", diagnostics, limit * 0.1),
    ...riskLists(risksOf(changes), limit * 0.25),
    ...diagnosticList("warning", diagnostics, limit * 0.08),
  ];
  const after = [
    ...unmanagedLine(plan),
    ...diagnosticList("note", diagnostics, limit * 0.05),
    ...(withHashes ? hashesLine(plan, limit * 0.5) : []),
    `Digest: \`${plan.digest}\``,
  ];
  const room = limit - [...before, ...after].join("\n\n").length - 5;
  return [...before, ...changeBlocks(gravestFirst(changes), room), ...after];
}

function unmanagedLine({ unmanaged }: Plan): readonly string[] {
  if (unmanaged.length === 0) return [];
  const { shown, more } = firstOf(unmanaged, SHOWN_UNMANAGED);
  const names = shown.map(({ name }) => inline(name, MAX_LISTED_NAME)).join(", ");
  return [`Unmanaged, left alone: ${names}${more}.`];
}

/** Whether a comment holds the hashes of its changes, or has none to hold. */
export function holdsHashes(comment: string): boolean {
  return comment.includes("\n[changes]: # (") || !comment.includes("\n### Changes\n");
}

/** A link that nothing refers to, so that it is not shown; left out where it would take too much room. */
function hashesLine({ hashes }: Plan, budget: number): readonly string[] {
  const short = hashes.flat().map((hash) => Buffer.from(hash, "hex").toString("base64url"));
  const line = `[changes]: # (${short.join(" ")})`;
  return hashes.length === 0 || line.length > budget ? [] : [line];
}

/** The table and the diffs, in at most `room` characters. */
function changeBlocks(changes: readonly Described[], room: number): readonly string[] {
  if (changes.length === 0) return [];
  const sections = changes.map((change) => `${section(change)}\n`);
  const wanted = sections.reduce((sum, text) => sum + text.length + 1, 0);
  const left = room - `### Changes\n\n${TABLE_HEAD}\n\n### Details\n\n\n\n`.length;
  const most = Math.max(Math.floor(left * 0.6), left - wanted);
  const rows = fitItems(changes.map(tableRow), most, notShown);
  const table = ["### Changes", [TABLE_HEAD, ...rows.shown].join("\n"), ...rows.more];
  const used = table.join("\n\n").length + "\n\n### Details\n\n\n\n".length;
  const details = fitItems(sections, room - used, notShown);
  const diffs = details.shown.map((text) => text.trimEnd());
  return [...table, "### Details", ...diffs, ...details.more];
}

function section(change: Described): string {
  const { action, name, id, at } = change;
  const which = id === undefined ? "" : `id ${id}, `;
  const title = `#### ${action} ${inline(name, MAX_NAME)} (${which}${placeText(at)})`;
  return `${title}\n\n${codeBlock("diff", changeDiff(change))}`;
}

function notShown(count: number): string {
  return `**${count} more ${count === 1 ? "change is" : "changes are"} not shown here.**`;
}

const RISK_TITLES: Readonly<Record<RiskKind, (keys: string) => string>> = {
  delete: (keys) => `Deletes ${keys}`,
  conflict: (keys) => `Needs a person, nothing is done: ${keys} in conflict`,
  blocked: (keys) => `Blocked, not done: ${keys}`,
  danger: (keys) => `Danger: ${keys}`,
  widen: (keys) => `Widens access: ${keys}`,
};

/**
 * One list per kind of risk, gravest first, in about `budget` characters together. The number of
 * each kind always stays, whatever does not fit.
 */
function riskLists(risks: readonly Risk[], budget: number): readonly string[] {
  const share = Math.floor(budget / RISK_KINDS.length);
  return RISK_KINDS.flatMap((kind) => {
    const items = risks.filter((risk) => risk.kind === kind).map(riskItem);
    const keys = items.length === 1 ? "1 key" : `${items.length} keys`;
    return listOf(RISK_TITLES[kind](keys), items, share, MAX_LISTED);
  });
}

/** The diagnostics of one severity as a titled list; empty when there are none. */
function diagnosticList(
  severity: Severity,
  diagnostics: readonly Diagnostic[],
  budget: number,
): readonly string[] {
  const items = diagnostics.filter((one) => one.severity === severity).map(diagnosticItem);
  return listOf(`${items.length} ${severity}${items.length === 1 ? "" : "s"}`, items, budget);
}

function listOf(
  title: string,
  items: readonly string[],
  budget: number,
  most = items.length,
): readonly string[] {
  if (items.length === 0) return [];
  const { shown, more } = fitItems(items, budget, (count) => `- and ${count} more`, most);
  return [[`**${title}**`, "", ...shown, ...more].join("\n")];
}

// An item begins with a word of ours wherever it can, so that no text stands where a line begins.
function riskItem({ name, detail, at }: Risk): string {
  return `- ${inline(name, MAX_LISTED_NAME)}: ${inline(detail, MAX_MESSAGE)} (${placeText(at)})`;
}

function diagnosticItem({ code, message, fix, at }: Diagnostic): string {
  const place = at === undefined ? "" : ` ${placeText(at)}:`;
  const text = `- \`${code}\`${place} ${inline(message, MAX_MESSAGE)}`;
  return fix === undefined ? text : `${text}\n  Fix: ${inline(fix, MAX_MESSAGE)}`;
}

function placeText({ file, line }: SourceSpan): string {
  return `${inline(file, MAX_LISTED_NAME)}:${line}`;
}

/**
 * Of the first `most` items those that fit into `budget` characters with a line end each, in order,
 * and `more(count)` when some are left out. An item that is too long is passed over, so that one
 * huge entry does not hide all that follow. The line of `more` comes even where nothing else fits.
 */
function fitItems(
  items: readonly string[],
  budget: number,
  more: (count: number) => string,
  most = items.length,
): { readonly shown: readonly string[]; readonly more: readonly string[] } {
  const size = (item: string): number => item.length + 1;
  const first = items.slice(0, most);
  const fits = first.reduce((sum, item) => sum + size(item), 0) <= budget;
  let left = fits ? budget : budget - size(more(first.length));
  const shown = first.filter((item) => {
    if (size(item) > left) return false;
    left -= size(item);
    return true;
  });
  const hidden = items.length - shown.length;
  return { shown, more: hidden > 0 ? [more(hidden)] : [] };
}

/** What an apply did, as Markdown for a job summary: the counts, then every key not as declared. */
export function renderOutcomesMarkdown(
  outcomes: readonly Outcome[],
  { limit, clean }: Required<Pick<MarkdownOptions, "limit" | "clean">>,
): string {
  const cleaned = cleanTexts(outcomes, clean);
  const told = cleaned.filter(({ status, note }) => status !== "done" || note !== undefined);
  const { shown, more } = fitItems(
    told.map(outcomeItem),
    limit,
    (count) => `**${count} more are not shown here.**`,
  );
  const blocks = [
    "## Applied",
    `**${escapeMarkdown(outcomesSummary(cleaned))}**`,
    ...(shown.length === 0 ? [] : [shown.join("\n")]),
    ...more,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function outcomeItem({ action, name, status, id, error, note }: Outcome): string {
  const which = id === undefined ? "" : ` (id ${id})`;
  const why = error?.message ?? note;
  const text = why === undefined ? "" : `: ${escapeMarkdown(why)}`;
  return `- ${action} ${inline(name, MAX_NAME)}${which} **${STATUS_WORDS[status]}**${text}`;
}
