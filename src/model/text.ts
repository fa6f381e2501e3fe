/** The first code points of a text, with an ellipsis where something was left out. */
export function cutText(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  // A code point takes at most two units, so a huge text need not be split to its end.
  const points = Array.from(text.slice(0, codePoints * 2 + 2));
  return points.length <= codePoints ? text : `${points.slice(0, codePoints).join("")}…`;
}

/** The first items of a list, and in words how many more there are: `" and 3 more"`, or nothing. */
export function firstOf<T>(
  items: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly more: string } {
  const left = items.length - most;
  return { shown: items.slice(0, most), more: left > 0 ? ` and ${left} more` : "" };
}
