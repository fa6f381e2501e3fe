import type { LiveKey } from "../model/key.ts";
import { cutText } from "../model/text.ts";
import { displayWidth } from "./escape.ts";
import { escapeTerminal } from "./escape.ts";
import { instantText, valueText } from "./field-text.ts";

const HEADER = ["ID", "NAME", "STATUS", "REMAINING", "USED", "EXPIRES", "GROUP"];

/** Code points of a name in the table; a server sets no bound to what it stores. */
const MAX_CELL = 80;

/** The live keys as a table, ordered by name; no key values, whatever the server sent. */
export function renderListText(keys: readonly LiveKey[]): string {
  if (keys.length === 0) return "No keys.\n";
  const rows = [HEADER, ...sortByName(keys).map(cells)];
  const widths = HEADER.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? "")), 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

/** One key of `list --format json`. */
export function listedKey(key: LiveKey): object {
  const { unknown: _notShown, lossy: _notShownEither, ...shown } = key;
  return shown;
}

export function sortByName(keys: readonly LiveKey[]): readonly LiveKey[] {
  return keys.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)) || a.id - b.id);
}

function cells(key: LiveKey): readonly string[] {
  return [
    String(key.id),
    escapeTerminal(cutText(key.name, MAX_CELL)),
    valueText("status", key.status),
    key.unlimited_quota ? "unlimited" : String(key.remain_quota),
    String(key.used_quota),
    instantText(key.expired_time),
    escapeTerminal(cutText(key.group, MAX_CELL)),
  ];
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - displayWidth(cell)));
}
