/**
 * What is shown as an escape: C0 and C1 control characters, line and paragraph separators, everything that
 * formats without being seen (zero-width, directional, soft hyphen) and halves of surrogate pairs.
 */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export const HAS_UNSAFE = new RegExp(UNSAFE.source, "u");

/** Columns of an escape, such as `\u{e0001}`. */
const ESCAPE = 9;

/** Columns that a code point takes where it is shown: one, or those of its escape. */
export function shownWidth(codePoint: string): number {
  return HAS_UNSAFE.test(codePoint) ? ESCAPE : 1;
}

/**
 * The first code points of a text, with an ellipsis where something was left out; one that is shown as an
 * escape counts as what is shown. A key is not cut in two: nothing would tell its beginning from other letters.
 */
export function cutText(text: string, codePoints: number): string {
  if (text.length <= codePoints && !HAS_UNSAFE.test(text)) return text;
  // A copy: a part of a text keeps the whole of it in memory.
  const points: string[] = [];
  let room = codePoints;
  for (const point of text) {
    room -= shownWidth(point);
    if (room < 0) return `${withoutPartOfKey(points.join(""), text)}…`;
    points.push(point);
  }
  return text;
}

/** The beginning of a text, without the beginning of a key that it ends in. */
export function withoutPartOfKey(shown: string, whole: string): string {
  const key = keyAcross(whole, shown.length);
  return key === undefined ? shown : `${shown.slice(0, key.start)}***`;
}

/** What stands between two places of a text, with stars for a part of a key at either end. */
export function withoutPartsOfKeys(whole: string, start: number, end: number): string {
  const from = keyAcross(whole, start)?.end ?? start;
  const to = keyAcross(whole, end)?.start ?? end;
  const stars = (length: number): string => "*".repeat(Math.max(0, length));
  if (from >= to) return stars(end - start);
  return stars(from - start) + whole.slice(from, to) + stars(end - to);
}

/** A key of this family has so many letters and digits at least, and at most. */
export const SHORTEST_KEY = 32;
export const LONGEST_KEY = 128;

/**
 * The source of a pattern for so many letters and digits or more. With `{32,}`, V8's stack overflows on a run
 * of some millions, which a server's message may be.
 */
export const KEY_SHAPED = `[A-Za-z0-9]{${SHORTEST_KEY}}[A-Za-z0-9]*`;

/** Where what has the shape of a key begins and ends that is cut in two at a place. */
function keyAcross(
  text: string,
  at: number,
): { readonly start: number; readonly end: number } | undefined {
  if (!isOfKey(text, at)) return undefined;
  let [start, end] = [at, at];
  while (at - start < LONGEST_KEY && isOfKey(text, start - 1)) start -= 1;
  while (end - at < LONGEST_KEY && isOfKey(text, end)) end += 1;
  const shaped = text.slice(start, end);
  const isPrefixed = text.slice(Math.max(0, start - 3), start) === "sk-";
  const isKey = isPrefixed || (start < at && /[A-Za-z]/.test(shaped) && /\d/.test(shaped));
  return isKey && shaped.length >= SHORTEST_KEY ? { start, end } : undefined;
}

function isOfKey(text: string, at: number): boolean {
  return /[A-Za-z0-9]/.test(text.charAt(at));
}

/** The first items of a list, and in words how many more there are: `" and 3 more"`, or nothing. */
export function firstOf<T>(
  items: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly more: string } {
  const left = items.length - most;
  return { shown: items.slice(0, most), more: left > 0 ? ` and ${left} more` : "" };
}

/** Room for a letter and its accents; the square of a text's length can go into its form. */
const WINDOW = 200;

/** Whether a text is in NFC, of which every part is; a longer row of accents than any letter has passes. */
export function isComposed(text: string): boolean {
  for (let start = 0; start < text.length; start += WINDOW / 2) {
    const part = text.slice(start, start + WINDOW);
    if (part !== part.normalize("NFC")) return false;
  }
  return true;
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
