import { type LocatedScalar, headOf } from "./nodes.ts";
import type { Problem, Range, Report } from "./problem.ts";

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

/**
 * A model key as the server's clients write it. What stands before it does not matter for hiding:
 * rather mask a harmless word than print a key.
 */
const KEY_SHAPED = /sk-[A-Za-z0-9]{32,}/g;

const MASK = "sk-***";

/** Where a text holds something shaped like a model key. */
export function findKeyShaped(text: string): readonly Range[] {
  return [...text.matchAll(KEY_SHAPED)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The text with everything key-shaped replaced by `sk-***`. */
export function redactKeyShaped(text: string): string {
  return text.replaceAll(KEY_SHAPED, MASK);
}

/** What to say of a key in a file; never what it is. */
export const SECRET_WORDS = {
  code: "secret-in-file",
  message: "something shaped like a model key (sk-…) stands in the file",
  fix: "remove it and revoke that key: whoever can read this repository can use it",
} as const;

/** A place where another program was to fill in a value: `${{ x }}`, `{{ x }}` or `${VAR}`. */
const TEMPLATE = /\$?\{\{|\$\{[A-Za-z_]/;

/** Whether a text still has a template expression in it. */
export function hasTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** What to say of one: nothing here is expanded, so the key would carry the expression itself. */
export const TEMPLATE_WORDS = {
  code: "yaml-template",
  message: "a template expression was left in: nothing is expanded in this file",
  fix: "write the value itself, or fill in the file before it is given to cometkeys",
} as const;

/**
 * Warns of a comment that reads like part of an unquoted name or model id: in `name: ci #1` the
 * name is `ci`, and nothing else would tell. With a space after the `#` it is meant as a comment.
 */
export function eatenComment(node: LocatedScalar, text: string, report: Report): void {
  if (!node.plain || !/^[ \t]+#\S/.test(text.slice(node.range.end, node.range.end + 200))) return;
  report({
    severity: "warning",
    code: "yaml-comment-eaten",
    range: headOf(node),
    message: `what follows # is a comment; the value is "${node.source}"`,
    fix: "put the value in quotes, or move the comment to a line of its own",
  });
}
