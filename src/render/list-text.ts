import { instantText } from "../model/field-rules.ts";
import { sortByName, type LiveKey } from "../model/key.ts";
import { quotaText } from "../model/quota.ts";
import { cutText } from "../model/text.ts";
import { valueText } from "./change.ts";
import { displayWidth, escapeTerminal } from "./escape.ts";

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
