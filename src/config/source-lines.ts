import type { Diagnostic, FrameLine, SourceSpan } from "../model/diagnostic.ts";
import { LineCounter } from "yaml";
import type { SourceText } from "./decode.ts";
import { findKeyShaped, MASK, redactKeyShaped } from "./forbidden-text.ts";
import type { Problem, Range } from "./problem.ts";
import { firstFrom } from "./ranges.ts";

const LINES_AROUND = 2;

/** A file's text with its line starts, for turning offsets into places people can find. */
export interface SourceLines {
  readonly file: string;
  readonly text: string;
  readonly counter: LineCounter;
  /** Where a code point begins that takes two UTF-16 units, in order: columns count it once. */
  readonly pairs: readonly number[];
  /** Where something shaped like a model key stands: no code frame shows it. */
  readonly secrets: readonly Range[];
  /** Lines as code frames show them, kept because many problems may share one. */
  readonly shown: Map<number, string>;
}

/**
 * Counts the lines of a file. The counter is filled from the text rather than by the parser, so
 * that places are right even where the parser gave up.
 */
export function sourceLines({ file, text }: SourceText): SourceLines {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    counter.addNewLine(at + 1);
  }
  return {
    file,
    text,
    counter,
    pairs: pairsIn(text),
    secrets: findKeyShaped(text),
    shown: new Map(),
  };
}

function pairsIn(text: string): readonly number[] {
  return Array.from(text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g), ({ index }) => index);
}

/** The place of a range; its length only where it ends on the line it begins. */
export function spanOf(lines: SourceLines, range: Range): SourceSpan {
  const { file, counter } = lines;
  const { line } = counter.linePos(range.start);
  const { start, end } = lineRange(lines, line);
  const column = codePoints(lines, start, range.start) + 1;
  if (range.end > end) return { file, line, column };
  return { file, line, column, length: Math.max(1, codePoints(lines, range.start, range.end)) };
}

/** The text of the line an offset stands on, without its line end. */
export function lineAt(lines: SourceLines, offset: number): string {
  const { start, end } = lineRange(lines, lines.counter.linePos(offset).line);
  return lines.text.slice(start, end);
}

/** Where the first line from this one on begins that is neither empty nor a comment. */
export function writtenLineFrom(lines: SourceLines, line: number): number | undefined {
  return lines.counter.lineStarts
    .slice(line - 1)
    .find((start) => !/^\s*(?:#|$)/.test(lineAt(lines, start)));
}

/** A problem with its place and code frame. */
export function toDiagnostic(lines: SourceLines, problem: Problem): Diagnostic {
  const at = spanOf(lines, problem.range);
  return {
    severity: problem.severity,
    code: problem.code,
    message: redactKeyShaped(problem.message),
    fix: redactKeyShaped(problem.fix),
    at: problem.code === "secret-in-file" ? { ...at, length: MASK.length } : at,
    frame: frameAround(lines, at.line),
  };
}

function frameAround(lines: SourceLines, marked: number): FrameLine[] {
  const first = Math.max(1, marked - LINES_AROUND);
  const last = Math.min(lineCount(lines), marked + LINES_AROUND);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const line = first + index;
    return { line, text: shownLine(lines, line), marked: line === marked };
  });
}

function shownLine(lines: SourceLines, number: number): string {
  const known = lines.shown.get(number);
  if (known !== undefined) return known;
  const text = withoutKeys(lines, lineRange(lines, number));
  lines.shown.set(number, text);
  return text;
}

function withoutKeys({ text, secrets }: SourceLines, line: Range): string {
  let shown = "";
  let from = line.start;
  for (const range of secrets) {
    const start = Math.max(range.start, from);
    const end = Math.min(range.end, line.end);
    if (start >= end) continue;
    shown += text.slice(from, start) + MASK;
    from = end;
  }
  return shown + text.slice(from, line.end);
}

/** The lines of the text; a final line feed does not begin another one. */
function lineCount({ text, counter }: SourceLines): number {
  const count = counter.lineStarts.length;
  return count > 1 && text.endsWith("\n") ? count - 1 : count;
}

function lineRange({ text, counter }: SourceLines, line: number): Range {
  const start = counter.lineStarts[line - 1] ?? text.length;
  const next = counter.lineStarts[line];
  const end = next === undefined ? text.length : next - 1;
  return { start, end: end > start && text[end - 1] === "\r" ? end - 1 : end };
}

/** Counted by what is known of the whole text: a line may be long, and have many problems. */
function codePoints({ pairs }: SourceLines, start: number, end: number): number {
  const within = firstFrom(pairs, end - 1) - firstFrom(pairs, start);
  return end - start - Math.max(0, within);
}
