import { Ajv } from "ajv";
import { isMap, isNode, isScalar, visit, type Document, type Node } from "yaml";
import { sourceLines, spanOf } from "../config/source-lines.ts";
import { duplicateKeys, parseDocumentOf } from "../config/yaml-document.ts";
import type { Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { cutText } from "../model/text.ts";
import { FIELD_SCHEMAS, type TokenRecord } from "./record.ts";

const SCHEMA = {
  type: "array",
  items: { type: "object", properties: FIELD_SCHEMAS, additionalProperties: false },
};

/**
 * Reads a list of partial records from YAML or JSON. Values are the server's own and are stored as
 * written, so that a seed can hold states no request leads to. An empty text is an empty list.
 */
export function parseSeed(
  text: string,
  file: string,
): Result<readonly Partial<TokenRecord>[], Diagnostic> {
  const document = parseDocumentOf(text);
  const lines = sourceLines({ file, text });
  const bad = (code: Code, message: string, offset: number, fix?: string) => {
    const { line, column } = spanOf(lines, { start: offset, end: offset });
    const error = { severity: "error", code, message, at: { file, line, column } } as const;
    return err(fix === undefined ? error : { ...error, fix });
  };
  if (document === undefined) return bad("yaml-syntax", TOO_DEEP, 0);
  const [syntax] = [...document.errors, ...document.warnings];
  if (syntax !== undefined) {
    const isDeep = syntax.code === "RESOURCE_EXHAUSTION";
    return bad("yaml-syntax", isDeep ? TOO_DEEP : syntax.message, syntax.pos[0]);
  }
  const [twice] = duplicateKeys(document);
  if (twice !== undefined) return bad("yaml-duplicate-key", "this is given twice", twice.pos[0]);
  if (document.contents === null) return ok([]);
  const odd = oddName(document);
  if (odd !== undefined) return bad("schema-shape", "the name of a field must be a text", odd);
  const records: unknown = document.toJS();
  const validate = new Ajv().compile<readonly Partial<TokenRecord>[]>(SCHEMA);
  if (validate(records)) {
    const seen = new Set<number>();
    const repeated = records.findIndex(({ id }) => {
      const known = id !== undefined && seen.has(id);
      if (id !== undefined) seen.add(id);
      return known;
    });
    if (repeated < 0) return ok(records);
    return bad("schema-value", "two records have this id", offsetOf(document, repeated, "id"));
  }
  const [error] = validate.errors ?? [];
  const [, index, inside] = error?.instancePath.split("/") ?? [];
  const unknown: unknown = error?.params["additionalProperty"];
  const field = typeof unknown === "string" ? unknown : inside;
  const offset = offsetOf(document, index, field);
  if (index === undefined) return bad("schema-shape", "a seed is a list of records", offset);
  if (field === undefined) {
    return bad("schema-shape", "a record is a mapping of field names to values", offset);
  }
  const schema = Object.hasOwn(FIELD_SCHEMAS, field) ? FIELD_SCHEMAS[field] : undefined;
  if (schema !== undefined) {
    return bad("schema-type", `${field} must be ${schema.description}`, offset);
  }
  const fix = `known are ${Object.keys(FIELD_SCHEMAS).join(", ")}`;
  return bad(
    "schema-unknown-field",
    `a record has no field "${cutText(field, MAX_NAME)}"`,
    offset,
    fix,
  );
}

const TOO_DEEP = "it is nested too deep";
/** Code points. */
const MAX_NAME = 80;

/**
 * Where a collection, or an alias, names a field. The library would make a text of it at each depth anew,
 * which takes minutes for a kilobyte.
 */
function oddName(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) || !isNode(key)) return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

/** Where a record's field stands in the text; without a field the record, without it the list. */
function offsetOf(document: Document.Parsed, index?: string | number, field?: string): number {
  const node = index === undefined ? document.contents : document.getIn([Number(index)], true);
  const pair = isMap<Node>(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === field)
    : undefined;
  const found = pair?.key ?? node;
  return isNode(found) ? (found.range?.[0] ?? 0) : 0;
}
