// C0 and C1 control characters, line and paragraph separators, everything that formats without
// being seen (zero-width, directional, soft hyphen) and halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

// GitHub's runner carries out `##[command]` wherever it stands in a line of any output, not only at
// its beginning, and may overlook characters without a width within it. Other build servers read
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
