import type { Diagnostic } from "../model/diagnostic.ts";
import type { Outcome } from "../model/outcome.ts";
import { cleanDiagnostics, cleanTexts, escapeMarkdown } from "./escape.ts";
import { inline, MAX_NAME } from "./markdown-change.ts";
import { diagnosticList, fitItems, type MarkdownOptions } from "./markdown.ts";
import { outcomesSummary, STATUS_WORDS } from "./outcomes-text.ts";

type Options = Required<Pick<MarkdownOptions, "limit" | "clean">>;

/** What an apply did, as Markdown for a job summary: the counts, then every key not as declared. */
export function renderOutcomesMarkdown(
  outcomes: readonly Outcome[],
  { limit, clean }: Options,
): string {
  return `${["## Applied", ...outcomeBlocks(outcomes, { limit, clean })].join("\n\n")}\n`;
}

/** What an apply ended with, and the run that did it. */
interface Ended {
  readonly outcomes: readonly Outcome[];
  readonly diagnostics: readonly Diagnostic[];
  /** 0 where all is as declared. */
  readonly code: number;
  /** The page of the run. */
  readonly runUrl: string | undefined;
  readonly commit: string | undefined;
}

/** The same for the comment that showed the plan, with why a run ended without changing anything. */
export function renderOutcomeComment(
  { outcomes, diagnostics, code, runUrl, commit }: Ended,
  { limit, clean }: Options,
): string {
  const told = cleanDiagnostics(diagnostics, clean).map((one) =>
    one.code === "sink-unfit" ? { ...one, message: `a place for keys is unfit; ${SEE_LOG}` } : one,
  );
  const errors = diagnosticList("error", told, limit * 0.3);
  const run = runUrl === undefined ? "this run" : `[this run](${runUrl})`;
  const which = commit === undefined ? "" : `, commit ${commit.slice(0, 12)}`;
  const blocks = [
    `## ${titleOf(outcomes, code)}`,
    `By ${run}${which}; exit code ${code}.`,
    ...(outcomes.length === 0
      ? []
      : outcomeBlocks(outcomes.map(withoutPrograms), { limit: limit * 0.6, clean })),
    ...errors,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function titleOf(outcomes: readonly Outcome[], code: number): string {
  const done = outcomes.filter(({ status }) => status === "done").length;
  if (code === 0) return done === 0 ? "✅ Nothing was left to do" : "✅ Applied";
  return done === 0 ? "❌ Not applied" : "❌ Applied in part";
}

/**
 * What a program said that was to deliver a key may hold credentials of its own. The log of a run masks those it
 * knows, and a comment masks none.
 */
function withoutPrograms(outcome: Outcome): Outcome {
  if (outcome.error?.code !== "not-delivered") return outcome;
  const message = `its key was not delivered; ${SEE_LOG}`;
  return { ...outcome, error: { ...outcome.error, message } };
}

const SEE_LOG = "the log of the run says why";

function outcomeBlocks(outcomes: readonly Outcome[], { limit, clean }: Options): readonly string[] {
  const told = outcomes.filter(({ status, note }) => status !== "done" || note !== undefined);
  const { shown, more } = fitItems(
    told,
    // Only what is shown: there may be thousands of others.
    (outcome) => outcomeItem(cleanTexts(outcome, clean)),
    limit,
    (count) => `**${count} more are not shown here.**`,
  );
  return [
    `**${escapeMarkdown(outcomesSummary(outcomes))}**`,
    ...(shown.length === 0 ? [] : [shown.join("\n")]),
    ...more,
  ];
}

function outcomeItem({ action, name, status, id, error, note }: Outcome): string {
  const which = id === undefined ? "" : ` (id ${id})`;
  const why = error?.message ?? note;
  const text = why === undefined ? "" : `: ${escapeMarkdown(why)}`;
  return `- ${action} ${inline(name, MAX_NAME)}${which} **${STATUS_WORDS[status]}**${text}`;
}
