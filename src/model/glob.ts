/** Whether whole texts match a glob: `*` is any text, `?` one character, the rest itself. */
export function globMatcher(glob: string): (text: string) => boolean {
  const pattern = Array.from(glob.replaceAll(/\*+/g, "*"));
  const ends = endsOf(pattern);
  if (ends === undefined) {
    return (text) => {
      const letters = lettersOf(text);
      return letters.length === pattern.length && beginsWith(letters, 0, pattern);
    };
  }
  const { head, tail } = ends;
  const between = pattern.slice(head.length, pattern.length - tail.length);
  return (text) => {
    const letters = lettersOf(text);
    const end = letters.length - tail.length;
    // Of globs that have no text in common, at most one has ends that fit.
    if (end < head.length || !beginsWith(letters, 0, head)) return false;
    if (!beginsWith(letters, end, tail)) return false;
    if (between.length === 1) return true;
    return letters.length <= LONGEST_TEXT && matches(between, letters, head.length, end, takes);
  };
}

/**
 * Letters. No name that a file declares has as many, and to find what stands between two stars takes the
 * product of both lengths: a longer text of a server is taken for none that has it.
 */
export const LONGEST_TEXT = 100;

type Letters = ArrayLike<string>;

const PAIRS = /[\uD800-\uDFFF]/;

/** The code points of a text; mostly they are its UTF-16 units, and then it need not be taken apart. */
function lettersOf(text: string): Letters {
  return PAIRS.test(text) ? Array.from(text) : text;
}

/** Whether the letters from a place on are what a part of a glob without stars takes. */
function beginsWith(letters: Letters, from: number, wanted: readonly string[]): boolean {
  for (let at = wanted.length - 1; at >= 0; at -= 1) {
    if (!takes(wanted[at], letters[from + at])) return false;
  }
  return true;
}

function takes(wanted: string | undefined, letter: string | undefined): boolean {
  return wanted === "?" || wanted === letter;
}

/** Whether the letters from one place to another match. */
function matches(
  pattern: readonly string[],
  letters: Letters,
  from: number,
  end: number,
  fits: typeof takes,
): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  // Only the last star is ever widened, so that many stars take no longer than one.
  for (let letter = from; letter < end;) {
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
    return matches(other, one, 0, one.length, alike);
  }
  if (otherEnds === undefined) return matches(one, other, 0, other.length, alike);
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
