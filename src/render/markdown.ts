import type { Diagnostic, Severity, SourceSpan } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { firstOf } from "../model/text.ts";
import { describePlan, type Described } from "./change.ts";
import { cleanDiagnostics, escapeMarkdown } from "./escape.ts";
import { foldedDiff, inline, TABLE_HEAD, tableRow } from "./markdown-change.ts";
import { gravestFirst, RISK_KINDS, risksOf, type Risk, type RiskKind } from "./risks.ts";
import { grantedLine, SHOWN_UNMANAGED, summaryLines, verdict } from "./plan-summary.ts";

export interface MarkdownOptions {
  /** Plain text; it is escaped and cut. */
  readonly heading: string;
  /** Characters (UTF-16 units) at most; below 5,000 the counts might not fit, so that is the least. */
  readonly limit?: number;
  /** Leaves out whether an apply would go through, because it has been tried. */
  readonly applied?: boolean;
  /** With the changes' hashes, for a comment that `apply --expect-comment` reads; nobody sees them. */
  readonly hashes?: boolean;
  /** Takes secrets out of a text; it has to come before the escaping, which breaks words up. */
  readonly clean?: (text: string) => string;
}

type Clean = NonNullable<MarkdownOptions["clean"]>;

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
 * First what would be done and whether it would go through, then errors, a line for each kind of
 * risk, warnings and notes, then a row and a folded diff for every change, the gravest first. What
 * does not fit is left out by whole rows and diffs and counted; all that comes before them and the
 * digest stay. Every `<` is of a tag written here, so that a marker put before it cannot be forged.
 */
export function renderPlanMarkdown(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
  options: MarkdownOptions,
): string {
  const clean = options.clean ?? ((text) => text);
  const safe = cleanDiagnostics(diagnostics, clean);
  const limit = Math.max(LEAST_LIMIT, options.limit ?? DEFAULT_LIMIT);
  const heading = `## ${inline(clean(options.heading), MAX_HEADING)}`;
  const blocks =
    plan === undefined
      ? [
          heading,
          "**No plan was made**, so nothing is known about what would change.",
          ...diagnosticList("error", safe, limit * 0.4),
          ...diagnosticList("warning", safe, limit * 0.1),
        ]
      : planBlocks(heading, plan, safe, limit, { ...options, clean });
  return `${blocks.join("\n\n")}\n`;
}

function planBlocks(
  heading: string,
  plan: Plan,
  diagnostics: readonly Diagnostic[],
  limit: number,
  { hashes = false, applied = false, clean }: MarkdownOptions & { readonly clean: Clean },
): readonly string[] {
  const changes = describePlan(plan);
  const [counts = "", ...left] = summaryLines(plan.summary);
  const granted = grantedLine(plan).map(escapeMarkdown);
  const { goesThrough, text } = verdict(plan, diagnostics);
  const before = [
    heading,
    [`**${counts}**`, ...left, ...granted].join(" "),
    ...(applied ? [] : [`${goesThrough ? "✅" : "❌"} **${text}**`]),
    ...diagnosticList("error", diagnostics, limit * 0.1),
    ...riskLines(risksOf(changes), limit * 0.25, clean),
    ...diagnosticList("warning", diagnostics, limit * 0.08),
    ...unmanagedLine(plan, clean),
    ...diagnosticList("note", diagnostics, limit * 0.05),
  ];
  const after = [...(hashes ? hashesLine(plan, limit * 0.5) : []), `Digest: \`${plan.digest}\``];
  const room = limit - [...before, ...after].join("\n\n").length - 5;
  return [...before, ...changeBlocks(gravestFirst(changes), room, clean), ...after];
}

function unmanagedLine({ unmanaged }: Plan, clean: Clean): readonly string[] {
  if (unmanaged.length === 0) return [];
  const { shown, more } = firstOf(unmanaged, SHOWN_UNMANAGED);
  const names = shown.map(({ name }) => inline(clean(name), MAX_LISTED_NAME)).join(", ");
  return [`Unmanaged, left alone: ${names}${more}.`];
}

/** Whether a comment holds the hashes of its changes, or has none to hold. */
export function holdsHashes(comment: string): boolean {
  return comment.includes("\n[changes]: # (") || !comment.includes(`\n${TABLE_HEAD}\n`);
}

/** A link that nothing refers to, so that it is not shown; left out where it would take too much room. */
function hashesLine({ hashes }: Plan, budget: number): readonly string[] {
  const short = hashes.flat().map((hash) => Buffer.from(hash, "hex").toString("base64url"));
  const line = `[changes]: # (${short.join(" ")})`;
  return hashes.length === 0 || line.length > budget ? [] : [line];
}

/** Of the room at most so much is for the table; what it leaves is for the diffs. */
const TABLE_SHARE = 0.8;

