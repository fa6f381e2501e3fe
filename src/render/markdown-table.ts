import type { Change, FieldChange } from "../model/plan.ts";
import { cutText } from "../model/text.ts";
import { escapeMarkdown } from "./escape.ts";
import { valueText } from "./field-text.ts";

/** Code points of a name that are shown in a cell or a heading. */
export const MAX_NAME = 200;

const MAX_VALUE = 40;
const MAX_PHRASES = 4;
const MAX_REASON = 100;

const SIGNS = { create: "+", update: "~", delete: "-", conflict: "!", blocked: "!" } as const;
const ACCESS = { widen: "**widens**", narrow: "narrows", neutral: "same" } as const;

/** The two lines every table of changes begins with. */
export const TABLE_HEAD = [
  "| | Key | Action | What changes | Access |",
  "| --- | --- | --- | --- | --- |",
] as const;

/** One change as a row of the table. */
export function tableRow(change: Change): string {
  const name = escapeMarkdown(cutText(change.name, MAX_NAME));
  const access = "direction" in change ? ACCESS[change.direction] : "";
  const cells = [SIGNS[change.action], name, change.action, words(change), access];
  return `| ${cells.join(" | ")} |`;
}

function words(change: Change): string {
  if (!("fields" in change)) return escapeMarkdown(cutText(change.reason, MAX_REASON));
  if (change.action === "delete") {
    const dangers = change.dangers.map(({ message }) => message).join("; ");
    return escapeMarkdown(cutText(dangers, MAX_REASON));
  }
  const fields = change.action === "create" ? change.fields.filter(says) : change.fields;
  const phrases = fields.slice(0, MAX_PHRASES).map(phrase);
  const more = fields.length - phrases.length;
  return [...phrases, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** On a new key, what is off or empty is as it would be without being written. */
function says({ after }: FieldChange): boolean {
  return after !== false && !(Array.isArray(after) && after.length === 0);
}

function phrase({ field, before, after }: FieldChange): string {
  if (Array.isArray(before) && Array.isArray(after)) {
    const added = after.filter((entry) => !before.includes(entry)).length;
    const removed = before.filter((entry) => !after.includes(entry)).length;
    if (after.length === 0) return `\`${field}\` cleared`;
    const counts = [...(added > 0 ? [`+${added}`] : []), ...(removed > 0 ? [`−${removed}`] : [])];
    return `\`${field}\` ${counts.join(" ")}`;
  }
  const show = (value: FieldChange["after"]): string =>
    escapeMarkdown(cutText(valueText(field, value), MAX_VALUE));
  if (before !== null) return `\`${field}\` ${show(before)} → ${show(after)}`;
  if (!Array.isArray(after)) return `\`${field}\` ${show(after)}`;
  return `\`${field}\` ${after.length === 1 ? "1 entry" : `${after.length} entries`}`;
}
