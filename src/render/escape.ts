import type { Diagnostic } from "../model/diagnostic.ts";
import { UNSAFE, withoutPartOfKey } from "../model/text.ts";

// GitHub's runner carries out `##[command]` anywhere in a line of any output, not only at its
// beginning, and may overlook characters without a width within it. Other build servers read
// `##word[` in the same way.
const COMMAND_BRACKET = /(#\p{DI}*#[\p{DI}\w]*)\[/gu;

/**
 * Text from a server or a file, made safe for one line of a terminal: what would move the cursor,
 * begin a line, turn the direction of writing, hide, or give a build server a command is shown as an
 * escape; other Unicode stays.
 */
export function escapeTerminal(text: string): string {
  const visible = text.replaceAll(UNSAFE, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
  return visible.replaceAll(COMMAND_BRACKET, "$1\\u005b");
}

/** The same for YAML in which what is not plain stands in double quotes, whose escapes read back too. */
export function escapeYaml(yaml: string): string {
  return yaml.replaceAll(COMMAND_BRACKET, "$1\\u005b");
}

/**
 * The same for a JSON document, whose own escapes read back as what was written. V8 ends the process over
 * tens of millions of matches at once, so it is done piece by piece, between two lines.
 */
export function escapeJson(json: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < json.length;) {
    const lineEnd = json.indexOf("\n", at + PIECE);
    const end = lineEnd === -1 ? json.length : lineEnd + 1;
    pieces.push(escapePiece(json.slice(at, end)));
    at = end;
  }
  return pieces.join("");
}

const PIECE = 1_000_000;

function escapePiece(json: string): string {
  const visible = json.replaceAll(UNSAFE, (character) => {
    if (character === "\n") return character;
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
  return visible.replaceAll(COMMAND_BRACKET, "$1\\u005b");
}

// Hangul, CJK with its punctuation, full-width forms and emoji take two columns of a terminal.
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const COMBINING = /\p{M}/u;

/** The columns an escaped text takes on a terminal; close enough to put a caret under a word. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (COMBINING.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** As much of an escaped text as a line of so many columns holds. */
export function fitColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let shown = "";
  let left = columns - 1;
  for (const character of text) {
    left -= displayWidth(character);
    if (left < 0) break;
    shown += character;
  }
  return `${withoutPartOfKey(shown, text)}…`;
}

/** Breaks what a site would link or notify, without being seen. */
const ZERO_WIDTH_SPACE = "\u200B";

/** Everything that can begin or end a construct of Markdown, its table cells and formulas. */
const PUNCTUATION = /[\\`*_{}[\]()#+!|>~&$=^]/g;

/** What makes a list or a rule at the beginning of a line; its last character has to be escaped. */
const LIST_MARKER = /^\s*(?:-|\d+\.(?=\s|$))/;

/**
 * Where references begin that the sites find in the finished text, so that a backslash does not
 * stop them: `#12 !12 ~label %milestone $snippet &epic [issue:1]`, GH-12, addresses, `:emoji:`.
 */
const REFERENCES: readonly RegExp[] = [
  /@/g,
  /[#!~%&^[](?=["\w])/g,
  // A sum of money is none, and whoever copies it wants no more than it shows.
  /\$(?=["\w])(?!\d+\.\d\d(?!\d))/g,
  /\bGH-(?=\d)/gi,
  /:(?=\/\/)/g,
  /\bwww(?=\.)/gi,
  // Not between two digits and two digits: that is a time of day.
  /:(?!\d\d:)(?=[\w+\\-]+:)/g,
];

/** A run of hexadecimal digits long enough to be taken for a commit; a number is left as it is. */
const COMMIT = /(?<!\w)(?=\d*[a-f])[\da-f]{7,}(?!\w)/gi;

/**
 * Text from a server or a file, made safe within a line or a table cell of Markdown: it shows as it
 * is written, cannot end its cell or line, and links and notifies nothing. `<` becomes `‹`, so that
 * neither HTML nor a hidden marker can be forged.
 */
export function escapeMarkdown(text: string): string {
  const literal = escapeTerminal(text)
    .replaceAll("<", "‹")
    .replaceAll(PUNCTUATION, "\\$&")
    .replace(LIST_MARKER, (marker) => `${marker.slice(0, -1)}\\${marker.slice(-1)}`);
  return breakReferences(literal);
}

/** The same within a line of HTML, where a backslash would be shown. */
export function escapeHtml(text: string): string {
  // A backslash would not keep a formula from being one here.
  const literal = escapeTerminal(text).replaceAll("<", "‹").replaceAll("$", `$${ZERO_WIDTH_SPACE}`);
  return breakReferences(literal).replaceAll("&", "&amp;").replaceAll(">", "&gt;");
}

function breakReferences(text: string): string {
  const broken = REFERENCES.reduce(
    (shown, reference) => shown.replaceAll(reference, `$&${ZERO_WIDTH_SPACE}`),
    text,
  );
  return broken.replaceAll(COMMIT, (digits) =>
    digits.replaceAll(/.{6}(?=.)/g, `$&${ZERO_WIDTH_SPACE}`),
  );
}

/** The same for one line inside a code block, where backslashes would be shown. */
export function escapeCode(text: string): string {
  return escapeTerminal(text).replaceAll("<", "‹").replaceAll("@", `@${ZERO_WIDTH_SPACE}`);
}

/** A fenced block; its fence is longer than any run of backticks in the (escaped) lines. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = "`".repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
  return [`${fence}${language}`, ...lines, fence].join("\n");
}

/**
 * The same plain data with every text in it cleaned. A renderer whose escaping puts characters
 * between those of a text has to take secrets out before, because nobody finds them afterwards.
 */
export function cleanTexts<T>(data: T, clean: (text: string) => string): T {
  return JSON.parse(JSON.stringify(data), (_, value: unknown) =>
    typeof value === "string" ? clean(value) : value,
  );
}

/**
 * Diagnostics without their code frames, which a report does not show: each holds whole lines of a file, and
 * a file of one line would be copied for every problem in it.
 */
export function cleanDiagnostics(
  diagnostics: readonly Diagnostic[],
  clean: (text: string) => string,
): readonly Diagnostic[] {
  return cleanTexts(
    diagnostics.map((one) => ({ ...one, frame: [] })),
    clean,
  );
}
