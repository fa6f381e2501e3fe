import type { Finding } from "../model/finding.ts";
import { escapeTerminal } from "./escape.ts";
import { PLAIN, wrapLine, type View } from "./view.ts";

const MARKS: Readonly<Record<Finding["status"], string>> = {
  ok: "✓",
  warning: "!",
  error: "✗",
  unknown: "?",
};

/** Wide enough for the name of every check. */
const WIDTH = 10;

/** A line for each finding, and one below with what to do. */
export function renderFindingsText(findings: readonly Finding[], view: View = PLAIN): string {
  const lines = findings.flatMap(({ check, status, message, fix }) => {
    const title = `${MARKS[status]} ${check.padEnd(WIDTH)} ${escapeTerminal(message)}`;
    const todo = fix === undefined ? [] : [`  ${" ".repeat(WIDTH)} ${escapeTerminal(fix)}`];
    return [title, ...todo].map((line) => wrapLine(line, view));
  });
  return `${lines.join("\n")}\n`;
}
