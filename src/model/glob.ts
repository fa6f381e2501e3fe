/** How much was compared to find out what matches. */
export interface Work {
  steps: number;
}

/**
 * Whether a whole text matches. One that is held against many globs is taken apart once: its `lettersOf`
 * may be given.
 */
export type Matcher = (text: string, letters?: Letters) => boolean;

/**
 * Matches a glob: `*` is any text, `?` one character, the rest itself.
 *
 * @param work Where the letters are counted that had to be compared.
 */
export function globMatcher(glob: string, work: Work = { steps: 0 }): Matcher {
  const pattern = Array.from(glob.replaceAll(/\*+/g, "*"));
  const ends = endsOf(pattern);
  if (ends === undefined) {
    return (text, given) => {
      // A letter has two units at most: what is longer by far need not be taken apart.
      if (text.length > pattern.length * 2) return false;
      const letters = given ?? takenApart(text, work);
      return letters.length === pattern.length && hasAt(letters, 0, pattern, work);
    };
  }
  const { head, tail } = ends;
  const parts = partsOf(pattern.slice(head.length, pattern.length - tail.length));
  return (text, given) => {
    if (parts.length > 0 && text.length > LONGEST_TEXT * 2) return false;
    const letters = given ?? takenApart(withoutMiddle(text, pattern.length * 2), work);
    const end = letters.length - tail.length;
    // Of globs that have no text in common, at most one has ends that fit.
    if (end < head.length || !hasAt(letters, 0, head, work)) return false;
    if (!hasAt(letters, end, tail, work)) return false;
    if (parts.length === 0) return true;
    return (
      letters.length <= LONGEST_TEXT && followEachOther(parts, letters, head.length, end, work)
    );
  };
}

/**
 * Letters. No name that a file declares has as many, and to find what stands between two stars takes the
 * product of both lengths: a longer text of a server is taken for none that has it.
 */
export const LONGEST_TEXT = 100;

type Letters = string | readonly string[];

const PAIRS = /[\uD800-\uDFFF]/;

/**
 * The code points of a text; `undefined` for one that is too long to be taken apart, of which a glob needs
 * the ends alone.
 */
export function lettersOf(text: string): Letters | undefined {
  return text.length > LONGEST_TEXT * 2 ? undefined : takenApart(text);
}

/** Mostly they are its UTF-16 units, and then a text is its own letters. */
function takenApart(text: string, work: Work = { steps: 0 }): Letters {
  if (!PAIRS.test(text)) return text;
  work.steps += text.length;
  return Array.from(text);
}

/** A long text by its ends alone, each of so many units: where one star takes the rest, it is as good. */
function withoutMiddle(text: string, units: number): string {
  const isLong = text.length > LONGEST_TEXT * 2 && text.length > units * 2;
  return isLong ? text.slice(0, units) + text.slice(-units) : text;
}

/** Whether at a place stands what a part of a glob without stars takes. */
function hasAt(letters: Letters, from: number, wanted: readonly string[], work: Work): boolean {
  work.steps += 1;
  for (let at = wanted.length - 1; at >= 0; at -= 1) {
    work.steps += 1;
    if (!takes(wanted[at], letters[from + at])) return false;
  }
  return true;
}

/** What stands between two stars. */
interface Part {
  readonly wanted: readonly string[];
  /** The same where it is all letters: a text is searched for it by the engine. */
  readonly text?: string;
}

function partsOf(between: readonly string[]): readonly Part[] {
  const parts: string[][] = [];
  for (const letter of between) {
    if (letter === "*") parts.push([]);
    else parts.at(-1)?.push(letter);
  }
  return parts
    .filter((wanted) => wanted.length > 0)
    .map((wanted) => (wanted.includes("?") ? { wanted } : { wanted, text: wanted.join("") }));
}

/** Whether the parts stand in this order between two places; the first place is the best for each. */
function followEachOther(
  parts: readonly Part[],
  letters: Letters,
  from: number,
  end: number,
  work: Work,
): boolean {
  let place = from;
  for (const { wanted, text } of parts) {
    const last = end - wanted.length;
    if (text !== undefined && typeof letters === "string") {
      work.steps += SEARCH;
      const found = letters.indexOf(text, place);
      place = found === -1 ? end : found;
    } else {
      while (place <= last && !hasAt(letters, place, wanted, work)) place += 1;
    }
    if (place > last) return false;
    place += wanted.length;
  }
  return true;
}

/** A search of the engine in a text of `LONGEST_TEXT` takes as long as so many steps here, at the worst. */
const SEARCH = 20;

function takes(wanted: string | undefined, letter: string | undefined): boolean {
  return wanted === "?" || wanted === letter;
}

/** Whether a glob matches another one that has no star, as if that were a text. */
function matches(pattern: readonly string[], letters: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  // Only the last star is ever widened, so that many stars take no longer than one.
  for (let letter = 0; letter < letters.length;) {
    if (pattern[at] === "*") {
      star = at;
      retry = letter;
      at += 1;
    } else if (at < pattern.length && alike(pattern[at], letters[letter])) {
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
    return matches(other, one);
  }
  if (otherEnds === undefined) return matches(one, other);
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

/** So many steps take a fraction of a second; accounts and files come nowhere near. */
export const MOST_STEPS = 50_000_000;

/**
 * Whether any of these globs matches a name; `undefined` where it took too long to find out. Each name is
 * held against them once, however often it is asked for.
 */
export function anyGlob(
  globs: readonly string[],
  most = MOST_STEPS,
): (name: string) => boolean | undefined {
  const work: Work = { steps: 0 };
  const [open, plain] = [globs.filter(isOpen), globs.filter((glob) => !isOpen(glob))];
  const names = new Set(plain);
  const matchers = open.map((glob) => globMatcher(glob, work));
  const known = new Map<string, boolean>();
  const find = (name: string): boolean | undefined => {
    const letters = lettersOf(name);
    for (const matches of matchers) {
      if (work.steps > most) return undefined;
      if (matches(name, letters)) return true;
    }
    return false;
  };
  return (name) => {
    if (names.has(name)) return true;
    const found = known.get(name) ?? find(name);
    if (found !== undefined) known.set(name, found);
    return found;
  };
}

/** Whether a pattern matches more than itself. */
export function isOpen(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * Whether `--only` takes a name in; without any pattern it takes in all. It takes in too what it would
 * take too long to find out: of declared names that was refused before.
 */
export function chooserOf(only: readonly string[]): (name: string) => boolean {
  const isNamed = anyGlob(only);
  return (name) => only.length === 0 || (isNamed(name) ?? true);
}