/** The table and the folded diffs, in at most `room` characters. */
function changeBlocks(
  changes: readonly Described[],
  room: number,
  clean: Clean,
): readonly string[] {
  if (changes.length === 0) return [];
  const rows = fitItems(
    changes,
    (change) => tableRow(change, clean),
    room * TABLE_SHARE - TABLE_HEAD.length,
    (count) => leftOut(count, "in this table"),
  );
  const table = [[TABLE_HEAD, ...rows.shown].join("\n"), ...rows.more];
  const left = room - table.join("\n\n").length - 2;
  const details = fitItems(
    changes,
    (change) => `${foldedDiff(change, clean)}\n`,
    left,
    (count) => leftOut(count, "shown in full"),
  );
  return [...table, ...details.shown.map((text) => text.trimEnd()), ...details.more];
}

function leftOut(count: number, where: string): string {
  return `**${count} more ${count === 1 ? "change is" : "changes are"} not ${where}.**`;
}

const RISK_TITLES: Readonly<Record<RiskKind, string>> = {
  delete: "Deletes",
  conflict: "Needs a person, left alone",
  blocked: "Blocked, left alone",
  danger: "Danger",
  widen: "Widens access of live keys",
};

/**
 * One line per kind of risk with the names, the gravest first, in about `budget` characters together.
 * The number of each kind always stays, whatever does not fit. Why is in the table; that a new key
 * lets more is no news.
 */
function riskLines(risks: readonly Risk[], budget: number, clean: Clean): readonly string[] {
  const share = Math.floor(budget / RISK_KINDS.length);
  const lines = RISK_KINDS.flatMap((kind) => {
    const named = risks.filter(
      (risk) => risk.kind === kind && !(kind === "widen" && risk.action === "create"),
    );
    if (named.length === 0) return [];
    const { shown, more } = fitItems(
      named,
      ({ name, detail }) => {
        const fields = kind === "widen" ? ` (${inline(clean(detail), MAX_MESSAGE)})` : "";
        return `${inline(clean(name), MAX_LISTED_NAME)}${fields}`;
      },
      share,
      (count) => `and ${count} more`,
      MAX_LISTED,
    );
    const names = shown.length === 0 ? "" : ` ${[...shown, ...more].join(", ")}`;
    return [`- **${RISK_TITLES[kind]} (${named.length}):**${names}`];
  });
  return lines.length === 0 ? [] : [lines.join("\n")];
}

/** The diagnostics of one severity as a titled list; empty when there are none. */
export function diagnosticList(
  severity: Severity,
  diagnostics: readonly Diagnostic[],
  budget: number,
): readonly string[] {
  const items = diagnostics.filter((one) => one.severity === severity).map(diagnosticItem);
  return listOf(`${items.length} ${severity}${items.length === 1 ? "" : "s"}`, items, budget);
}

function listOf(title: string, items: readonly string[], budget: number): readonly string[] {
  if (items.length === 0) return [];
  const { shown, more } = fitItems(items, String, budget, (count) => `- and ${count} more`);
  return [[`**${title}**`, "", ...shown, ...more].join("\n")];
}

function diagnosticItem({ code, message, fix, at }: Diagnostic): string {
  const place = at === undefined ? "" : ` ${placeText(at)}:`;
  const text = `- \`${code}\`${place} ${inline(message, MAX_MESSAGE)}`;
  return fix === undefined ? text : `${text}\n  Fix: ${inline(fix, MAX_MESSAGE)}`;
}

function placeText({ file, line }: SourceSpan): string {
  return `${inline(file, MAX_LISTED_NAME)}:${line}`;
}

/** After so many items in a row that do not fit, none is looked for: each has to be written to be measured. */
const MOST_MISSES = 50;

/**
 * Of the first `most` items those that fit into `budget` characters with what stands between two, in order,
 * and `more(count)` when some are left out. An item that is too long is passed over, so that one
 * huge entry does not hide all that follow. The line of `more` comes even where nothing else fits.
 */
export function fitItems<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  budget: number,
  more: (count: number) => string,
  most = items.length,
): { readonly shown: readonly string[]; readonly more: readonly string[] } {
  const texts = items.slice(0, most).map((item) => {
    let text: string | undefined;
    return () => (text ??= textOf(item));
  });
  const size = (text: string): number => text.length + 2;
  let sum = 0;
  for (const text of texts) if (sum <= budget) sum += size(text());
  let left = sum <= budget ? budget : budget - size(more(texts.length));
  const shown: string[] = [];
  let misses = 0;
  for (const text of texts) {
    if (misses === MOST_MISSES) break;
    const fits = size(text()) <= left;
    misses = fits ? 0 : misses + 1;
    if (!fits) continue;
    left -= size(text());
    shown.push(text());
  }
  const hidden = items.length - shown.length;
  return { shown, more: hidden > 0 ? [more(hidden)] : [] };
}
