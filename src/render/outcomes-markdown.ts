import type { Outcome } from "../model/outcome.ts";
import { cleanTexts } from "./escape.ts";
import { cutText } from "../model/text.ts";
import { escapeMarkdown } from "./escape.ts";
import { fitItems } from "./fit-items.ts";
import { MAX_NAME } from "./markdown-table.ts";
import { STATUS_WORDS, summaryLine } from "./outcome-text.ts";

export interface OutcomesMarkdownOptions {
  /** UTF-16 units at most, about. */
  readonly limit: number;
  /** Takes secrets out of a text, before the escaping breaks words up. */
  readonly clean: (text: string) => string;
}

/** What an apply did, as Markdown for a job summary: the counts, then every key not as declared. */
export function renderOutcomesMarkdown(
  outcomes: readonly Outcome[],
  { limit, clean }: OutcomesMarkdownOptions,
): string {
  const cleaned = cleanTexts(outcomes, clean);
  const open = cleaned.filter(({ status, note }) => status !== "done" || note !== undefined);
  const { shown, more } = fitItems(
    open.map(item),
    limit,
    (count) => `**${count} more are not shown here.**`,
  );
  const blocks = [
    "## Applied",
    `**${escapeMarkdown(summaryLine(cleaned))}**`,
    ...(shown.length === 0 ? [] : [shown.join("\n")]),
    ...(more === undefined ? [] : [more]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function item({ action, name, status, id, error, note }: Outcome): string {
  const which = id === undefined ? "" : ` (id ${id})`;
  const why = error?.message ?? note;
  const text = why === undefined ? "" : `: ${escapeMarkdown(why)}`;
  const of = escapeMarkdown(cutText(name, MAX_NAME));
  return `- ${action} ${of}${which} **${STATUS_WORDS[status]}**${text}`;
}
