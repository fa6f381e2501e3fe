import type { FieldValue } from "../model/field-rules.ts";
import type { FieldChange } from "../model/plan.ts";
import { cutText, firstOf } from "../model/text.ts";
import { keyText, listHunks, resumedText, SIGNS, valueText, type Described } from "./change.ts";
import { cleanTexts, codeBlock, escapeCode, escapeHtml, escapeMarkdown } from "./escape.ts";

/** Code points of a name that are shown in a cell or a heading. */
export const MAX_NAME = 200;

/** Of a file's path. */
const MAX_FILE = 100;

// Within a row of the table.
const MAX_CELL_VALUE = 40;
const MAX_PHRASES = 4;
const MAX_REASON = 150;
const MAX_PLACES = 3;

// Within a diff: code points of one value or message, and keys of one conflict.
const MAX_LINE = 500;
const MAX_CONFLICT_KEYS = 20;

const NO_BREAK = "\u00A0";

const ACCESS = { widen: "**widens**", narrow: "narrows", neutral: "same" } as const;

/** The two lines every table of changes begins with. */
export const TABLE_HEAD = `| Action | Key | What changes | Access |
| --- | --- | --- | --- |`;

/** Text from outside within a line or a cell, cut to so many code points and escaped. */
export function inline(text: string, codePoints: number): string {
  return escapeMarkdown(cutText(text, codePoints));
}

type Clean = (text: string) => string;

/** One change as a row of the table. */
export function tableRow(described: Described, clean: Clean): string {
  const change = cleanTexts({ ...described, keys: [] }, clean);
  const { action, name, direction } = change;
  const access = direction === undefined ? "" : ACCESS[direction];
  const cells = [
    `${SIGNS[action]}${NO_BREAK}${action}`,
    inline(name, MAX_NAME),
    whatChanges(change),
    access,
  ];
  return `| ${cells.join(" | ")} |`;
}

function whatChanges(change: Described): string {
  const { action, refusal, dangers, fields, quotaPerUnit, deliver } = change;
  if (refusal !== undefined) return inline(refusal.reason, MAX_REASON);
  const danger = dangers.length === 0 ? [] : [inline(dangers.join("; "), MAX_REASON)];
  if (action === "delete") return danger.join("");
  // On a new key, what is off or empty is as it would be without being written.
  const says = ({ after }: FieldChange): boolean =>
    after !== false && !(Array.isArray(after) && after.length === 0);
  const told = action === "create" ? fields.filter(says) : fields;
  const phrases = told.slice(0, MAX_PHRASES).map((field) => phrase(field, quotaPerUnit));
  const more = told.length - phrases.length;
  const changed = [...phrases, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  const { shown, more: others } = firstOf(deliver, MAX_PLACES);
  const places = shown.map((place) => inline(place, MAX_REASON)).join(", ");
  const goes = deliver.length === 0 ? [] : [`→ ${places}${others}`];
  return [...danger.map((text) => `**${text}**`), changed, ...goes].join("; ");
}

function phrase({ field, before, after }: FieldChange, quotaPerUnit: number | undefined): string {
  const show = (value: FieldValue): string =>
    inline(valueText(field, value, quotaPerUnit), MAX_CELL_VALUE);
  if (!Array.isArray(after)) {
    return `\`${field}\` ${before === null ? "" : `${show(before)} → `}${show(after)}`;
  }
  if (!Array.isArray(before)) {
    return `\`${field}\` ${after.length === 1 ? "1 entry" : `${after.length} entries`}`;
  }
  if (after.length === 0) return `\`${field}\` cleared`;
  const [old, now] = [new Set(before), new Set(after)];
  const added = after.filter((entry) => !old.has(entry)).length;
  const removed = before.filter((entry) => !now.has(entry)).length;
  const counts = [...(added > 0 ? [`+${added}`] : []), ...(removed > 0 ? [`−${removed}`] : [])];
  return `\`${field}\` ${counts.join(" ")}`;
}

/** Folded: whoever wants to know opens it. In its title, which is HTML, Markdown means nothing. */
export function foldedDiff(described: Described, clean: Clean): string {
  // Thousands of live keys may have one name; the others are only counted.
  const keys = described.keys.slice(0, MAX_CONFLICT_KEYS);
  const change = cleanTexts({ ...described, keys }, clean);
  const { action, name, id, at } = change;
  const which = id === undefined ? "" : `id ${id}, `;
  const place = `${cutText(at.file, MAX_FILE)}:${at.line}`;
  const title = escapeHtml(`${action} ${cutText(name, MAX_NAME)} (${which}${place})`);
  const diff = codeBlock("diff", changeDiff(change, described.keys.length - keys.length));
  return `<details><summary>${title}</summary>\n\n${diff}\n\n</details>`;
}

/**
 * A change as the lines of a `diff` block, escaped for it: `!` for what a reviewer must see, `-`
 * and `+` for what was and what will be, list entries as hunks.
 *
 * @param more How many keys of a conflict are only counted.
 */
function changeDiff(change: Described, more: number): readonly string[] {
  const { action, name, refusal, dangers, keys, fields, quotaPerUnit, deliver } = change;
  const records = keys.map((key) => code(keyText(key, name)));
  const removed = action === "delete" ? records : [];
  const choices = action === "conflict" ? records : [];
  const warnings = [
    ...(refusal === undefined ? [] : [code(refusal.reason)]),
    ...dangers.map(code),
    ...choices,
    ...(more > 0 ? [`and ${more} more live keys`] : []),
  ];
  return [
    ...warnings.map((text) => `! ${text}`),
    ...removed.map((record) => `- ${code(name)}: ${record}`),
    ...fields.flatMap((field) => fieldDiff(field, quotaPerUnit)),
    ...resumedText(change).map((text) => `  ${text}`),
    ...deliver.map((place) => `+ → ${code(place)}`),
  ];
}

function fieldDiff(
  { field, before, after, quota }: FieldChange,
  quotaPerUnit: number | undefined,
): readonly string[] {
  if (Array.isArray(after)) {
    const added = entries(field, after);
    if (!Array.isArray(before)) return [`+ ${field}:`, ...added.map((entry) => `+   ${entry}`)];
    const hunks = listHunks(entries(field, before), added);
    return [`  ${field}:`, ...hunks.map((line) => `${line.slice(0, 1)}   ${line.slice(1)}`)];
  }
  const spent =
    quota === undefined
      ? []
      : [`  used ${quota.used}; remaining ${quota.remainBefore} → ${quota.remainAfter}`];
  const old = before === null ? [] : [`- ${field}: ${shown(field, before, quotaPerUnit)}`];
  return [...old, `+ ${field}: ${shown(field, after, quotaPerUnit)}`, ...spent];
}

/** An empty list is a statement of its own: with addresses it means no restriction at all. */
function entries(field: FieldChange["field"], list: readonly string[]): readonly string[] {
  return list.length === 0 ? [shown(field, [])] : list.map((entry) => shown(field, [entry]));
}

function shown(field: FieldChange["field"], value: FieldValue, quotaPerUnit?: number): string {
  const cut = (text: string): string => cutText(text, MAX_LINE);
  if (typeof value === "string") return escapeCode(valueText(field, cut(value)));
  return escapeCode(
    valueText(field, typeof value === "object" ? (value?.map(cut) ?? null) : value, quotaPerUnit),
  );
}

function code(text: string): string {
  return escapeCode(cutText(text, MAX_LINE));
}
