import type { Outcome, OutcomeStatus } from "../model/outcome.ts";
import { firstOf } from "../model/text.ts";
import { escapeTerminal, fitColumns } from "./escape.ts";
import { PLAIN, wrapLine, type View } from "./view.ts";

const PAST = { create: "created", update: "updated", delete: "deleted" } as const;

export const STATUS_WORDS: Readonly<Record<OutcomeStatus, string>> = {
  done: "done",
  failed: "failed",
  unknown: "UNKNOWN",
  not_attempted: "not attempted",
};

/** Changes that share the reason for which nothing was tried: of so many the names are shown. */
const SHOWN_NOT_ATTEMPTED = 5;

/**
 * What an apply did: every change that is not as declared, those with one reason together; the notes;
 * and last the counts.
 */
export function renderOutcomesText(outcomes: readonly Outcome[], view: View = PLAIN): string {
  const isCreated = outcomes.some(
    ({ action, status, delivered }) => action === "create" && status === "done" && !delivered,
  );
  const lines = [
    ...reasonLines(outcomes, view),
    ...noteLines(outcomes),
    ...(isCreated ? [WHERE_THEY_ARE] : []),
    view.paint("title", outcomesSummary(outcomes)),
  ];
  return `${lines.map((line) => wrapLine(line, view)).join("\n")}\n`;
}

/** What a `deliver` did, in the same form. */
export function renderDeliveriesText(outcomes: readonly Outcome[], view: View = PLAIN): string {
  const done = outcomes.filter(({ status }) => status === "done").length;
  const rest = outcomes.length - done;
  const lines = [
    ...reasonLines(outcomes, view),
    ...noteLines(outcomes),
    view.paint("title", `Delivered: ${done}${rest === 0 ? "" : `; ${rest} not done`}.`),
  ];
  return `${lines.map((line) => wrapLine(line, view)).join("\n")}\n`;
}

function noteLines(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ action, name, note }) =>
    note === undefined ? [] : [`· ${action} ${nameText(name)}: ${escapeTerminal(note)}`],
  );
}

function groupByReason(outcomes: readonly Outcome[]): ReadonlyMap<string, readonly Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    if (outcome.status === "done") continue;
    const key = `${outcome.status} ${outcome.error?.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

/** Different reasons that are told at length. A server can make up one for each key. */
const TOLD_AT_LENGTH = 200;

/** Columns of these, of further ones, and of a name, once escaped; JSON has all of each. */
const LONG_COLUMNS = 1_500;
const SHORT_COLUMNS = 200;

function reasonLines(outcomes: readonly Outcome[], view: View): readonly string[] {
  const groups = [...groupByReason(outcomes).values()];
  return groups.flatMap((group, at) =>
    groupLines(group, view, at < TOLD_AT_LENGTH ? LONG_COLUMNS : SHORT_COLUMNS),
  );
}

function groupLines(group: readonly Outcome[], view: View, columns: number): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  if (group.length === 1) return [outcomeLine(first, view, columns)];
  const { status } = first;
  const why = reasonText(first, columns);
  // What failed or may have been done is named to the last; what was left alone is in the plan.
  const most = status === "not_attempted" ? SHOWN_NOT_ATTEMPTED : group.length;
  const { shown, more } = firstOf(group, most);
  return [
    `${view.paint("error", `✗ ${group.length}`)} ${STATUS_WORDS[status]}${why}`,
    ...shown.map((outcome) => `    ${whichKey(outcome)}`),
    ...(more === "" ? [] : [`   ${more}`]),
  ];
}

const WHERE_THEY_ARE =
  "The values of new keys are in the server's console; they are never shown here. See deliver, and --keys-out.";

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

/** Every change that was made: for where the result is lost, and progress did not name them. */
export function renderDoneText(outcomes: readonly Outcome[]): string {
  const done = outcomes.filter(({ status }) => status === "done");
  return done.map((outcome) => `${progressLine(outcome, PLAIN)}\n`).join("");
}

/** One outcome while the run goes on; more of a long reason follows at its end. */
export function progressLine(outcome: Outcome, view: View): string {
  return outcomeLine(outcome, view, SHORT_COLUMNS);
}

function outcomeLine(outcome: Outcome, { paint }: View, columns: number): string {
  const { status } = outcome;
  const why = reasonText(outcome, columns);
  const sign = status === "done" ? paint("good", "✓") : paint("error", "✗");
  return `${sign} ${whichKey(outcome)} ${STATUS_WORDS[status]}${why}`;
}

function reasonText({ error }: Outcome, columns: number): string {
  return error === undefined ? "" : `: ${fitColumns(escapeTerminal(error.message), columns)}`;
}

function whichKey({ action, name, id }: Outcome): string {
  return `${action} ${nameText(name)}${id === undefined ? "" : ` (id ${id})`}`;
}

/** Of a key that is pruned, a server chooses the name. */
function nameText(name: string): string {
  return fitColumns(escapeTerminal(name), SHORT_COLUMNS);
}
