import type { Problem } from "./problem.ts";

// YAML allows no control characters but tab and line ends; a lone carriage return counts as a
// line end for some readers and as text for others.
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNFIT = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|\r(?!\n)/;

/** The first character of a text that a YAML file cannot hold. */
export function unfitCharacter(text: string): Problem | undefined {
  const found = UNFIT.exec(text);
  if (!found) return undefined;
  const range = { start: found.index, end: found.index + 1 };
  if (found[0] === "\r") {
    return {
      code: "yaml-syntax",
      range,
      message: "a carriage return stands without a line feed",
      fix: "end lines with a line feed (LF) or both (CRLF)",
    };
  }
  return {
    code: "yaml-syntax",
    range,
    message: "a control character stands in the file",
    fix: "remove it",
  };
}
