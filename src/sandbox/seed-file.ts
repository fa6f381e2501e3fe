import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import type { Diagnostic, SourceSpan } from "../model/diagnostic.ts";
import type { Code } from "../model/codes.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { TokenRecord } from "./record.ts";

type Check = (value: unknown) => boolean;

const isInteger: Check = (value) => Number.isSafeInteger(value);
const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";

const FIELDS: Readonly<
  Record<Exclude<keyof TokenRecord, "DeletedAt">, { readonly is: Check; readonly type: string }>
> = {
  id: { is: (value) => isInteger(value) && Number(value) > 0, type: "a positive integer" },
  user_id: { is: isInteger, type: "an integer" },
  key: { is: isText, type: "text" },
  status: { is: isInteger, type: "an integer (1 enabled, 2 disabled, 3 expired, 4 exhausted)" },
  name: { is: isText, type: "text" },
  created_time: { is: isInteger, type: "Unix seconds" },
  accessed_time: { is: isInteger, type: "Unix seconds" },
  expired_time: { is: isInteger, type: "Unix seconds, or -1" },
  remain_quota: { is: isInteger, type: "an integer" },
  unlimited_quota: { is: isBoolean, type: "true or false" },
  model_limits_enabled: { is: isBoolean, type: "true or false" },
  model_limits: { is: isText, type: "text" },
  allow_ips: { is: (value) => value === null || isText(value), type: "text or null" },
  used_quota: { is: isInteger, type: "an integer" },
  group: { is: isText, type: "text" },
  cross_group_retry: { is: isBoolean, type: "true or false" },
  auto_groups: {
    is: (value) => value === null || (Array.isArray(value) && value.every(isText)),
    type: "a list of text, or null",
  },
};

/**
 * Reads a list of partial records from YAML or JSON. Values are the server's own and are stored as
 * written, so that a seed can hold states no request leads to. An empty text is an empty list.
 */
export function parseSeed(
  text: string,
  file: string,
): Result<readonly Partial<TokenRecord>[], Diagnostic> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const spanAt = (offset: number): SourceSpan => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const bad = (code: Code, message: string, at: SourceSpan, fix?: string) =>
    err({ severity: "error", code, message, at, ...(fix === undefined ? {} : { fix }) } as const);
  const spanOf = (node: Node | null): SourceSpan => spanAt(node?.range?.[0] ?? 0);

  const [syntax] = [...document.errors, ...document.warnings];
  if (syntax !== undefined) {
    return bad("yaml-syntax", syntax.message.split("\n")[0] ?? "not YAML", spanAt(syntax.pos[0]));
  }
  if (document.contents === null) return ok([]);
  if (!isSeq<Node>(document.contents)) {
    return bad("schema-shape", "a seed is a list of records", spanOf(document.contents));
  }
  const records: Partial<TokenRecord>[] = [];
  for (const entry of document.contents.items) {
    if (!isMap<Node, Node | null>(entry)) {
      return bad("schema-shape", "a record is a mapping of field names to values", spanOf(entry));
    }
    for (const { key } of entry.items) {
      const name = isScalar(key) ? String(key.value) : "";
      const field = Object.entries(FIELDS).find(([known]) => known === name)?.[1];
      if (field === undefined) {
        const fix = `known are ${Object.keys(FIELDS).join(", ")}`;
        return bad("schema-unknown-field", `a record has no field "${name}"`, spanOf(key), fix);
      }
      const value: unknown = entry.toJS(document)[name];
      if (!field.is(value)) {
        return bad("schema-type", `${name} must be ${field.type}`, spanOf(key));
      }
      if (name === "id" && records.some((record) => record.id === value)) {
        return bad("schema-value", "two records have this id", spanOf(key));
      }
    }
    records.push(entry.toJS(document));
  }
  return ok(records);
}
