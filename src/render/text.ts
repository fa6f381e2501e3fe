import { instantText, type FieldValue } from "../model/field-rules.ts";
import { sortByName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { FieldChange, Plan, PlanSummary } from "../model/plan.ts";
import { quotaText } from "../model/quota.ts";
import { cutText, firstOf } from "../model/text.ts";
import { describePlan, itemText, keyText, listHunks, valueText } from "./change.ts";
import type { Described } from "./change.ts";
import { displayWidth, escapeTerminal } from "./escape.ts";

const INDENT = "    ";

/** Lines of one list that are shown; more are counted, and are in the file. */
const MAX_LINES = 100;

export const SIGNS = {
  create: "+",
  update: "~",
  delete: "-",
  conflict: "!",
  blocked: "!",
} as const;

/** Names of keys that no file declares; more are counted. */
export const SHOWN_UNMANAGED = 10;

/** Names of keys with wider access that a reviewer should look at first; more are counted. */
const SHOWN_WIDENING = 10;

/** A plan as a person reads it; ends with a newline. Server and file text is escaped. */
export function renderPlanText(plan: Plan): string {
  const changes = describePlan(plan);
  // What needs a person comes first, then what a reviewer should look at hardest.
  const blocks = [
    ...changes.filter(({ refusal }) => refusal !== undefined).map(changeBlock),
    ...wideningLine(changes),
    ...changes.filter(({ refusal }) => refusal === undefined).map(changeBlock),
    closingLines(plan).join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** What every plan ends with: the counts and what a reviewer approves. */
export function closingLines(plan: Plan): readonly string[] {
  const { summary, unmanaged, digest } = plan;
  const { shown, more } = firstOf(unmanaged, SHOWN_UNMANAGED);
  const names = shown.map(({ name }) => itemText(cutText(name, MAX_CELL))).join(", ");
  return [
    ...summaryLines(summary),
    ...grantedLine(plan),
    ...(unmanaged.length === 0 ? [] : [`Unmanaged: ${names}${more}.`]),
    `Digest: ${digest}`,
  ];
}

/** The counts; `No changes.` only when there is nothing at all to do or to see to. */
export function summaryLines(summary: PlanSummary): readonly string[] {
  const { create, update, unchanged, unmanaged, conflict, blocked } = summary;
  const writes = create + update + summary.delete;
  const rest = `${unchanged} unchanged, ${unmanaged} unmanaged`;
  if (writes + conflict + blocked === 0) return ["No changes.", `${rest}.`];
  const counts = `Plan: ${create} to create, ${update} to update, ${summary.delete} to delete, ${rest}.`;
  const attention = [
    ...(conflict > 0 ? [`${conflict} in conflict`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
  ];
  return attention.length === 0 ? [counts] : [counts, `Not done: ${attention.join(", ")}.`];
}

/** What the plan grants more or less in all, so that it can be seen what it costs. */
export function grantedLine({ changes, quotaPerUnit }: Plan): readonly string[] {
  let units = 0;
  let unlimited = 0;
  for (const change of changes) {
    if (change.action !== "create" && change.action !== "update") continue;
    const after = (field: string) => change.fields.find((one) => one.field === field)?.after;
    if (after("unlimited_quota") === true) unlimited += 1;
    const quota = change.fields.find(({ field }) => field === "remain_quota");
    if (typeof quota?.after !== "number" || after("unlimited_quota") === true) continue;
    units += quota.after - (typeof quota.before === "number" ? quota.before : 0);
  }
  const parts = [
    ...(units === 0
      ? []
      : [`${quotaText(Math.abs(units), quotaPerUnit)} ${units > 0 ? "more" : "less"}`]),
    ...(unlimited === 0 ? [] : [`no limit for ${unlimited === 1 ? "1 key" : `${unlimited} keys`}`]),
  ];
  return parts.length === 0 ? [] : [`Quota granted: ${parts.join(", ")}.`];
}

function wideningLine(changes: readonly Described[]): readonly string[] {
  const named = changes
    .filter(({ widens }) => widens !== undefined)
    .map(({ name, widens }) => `${escapeTerminal(name)} (${widens})`);
  if (named.length === 0) return [];
  const more = named.length > SHOWN_WIDENING ? `, and ${named.length - SHOWN_WIDENING} more` : "";
  return [`Widens access: ${named.slice(0, SHOWN_WIDENING).join(", ")}${more}`];
}

function changeBlock(change: Described): string {
  const { action, name, id, refusal, dangers, fields, keys, quotaPerUnit } = change;
  const which = id === undefined ? "" : ` (id ${id})`;
  const kind = action === "blocked" ? "blocked: " : "";
  const why = refusal === undefined ? "" : `: ${kind}${escapeTerminal(refusal.reason)}`;
  const details = [
    ...dangers.map((danger) => `! ${escapeTerminal(danger)}`),
    ...fields.flatMap((field) => fieldLines(field, quotaPerUnit)),
    ...(action === "conflict" ? keys.map((key) => escapeTerminal(keyText(key, name))) : []),
  ];
  const title = `${SIGNS[action]} ${escapeTerminal(name)}${which}${why}`;
  return [title, ...details.map((line) => INDENT + line)].join("\n");
}

/** A changed field as one or more lines without indentation. */
export function fieldLines(
  { field, before, after, quota }: FieldChange,
  quotaPerUnit?: number,
): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const { shown, more } = firstOf(listHunks(before, after), MAX_LINES);
    const lines = shown.map((line) => `  ${line.slice(0, 1)} ${itemText(line.slice(1))}`);
    return [field, ...lines, ...(more === "" ? [] : [`   ${more} lines`])];
  }
  const value = (of: FieldValue): string => valueText(field, of, quotaPerUnit);
  const old = before === null ? "" : `${value(before)} → `;
  const spent =
    before === null || quota === undefined
      ? ""
      : `  (used ${quota.used}; remaining ${quota.remainBefore} → ${quota.remainAfter})`;
  return [`${field.padEnd(20)} ${old}${value(after)}${spent}`];
}

const PAST = { create: "created", update: "updated", delete: "deleted" } as const;

export const STATUS_WORDS = {
  done: "done",
  failed: "failed",
  unknown: "UNKNOWN",
  not_attempted: "not attempted",
} as const;

/** What an apply did: the counts, then every key that is not as declared and why. */
export function renderOutcomesText(outcomes: readonly Outcome[]): string {
  const isCreated = outcomes.some(({ action, status }) => action === "create" && status === "done");
  const lines = [
    outcomesSummary(outcomes),
    ...(isCreated ? [WHERE_THEY_ARE] : []),
    ...outcomes.filter(({ status }) => status !== "done").map(outcomeLine),
    ...outcomes.flatMap(({ action, name, note }) =>
      note === undefined ? [] : [`· ${action} ${escapeTerminal(name)}: ${escapeTerminal(note)}`],
    ),
  ];
  return `${lines.join("\n")}\n`;
}

const WHERE_THEY_ARE =
  "The values of new keys are in the server's console; they are never shown here.";

/** How many changes of each kind were made, and how many were not. */
export function outcomesSummary(outcomes: readonly Outcome[]): string {
  const done = outcomes.filter(({ status }) => status === "done");
  const counts = Object.entries(PAST).map(
    ([action, past]) => `${done.filter((outcome) => outcome.action === action).length} ${past}`,
  );
  const rest = outcomes.length - done.length;
  const untouched = outcomes.every(({ status }) => status === "not_attempted");
  if (rest > 0 && untouched) return `Applied: nothing; ${rest} not done.`;
  return `Applied: ${counts.join(", ")}${rest === 0 ? "" : `; ${rest} not done`}.`;
}

/** One outcome on one line, as progress shows it too. */
export function outcomeLine({ action, name, status, id, error }: Outcome): string {
  const which = id === undefined ? "" : ` (id ${id})`;
  const why = error === undefined ? "" : `: ${escapeTerminal(error.message)}`;
  const sign = status === "done" ? "✓" : "✗";
  return `${sign} ${action} ${escapeTerminal(name)}${which} ${STATUS_WORDS[status]}${why}`;
}

const HEADER = ["ID", "NAME", "STATUS", "REMAINING", "USED", "EXPIRES", "GROUP"];

/** Code points of a name in the table; a server sets no bound to what it stores. */
const MAX_CELL = 80;

/** The live keys as a table, ordered by name; no key values, whatever the server sent. */
export function renderListText(keys: readonly LiveKey[], quotaPerUnit?: number): string {
  if (keys.length === 0) return "No keys.\n";
  const rows = [HEADER, ...sortByName(keys).map((key) => listCells(key, quotaPerUnit))];
  const widths = HEADER.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? "")), 0),
  );
  const pad = (cell: string, column: number): string =>
    cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)));
  return `${rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")}\n`;
}

function listCells(key: LiveKey, quotaPerUnit: number | undefined): readonly string[] {
  return [
    String(key.id),
    escapeTerminal(cutText(key.name, MAX_CELL)),
    valueText("status", key.status),
    key.unlimited_quota ? "unlimited" : quotaText(key.remain_quota, quotaPerUnit),
    quotaText(key.used_quota, quotaPerUnit),
    instantText(key.expired_time),
    escapeTerminal(cutText(key.group, MAX_CELL)),
  ];
}
