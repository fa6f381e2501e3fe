/**
 * The first code points of a text, with an ellipsis where something was left out. A key is not cut in two:
 * nothing would tell its beginning from other letters.
 */
export function cutText(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  // A code point takes at most two units, so a huge text need not be split to its end.
  const points = Array.from(text.slice(0, codePoints * 2 + 2));
  return points.length <= codePoints
    ? text
    : `${withoutPartOfKey(points.slice(0, codePoints).join(""))}…`;
}

/** A text that ends where one was cut, without what may be the beginning of a key. */
export function withoutPartOfKey(text: string): string {
  return text.replace(/sk-[A-Za-z0-9]{8,}$/, "sk-***");
}

/** The first items of a list, and in words how many more there are: `" and 3 more"`, or nothing. */
export function firstOf<T>(
  items: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly more: string } {
  const left = items.length - most;
  return { shown: items.slice(0, most), more: left > 0 ? ` and ${left} more` : "" };
}

/**
 * The data of a workflow command of GitHub's runner, `::name::data`. It is only encoded: what is
 * shown to people has to be made visible before.
 */
export function commandData(text: string): string {
  // The percent sign goes first: it would otherwise encode the other encodings again.
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A property of a workflow command, in which a colon and a comma would end it. */
export function commandProperty(text: string): string {
  return commandData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
