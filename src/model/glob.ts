/** Whether whole texts match a glob: `*` is any text, `?` one character, the rest itself. */
export function globMatcher(glob: string): (text: string) => boolean {
  const pattern = Array.from(glob.replaceAll(/\*+/g, "*"));
  // Most names differ in their first or last letters, which is told without taking them apart.
  const head = /^[^*?]*/.exec(glob)?.[0] ?? "";
  const tail = /[^*?]*$/.exec(glob)?.[0] ?? "";
  const stars = pattern.filter((letter) => letter === "*").length;
  // With one star, the letters around it are all there is to compare; without one, all letters.
  const isPlain = stars < 2 && !pattern.includes("?");
  const length = head.length + tail.length;
  return (text) => {
    if (isPlain && stars === 0) return text === glob;
    if (!text.startsWith(head) || !text.endsWith(tail) || text.length < length) return false;
    return isPlain || (text.length <= LONGEST_TEXT && matches(pattern, Array.from(text), takes));
  };
}

/**
 * UTF-16 units. No name that a file declares is as long, and a comparison takes the product of both
 * lengths: of a longer text of a server only the beginning and the end are compared.
 */
export const LONGEST_TEXT = 400;

function takes(wanted: string | undefined, letter: string | undefined): boolean {
  return wanted === "?" || wanted === letter;
}

function matches(
  pattern: readonly string[],
  letters: readonly string[],
  fits: typeof takes,
): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  // Only the last star is ever widened, so that many stars take no longer than one.
  for (let letter = 0; letter < letters.length;) {
    if (pattern[at] === "*") {
      star = at;
      retry = letter;
      at += 1;
    } else if (at < pattern.length && fits(pattern[at], letters[letter])) {
      at += 1;
      letter += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry += 1;
      letter = retry;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === "*");
}

/** Whether some text matches both globs; it may be longer than a name can be. */
export function globsOverlap(a: string, b: string): boolean {
  const [one, other] = [Array.from(a), Array.from(b)];
  const [ends, otherEnds] = [endsOf(one), endsOf(other)];
  // Without a star, a glob is like a text of which some characters are left open.
  if (ends === undefined) {
    if (otherEnds === undefined && one.length !== other.length) return false;
    return matches(other, one, alike);
  }
  if (otherEnds === undefined) return matches(one, other, alike);
  // What stands between the first star and the last can follow each other in any order.
  return (
    beginAlike(ends.head, otherEnds.head) &&
    beginAlike(ends.tail.toReversed(), otherEnds.tail.toReversed())
  );
}

/** What a glob wants before its first star and after its last; `undefined` where it has none. */
function endsOf(glob: readonly string[]) {
  const first = glob.indexOf("*");
  if (first === -1) return undefined;
  return { head: glob.slice(0, first), tail: glob.slice(glob.lastIndexOf("*") + 1) };
}

function beginAlike(a: readonly string[], b: readonly string[]): boolean {
  const both = Math.min(a.length, b.length);
  return a.slice(0, both).every((letter, at) => alike(letter, b[at]));
}

function alike(letter: string | undefined, other: string | undefined): boolean {
  return takes(letter, other) || other === "?";
}

/** Whether `--only` takes a name in; without any pattern it takes in all. */
export function chooserOf(only: readonly string[]): (name: string) => boolean {
  const matchers = only.map(globMatcher);
  return (name) => matchers.length === 0 || matchers.some((matches) => matches(name));
}
