import { escapeTerminal } from "./escape.ts";

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
  /[#!~%$&^[](?=["\w])/g,
  /\bGH-(?=\d)/gi,
  /:(?=\/\/)/g,
  /\bwww(?=\.)/gi,
  // Not between two digits and two digits: that is a time of day.
  /:(?!\d\d:)(?=[\w+\\-]+:)/g,
];

/** A run of hexadecimal digits long enough to be taken for a commit. */
const COMMIT = /(?<!\w)[\da-f]{7,}(?!\w)/gi;

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
  const broken = REFERENCES.reduce(
    (shown, reference) => shown.replaceAll(reference, `$&${ZERO_WIDTH_SPACE}`),
    literal,
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
