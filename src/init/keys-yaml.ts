import { Document, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { escapeYaml } from "../render/escape.ts";
import type { WrittenField } from "./live-fields.ts";

/** One entry of `keys`, its fields in the order written. */
export interface Entry {
  /** Lines of comment above the entry, without `#`. */
  readonly comments: readonly string[];
  readonly fields: readonly WrittenField[];
}

interface WrittenFile {
  /** Comment at the top, its lines without `#`; the first one may be for the editor. */
  readonly header: readonly string[];
  readonly account?: number | undefined;
  readonly defaults?: readonly WrittenField[];
  readonly entries: readonly Entry[];
  /** Comment at the end. */
  readonly footer: readonly string[];
}

/** The text of a keys file. Comments must be free of line ends and control characters. */
export function keysYaml(file: WrittenFile): string {
  const { header, account, defaults = [], entries, footer } = file;
  const list = new YAMLSeq();
  list.items.push(...entries.map(entryNode));
  list.flow = entries.length === 0;
  const document = new Document({
    version: 1,
    ...(account === undefined ? {} : { account: { user_id: account } }),
    ...(defaults.length === 0 ? {} : { defaults: fieldsNode(defaults) }),
    keys: list,
  });
  document.commentBefore = comment(header);
  document.comment = comment(footer);
  // A field has a line of its own, whatever its text.
  const layout = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
  return escapeYaml(document.toString({ ...layout, flowCollectionPadding: false }));
}

/** The entries alone, to be pasted under the `keys` of a file. */
export function entriesYaml(entries: readonly Entry[]): string {
  if (entries.length === 0) return "";
  const text = keysYaml({ header: [], entries, footer: [] });
  return text.slice(text.indexOf("keys:\n") + "keys:\n".length);
}

function fieldsNode(fields: readonly WrittenField[]): YAMLMap {
  const node = new YAMLMap();
  for (const [field, value] of fields) node.set(new Scalar(field), valueNode(field, value));
  return node;
}

function entryNode({ comments, fields }: Entry, index: number): YAMLMap {
  const node = fieldsNode(fields);
  node.spaceBefore = index > 0;
  node.commentBefore = comment(comments);
  return node;
}

function valueNode(field: string, value: WrittenField[1]): Scalar | YAMLSeq {
  if (typeof value === "object") {
    const list = new YAMLSeq();
    list.items.push(...value.map(textNode));
    list.flow = true;
    return list;
  }
  // Times are plain: they are no text to the reader, and YAML 1.2 has no type of them.
  return typeof value === "string" && field !== "expired_time"
    ? textNode(value)
    : new Scalar(value);
}

/**
 * The library quotes what YAML 1.2 would take for another type. Editors and other programs still
 * read 1.1, so what is a boolean, number or date there (`no`, `1_000`, `2027-01-31`) is quoted too,
 * and so is everything that is not made of the plainest characters.
 */
function textNode(text: string): Scalar {
  const node = new Scalar(text);
  const plain = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(text);
  const typed = /^(y|n|yes|no|on|off|true|false|null|\d[\d_]*|\d{4}-\d.*)$/i.test(text);
  if (!plain || typed) node.type = "QUOTE_DOUBLE";
  return node;
}

/** A space after each `#`; the library writes a line of one space as a bare `#`. */
function comment(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.map((line) => ` ${line}`).join("\n");
}
