import { structuredPatch } from "diff";
import { STATUS } from "../model/key.ts";
import type { FieldChange, FieldValue } from "../model/plan.ts";
import { escapeTerminal } from "./escape.ts";

const STATUS_NAMES: Readonly<Record<number, string>> = {
  [STATUS.enabled]: "enabled",
  [STATUS.disabled]: "disabled",
  [STATUS.expired]: "expired",
  [STATUS.exhausted]: "exhausted",
};

/** Unix seconds as an instant a reviewer can read; -1 never comes. */
export function instantText(seconds: number): string {
  if (seconds === -1) return "never";
  // Not the clock: this only writes down the instant it is given.
  // oxlint-disable-next-line no-restricted-globals
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace(/\.000Z$/, "Z");
}

/** One value of a field on one line, safe for a terminal. */
export function valueText(field: FieldChange["field"], value: FieldValue): string {
  if (value === null) return "(none)";
  if (field === "expired_time" && typeof value === "number") return instantText(value);
  if (field === "status" && typeof value === "number") return STATUS_NAMES[value] ?? String(value);
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.map(itemText).join(", ");
  if (typeof value === "string") return value === "" ? '""' : itemText(value);
  return String(value);
}

/** An item with spaces or commas would look like several; quoting shows what is really stored. */
function itemText(item: string): string {
  const plain = /^\S+$/.test(item) && !item.includes(",");
  return escapeTerminal(plain ? item : JSON.stringify(item));
}

/** The lines of a list that change, marked `-` and `+`, with one line around them. */
export function listHunks(before: readonly string[], after: readonly string[]): readonly string[] {
  // The server reads these lists as sets, so order would only make noise. Stored items may hold
  // line ends, so each is compared in its JSON form, which is always one line.
  const text = (items: readonly string[]): string =>
    items
      .toSorted()
      .map((item) => `${JSON.stringify(item)}\n`)
      .join("");
  const patch = structuredPatch("", "", text(before), text(after), "", "", { context: 1 });
  return patch.hunks.flatMap((hunk) =>
    hunk.lines.map((line) => line.slice(0, 1) + String(JSON.parse(line.slice(1)))),
  );
}

/** A changed field as one or more lines without indentation. */
export function fieldLines(change: FieldChange): readonly string[] {
  const { field, before, after, quota } = change;
  if (Array.isArray(before) && Array.isArray(after)) {
    const hunks = listHunks(before, after).map(
      (line) => `  ${line.slice(0, 1)} ${itemText(line.slice(1))}`,
    );
    return [field, ...hunks];
  }
  const name = field.padEnd(20);
  if (before === null) return [`${name} ${valueText(field, after)}`];
  const line = `${name} ${valueText(field, before)} → ${valueText(field, after)}`;
  if (quota === undefined) return [line];
  const { used, remainBefore, remainAfter } = quota;
  return [`${line}  (used ${used}; remaining ${remainBefore} → ${remainAfter})`];
}
