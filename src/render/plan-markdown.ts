import type { Diagnostic } from "../model/diagnostic.ts";
import type { Change, Plan } from "../model/plan.ts";
import { changeDiff } from "./change-diff.ts";
import { cleanTexts } from "./escape.ts";
import { cutText } from "../model/text.ts";
import { codeBlock, escapeMarkdown } from "./escape.ts";
import { fitItems } from "./fit-items.ts";
import { diagnosticList, placeText, riskLists } from "./markdown-lists.ts";
import { MAX_NAME, TABLE_HEAD, tableRow } from "./markdown-table.ts";
import { summaryLines } from "./plan-text.ts";
import { gravestFirst, risksOf } from "./risks.ts";

export interface MarkdownOptions {
  /** Plain text; it is escaped and cut. */
  readonly heading: string;
  /** Characters (UTF-16 units) at most; below 5,000 the counts might not fit, so that is the least. */
  readonly limit?: number;
  /** Takes secrets out of a text; it has to come before the escaping, which breaks words up. */
  readonly clean?: (text: string) => string;
}

/** A comment on GitHub holds 65,536 characters; the rest is room for what is put around. */
const DEFAULT_LIMIT = 60_000;
const LEAST_LIMIT = 5_000;
const MAX_HEADING = 100;

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
  const heading = `## ${escapeMarkdown(cutText(safe.heading, MAX_HEADING))}`;
  const blocks =
    safe.plan === undefined
      ? [heading, ...failure(safe.diagnostics, limit)]
      : planBlocks(heading, safe.plan, safe.diagnostics, limit);
  return `${blocks.join("\n\n")}\n`;
}

function failure(diagnostics: readonly Diagnostic[], limit: number): readonly string[] {
  return [
    "**No plan was made**, so nothing is known about what would change.",
    ...diagnosticList("error", diagnostics, limit * 0.4),
    ...diagnosticList("warning", diagnostics, limit * 0.1),
  ];
}

function planBlocks(
  heading: string,
  plan: Plan,
  diagnostics: readonly Diagnostic[],
  limit: number,
): readonly string[] {
  const [counts = "", ...rest] = summaryLines(plan.summary);
  const before = [
    heading,
    [`**${counts}**`, ...rest].join(" "),
    ...diagnosticList("error", diagnostics, limit * 0.1),
    ...riskLists(risksOf(plan), limit * 0.25),
    ...diagnosticList("warning", diagnostics, limit * 0.08),
  ];
  const after = [
    ...diagnosticList("note", diagnostics, limit * 0.05),
    `Digest: \`${plan.digest}\``,
  ];
  const room = limit - [...before, ...after].join("\n\n").length - 5;
  return [...before, ...changeBlocks(gravestFirst(plan.changes), room), ...after];
}

/** The table and the diffs, in at most `room` characters. */
function changeBlocks(changes: readonly Change[], room: number): readonly string[] {
  if (changes.length === 0) return [];
  const sections = changes.map((change) => `${section(change)}\n`);
  const wanted = sections.reduce((sum, text) => sum + text.length + 1, 0);
  const titles = `### Changes\n\n${TABLE_HEAD.join("\n")}\n\n### Details\n\n\n\n`.length;
  const left = room - titles;
  const rows = fitItems(
    changes.map(tableRow),
    Math.max(Math.floor(left * 0.6), left - wanted),
    notShown,
  );
  const table = ["### Changes", [...TABLE_HEAD, ...rows.shown].join("\n"), ...present(rows.more)];
  const used = table.join("\n\n").length + "\n\n### Details\n\n\n\n".length;
  const details = fitItems(sections, room - used, notShown);
  const diffs = details.shown.map((text) => text.trimEnd());
  return [...table, "### Details", ...diffs, ...present(details.more)];
}

function section(change: Change): string {
  const at = "desired" in change ? change.desired.at : change.at;
  const id = "id" in change ? `id ${change.id}, ` : "";
  const name = escapeMarkdown(cutText(change.name, MAX_NAME));
  const title = `#### ${change.action} ${name} (${id}${placeText(at)})`;
  return `${title}\n\n${codeBlock("diff", changeDiff(change))}`;
}

function notShown(count: number): string {
  return `**${count} more ${count === 1 ? "change is" : "changes are"} not shown here.**`;
}

function present(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}
