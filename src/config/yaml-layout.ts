import type { ErrorCode } from "yaml";
import { say, type Range, type Said } from "./problem.ts";
import { lineAt, writtenLineFrom, type SourceLines } from "./source-lines.ts";

/** The indentation of a line, with the dash of a list item; then the field that begins there. */
const FIELD = /^( *(?:- +)?)([\w-]+):(?: |$)/;
const NO_SPACE_AFTER_COLON = /^( *(?:- +)?)[A-Za-z_]+:(?=[^\s/])/;
const NO_SPACE_AFTER_DASH = /^ *-(?=[^\s-])/;

/**
 * What a person did where the parser says only at what it stumbled: a dash without a space, a line
 * that is indented otherwise than its neighbours, a colon within text. Undefined where neither is seen.
 */
export function layoutFault(
  code: ErrorCode,
  offset: number,
  lines: SourceLines,
): (Said & { readonly range: Range }) | undefined {
  if (!LAYOUT.has(code)) return undefined;
  const line = lineAt(lines, offset);
  const { line: number } = lines.counter.linePos(offset);
  const start = lines.counter.lineStarts[number - 1] ?? offset;
  const within = (from: number, to: number): Range => ({ start: start + from, end: start + to });
  const dash = NO_SPACE_AFTER_DASH.exec(line)?.[0].length;
  if (dash !== undefined) return { ...say("yaml-syntax/dash"), range: within(dash - 1, dash + 1) };
  const stuck = NO_SPACE_AFTER_COLON.exec(line);
  if (stuck !== null) {
    const [all, before = ""] = stuck;
    return { ...say("yaml-syntax/stuck"), range: within(before.length, all.length + 1) };
  }
  const [, indent = "", field = ""] = FIELD.exec(line) ?? [];
  if (field === "") return undefined;
  if (code === "MISSING_CHAR") {
    const range = within(indent.length, indent.length + field.length);
    return { ...say("yaml-syntax/indent"), range };
  }
  const value = line.slice(indent.length + field.length + 1);
  if (/: /.test(value)) {
    const from = line.length - value.trimStart().length;
    return { ...say("yaml-syntax/colon"), range: within(from, line.trimEnd().length) };
  }
  const next = writtenLineFrom(lines, number + 1);
  if (next === undefined) return undefined;
  const below = lineAt(lines, next);
  const deeper = /^ */.exec(below)?.[0].length ?? 0;
  if (deeper <= indent.length) return undefined;
  const column = String(indent.length + 1);
  const range = { start: next + deeper, end: next + below.trimEnd().length };
  return { ...say("yaml-syntax/deeper", { field, column }), range };
}

const LAYOUT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
]);
