import type { Change, Plan, PlanSummary } from "../model/plan.ts";
import { unreachable } from "../model/unreachable.ts";
import { escapeTerminal } from "./escape.ts";
import { fieldLines } from "./field-text.ts";
import { conflictTexts } from "./twin-text.ts";
import { wideningText } from "./widening-text.ts";

const INDENT = "    ";

/** A plan as a person reads it; ends with a newline. Server and file text is escaped. */
export function renderPlanText(plan: Plan): string {
  const widening = wideningText(plan, escapeTerminal);
  const block = (change: Change): string => changeLines(change).join("\n");
  // What needs a person comes first, then what a reviewer should look at hardest.
  const blocks = [
    ...plan.changes.filter(needsPerson).map(block),
    ...(widening === undefined ? [] : [widening]),
    ...plan.changes.filter((change) => !needsPerson(change)).map(block),
  ];
  const closing = [...summaryLines(plan.summary), `Digest: ${plan.digest}`];
  return `${[...blocks, closing.join("\n")].join("\n\n")}\n`;
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

function needsPerson({ action }: Change): boolean {
  return action === "conflict" || action === "blocked";
}

function changeLines(change: Change): readonly string[] {
  const name = escapeTerminal(change.name);
  switch (change.action) {
    case "create":
      return [`+ ${name}`, ...details(change)];
    case "update":
      return [`~ ${name} (id ${change.id})`, ...details(change)];
    case "delete":
      return [`- ${name} (id ${change.id})`, ...details(change)];
    case "conflict": {
      const keys = conflictTexts(change).map((line) => INDENT + escapeTerminal(line));
      return [`! ${name}: ${escapeTerminal(change.reason)}`, ...keys];
    }
    case "blocked":
      return [`! ${name}: blocked: ${change.reason}`];
    default:
      return unreachable(change);
  }
}

function details(change: Extract<Change, { fields: unknown }>): readonly string[] {
  const dangers = change.dangers.map(({ message }) => `${INDENT}! ${message}`);
  return [...dangers, ...change.fields.flatMap(fieldLines).map((line) => INDENT + line)];
}
