import { isScalar } from "yaml";
import { at, sourceOf, type Value } from "./nodes.ts";
import type { MessageKey, Range, Report } from "./problem.ts";

// YAML allows no control characters but tab and line ends; a lone carriage return counts as a
// line end for some readers and as text for others.
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNFIT = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|\r(?!\n)/;

/** Where a text has its first character that a YAML file cannot hold, and what to say of it. */
export function unfitCharacter(text: string): readonly [Range, MessageKey] | undefined {
  const found = UNFIT.exec(text);
  if (!found) return undefined;
  const kind = found[0] === "\r" ? "carriage-return" : "control-character";
  return [{ start: found.index, end: found.index + 1 }, `yaml-syntax/${kind}`];
}

/** Characters of a key that may be escapes; no key is longer. */
const MOST_AT_ONCE = 1_000;

/**
 * A model key as the server's clients write it. What stands before it does not matter for hiding:
 * rather mask a harmless word than print a key.
 */
const KEY_SHAPED = keyShaped();

/** Each character may stand as an escape of double quotes, and some line ends between two be escaped. */
function keyShaped(): RegExp {
  const escaped = (code: string): string => String.raw`\\(?:x|u00|U000000)${code}`;
  const broken = String.raw`(?:\\\r?\n[ \t]*){0,${MOST_AT_ONCE}}`;
  const [s, k, dash] = ["s|" + escaped("73"), "k|" + escaped("6[Bb]"), "-|" + escaped("2[Dd]")];
  const alphanumeric = "[A-Za-z0-9]|" + escaped("(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])");
  const start = `(?:${s})${broken}(?:${k})${broken}(?:${dash})`;
  // No more than so many at once: what takes one by one would need a stack as deep.
  const more = `(?:${broken}(?:${alphanumeric}))`;
  return new RegExp(`${start}${more}{32,${MOST_AT_ONCE}}[A-Za-z0-9]*`, "g");
}

/** What is shown of a model key. */
export const MASK = "sk-***";

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

/** A place where another program was to fill in a value: `${{ x }}`, `{{ x }}` or `${VAR}`. */
export function hasTemplate(text: string): boolean {
  return /\$?\{\{|\$\{[A-Za-z_]/.test(text);
}

/** White space and colons that look right and are not; what to do about them. */
export function strangeCharacterHint(text: string): string | undefined {
  if (text.includes("\uFF1A")) {
    return "the line has a full-width colon (\uFF1A): write an ordinary ':' and a space";
  }
  if (/[\u00A0\u2000-\u200B\u202F\u3000]/u.test(text)) {
    return "the line has a no-break or other special space: replace it by an ordinary space";
  }
  return undefined;
}

/**
 * Warns of a comment that reads like part of an unquoted name or model id: in `name: ci #1` the
 * name is `ci`, and nothing else would tell. With a space after the `#` it is meant as a comment.
 */
export function warnOfEatenComment(node: Value, text: string, report: Report): void {
  const { end } = at(node);
  if (!isScalar(node) || node.type !== "PLAIN" || !/^[ \t]+#\S/.test(text.slice(end, end + 200)))
    return;
  report(at(node), "yaml-comment-eaten", { value: sourceOf(node) });
}
