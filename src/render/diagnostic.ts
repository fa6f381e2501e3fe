import type { Diagnostic, FrameLine, SourceSpan } from "../model/diagnostic.ts";
import { cutText, shownWidth, withoutPartsOfKeys } from "../model/text.ts";
import { displayWidth, escapeTerminal } from "./escape.ts";
import { PLAIN, wrapLine, type View } from "./view.ts";

/** Columns of a source line that are shown at most; longer lines are cut around the column. */
const MAX_LINE = 100;
/** Columns of a path: no system has longer ones than four times that. */
const MAX_PATH = 1_000;
/** However narrow a terminal is. */
const LEAST_LINE = 20;

/**
 * A diagnostic as plain text: `file:line:column: severity[code]: message`, the code frame with a
 * caret under the marked text, and the fix. Lines end with a line feed between them, not after.
 */
export function renderDiagnostic(diagnostic: Diagnostic, view: View = PLAIN): string {
  const { at, code, fix, frame, message, severity } = diagnostic;
  const place = at ? `${pathText(at.file)}:${at.line}:${at.column}: ` : "";
  const title = `${place}${view.paint(severity, `${severity}[${code}]`)}: ${escapeTerminal(message)}`;
  return [
    wrapLine(title, view),
    ...(at && frame ? renderFrame(frame, at, view.columns) : []),
    ...(fix === undefined ? [] : [wrapLine(`fix: ${escapeTerminal(fix)}`, view)]),
  ].join("\n");
}

/** GitHub's runner takes a line that begins with `::` for a command, and a path begins one. */
function pathText(path: string): string {
  return escapeTerminal(cutText(/^\s*::/.test(path) ? `./${path}` : path, MAX_PATH));
}

function renderFrame(
  frame: readonly FrameLine[],
  at: SourceSpan,
  columns: number,
): readonly string[] {
  const digits = String(frame.at(-1)?.line ?? 0).length;
  // The caret stands under its text only where no line is broken: gutter and two ellipses fit too.
  const most = Math.max(LEAST_LINE, Math.min(MAX_LINE, columns - digits - 7));
  const marked = frame.find((line) => line.marked)?.text ?? "";
  const place = offsetOf(marked, 0, at.column - 1);
  const start = startBefore(marked, place, Math.floor(most * 0.4));
  // The lines around it are cut at the same column.
  const from = at.column - 1 - Array.from(marked.slice(start, place)).length;
  return frame.flatMap((line) => {
    const gutter = `${line.marked ? ">" : " "} ${String(line.line).padStart(digits)} |`;
    const isLong = endOf(line.text, 0, most) < line.text.length;
    const first = line.marked ? start : offsetOf(line.text, 0, from);
    const shown = cut(line.text, isLong ? first : 0, most);
    const text = `${gutter} ${shown.text}`.trimEnd();
    if (!line.marked) return [text];
    return [text, `  ${" ".repeat(digits)} | ${caret(line.text, place, at.length, shown)}`];
  });
}

interface CutLine {
  readonly text: string;
  /** Offsets in the line between which it is shown. */
  readonly start: number;
  readonly end: number;
}

function cut(text: string, start: number, most: number): CutLine {
  const end = endOf(text, start, most);
  const before = start > 0 ? "…" : "";
  const after = end < text.length ? "…" : "";
  return {
    text: `${before}${escapeTerminal(withoutPartsOfKeys(text, start, end))}${after}`,
    start,
    end,
  };
}

function caret(text: string, place: number, length: number | undefined, shown: CutLine): string {
  const start = Math.min(place, shown.end);
  const end = length === undefined ? shown.end : Math.min(offsetOf(text, start, length), shown.end);
  const lead = escapeTerminal(text.slice(shown.start, start));
  const mark = displayWidth(escapeTerminal(text.slice(start, end)));
  const indent = displayWidth(lead) + (shown.start > 0 ? 1 : 0);
  return " ".repeat(indent) + "^".repeat(Math.max(1, mark));
}

/** The offset from which what is in front of a place takes at most so many columns where it is shown. */
function startBefore(text: string, place: number, columns: number): number {
  let offset = place;
  for (let left = columns; offset > 0;) {
    const isPair = offset > 1 && /[\uDC00-\uDFFF]/.test(text.charAt(offset - 1));
    const start = offset - (isPair ? 2 : 1);
    left -= shownWidth(text.slice(start, offset));
    if (left < 0) break;
    offset = start;
  }
  return offset;
}

/** The offset at which so many columns are filled, or the end of the text. */
function endOf(text: string, from: number, columns: number): number {
  let offset = from;
  for (let left = columns; offset < text.length;) {
    const next = offsetOf(text, offset, 1);
    left -= shownWidth(text.slice(offset, next));
    if (left < 0) break;
    offset = next;
  }
  return offset;
}

/** The offset `count` code points after `from`, or the end of the text. */
function offsetOf(text: string, from: number, count: number): number {
  let offset = from;
  for (let left = count; left > 0 && offset < text.length; left -= 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}
