import type { Change, FieldChange } from "../model/plan.ts";
import { unreachable } from "../model/unreachable.ts";
import { cutText } from "../model/text.ts";
import { escapeCode } from "./escape.ts";
import { listHunks, valueText } from "./field-text.ts";
import { conflictTexts, twinText } from "./twin-text.ts";

/** Code points of one value or message that are shown. */
const MAX_VALUE = 500;
/** Keys of one conflict that are described. */
const MAX_CONFLICT_KEYS = 20;

/**
 * A change as the lines of a `diff` block, escaped for it: `!` for what a reviewer must see, `-`
 * and `+` for what was and what will be, list entries as hunks.
 */
export function changeDiff(change: Change): readonly string[] {
  switch (change.action) {
    case "create":
    case "update": {
      const dangers = change.dangers.map(({ message }) => warning(message));
      return [...dangers, ...change.fields.flatMap(fieldDiff)];
    }
    case "delete": {
      const { live } = change;
      const dangers = change.dangers.map(({ message }) => warning(message));
      return [...dangers, `- ${escapeCode(cutText(change.name, MAX_VALUE))}: ${twinText(live)}`];
    }
    case "conflict": {
      const lines = conflictTexts(change);
      const shown = lines.slice(0, MAX_CONFLICT_KEYS).map(warning);
      const more = lines.length - shown.length;
      const rest = more > 0 ? [warning(`and ${more} more live keys`)] : [];
      return [warning(change.reason), ...shown, ...rest];
    }
    case "blocked":
      return [warning(change.reason)];
    default:
      return unreachable(change);
  }
}

function warning(message: string): string {
  return `! ${escapeCode(cutText(message, MAX_VALUE))}`;
}

function fieldDiff(change: FieldChange): readonly string[] {
  const { field, before, after, quota } = change;
  if (Array.isArray(after) && (before === null || Array.isArray(before))) {
    return listDiff(field, before, after);
  }
  const spent =
    quota === undefined
      ? []
      : [`  used ${quota.used}; remaining ${quota.remainBefore} → ${quota.remainAfter}`];
  const old = before === null ? [] : [`- ${field}: ${shown(field, before)}`];
  return [...old, `+ ${field}: ${shown(field, after)}`, ...spent];
}

function listDiff(
  field: FieldChange["field"],
  before: readonly string[] | null,
  after: readonly string[],
): readonly string[] {
  const entries = (list: readonly string[]): readonly string[] =>
    // An empty list is a statement of its own: with addresses it means no restriction at all.
    list.length === 0 ? [shown(field, [])] : list.map((entry) => shown(field, [entry]));
  if (before === null) {
    return [`+ ${field}:`, ...entries(after).map((entry) => `+   ${entry}`)];
  }
  const hunks = listHunks(entries(before), entries(after));
  return [`  ${field}:`, ...hunks.map((line) => `${line.slice(0, 1)}   ${line.slice(1)}`)];
}

function shown(field: FieldChange["field"], value: FieldChange["after"]): string {
  const text = valueText(field, typeof value === "object" ? cutEntries(value) : cutValue(value));
  return escapeCode(text);
}

function cutEntries(value: readonly string[] | null): readonly string[] | null {
  return value === null ? null : value.map((entry) => cutText(entry, MAX_VALUE));
}

function cutValue<T>(value: T): T | string {
  return typeof value === "string" ? cutText(value, MAX_VALUE) : value;
}
