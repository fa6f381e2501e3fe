import type { Outcome } from "../model/outcome.ts";
import { escapeTerminal } from "./escape.ts";

const PAST = { create: "created", update: "updated", delete: "deleted" } as const;

/** What an apply did: the counts, then every key that is not as declared and why. */
export function renderOutcomesText(outcomes: readonly Outcome[]): string {
  const open = outcomes.filter(({ status }) => status !== "done");
  const lines = [
    summaryLine(outcomes),
    ...open.map(outcomeLine),
    ...outcomes.flatMap((outcome) => (outcome.note === undefined ? [] : [noteLine(outcome)])),
  ];
  return `${lines.join("\n")}\n`;
}

/** How many changes of each kind were made, and how many were not. */
export function summaryLine(outcomes: readonly Outcome[]): string {
  const done = outcomes.filter(({ status }) => status === "done");
  const counts = Object.entries(PAST).map(
    ([action, past]) => `${done.filter((outcome) => outcome.action === action).length} ${past}`,
  );
  const open = outcomes.length - done.length;
  const untouched = outcomes.every(({ status }) => status === "not_attempted");
  if (open > 0 && untouched) return `Applied: nothing; ${open} not done.`;
  return `Applied: ${counts.join(", ")}${open === 0 ? "" : `; ${open} not done`}.`;
}

export const STATUS_WORDS = {
  done: "done",
  failed: "failed",
  unknown: "UNKNOWN",
  not_attempted: "not attempted",
} as const;

/** One outcome on one line, as progress shows it too. */
export function outcomeLine(outcome: Outcome): string {
  const { action, name, status, id, error } = outcome;
  const which = id === undefined ? "" : ` (id ${id})`;
  const why = error === undefined ? "" : `: ${escapeTerminal(error.message)}`;
  const sign = status === "done" ? "✓" : "✗";
  return `${sign} ${action} ${escapeTerminal(name)}${which} ${STATUS_WORDS[status]}${why}`;
}

function noteLine({ action, name, note = "" }: Outcome): string {
  return `· ${action} ${escapeTerminal(name)}: ${escapeTerminal(note)}`;
}
