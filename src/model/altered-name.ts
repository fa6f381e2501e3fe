/**
 * Which names are one name in another form. A server may lower-case, cut, pad, trim or re-encode the
 * name it was sent; a reader takes two names for one that differ in case, width or the kind of
 * space. Both go by the same form, so there is one definition of it.
 */

/** A cut name must still have this many characters: a shorter one is too easily a name of its own. */
export const MIN_CUT_CHARACTERS = 16;

/** A longer name is no form of one that a file can declare, and takes long to bring into a form. */
const LONGEST = 400;

/** Nor is one with so many marks on one letter; Unicode bounds them so in text that is processed in a stream. */
const MANY_MARKS = /\p{M}{31}/u;

const ASCII = /^\p{ASCII}*$/u;

/**
 * What a cut inside a character leaves of it: bytes of UTF-8 read as U+FFFD each, the first half of
 * a pair of UTF-16 stays half.
 */
const BROKEN = /[\uFFFD\uD800-\uDBFF]/;

/**
 * The form two look-alike names share: equal for names that differ only in letter case, Unicode
 * form, or white space around or between words.
 */
export function foldName(name: string): string {
  if (isNoForm(name)) return name;
  // Most names are plain, and ASCII has but one Unicode form.
  if (ASCII.test(name)) return tidy(name.toUpperCase());
  return tidy(upper(upper(name.normalize("NFD")).normalize("NFKD")).normalize("NFKD"));
}

function isNoForm(name: string): boolean {
  return name.length > LONGEST || MANY_MARKS.test(name);
}

/**
 * Whether `live` may be what a server made of `declared`: it differs only in letter case, Unicode
 * form or white space, or its end is cut off as well.
 */
export function isAlteredForm(declared: string, live: string): boolean {
  if (live === declared) return false;
  const folded = foldName(declared);
  if (foldName(live) === folded) return true;
  const cut = cutForm(live);
  return cut !== undefined && folded.startsWith(cut);
}

/**
 * Prepares `isAlteredForm` for many live names: the function it returns finds the live names that
 * may be what a server made of a declared one without going through all of them.
 */
export function alteredNames(live: Iterable<string>): (declared: string) => Iterable<string> {
  const byFold = new Map<string, string[]>();
  const byCut = new Map<string, string[]>();
  const lengths = new Set<number>();
  for (const name of live) {
    add(byFold, foldName(name), name);
    const cut = cutForm(name);
    if (cut === undefined) continue;
    add(byCut, cut, name);
    lengths.add(cut.length);
  }
  // Asked for one by one: of names that were made to look alike, few are wanted.
  return function* (declared) {
    const folded = foldName(declared);
    const found = new Set([declared]);
    const forms = [byFold.get(folded) ?? []];
    for (const length of lengths) {
      if (length <= folded.length) forms.push(byCut.get(folded.slice(0, length)) ?? []);
    }
    for (const names of forms) {
      for (const name of names) {
        if (!found.has(name)) yield name;
        found.add(name);
      }
    }
  };
}

/** The other way about: whether a live name may be what a server made of one of these. */
export function alteredFormOf(declared: readonly string[]): (live: string) => boolean {
  const folded = [...new Set(declared.map(foldName))].toSorted(byCodeUnit);
  const forms = new Set(folded);
  /** Whether one begins with this text: the first that is not before it does, if any. */
  const isBeginning = (text: string): boolean => {
    let [low, high] = [0, folded.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((folded[middle] ?? "") < text) low = middle + 1;
      else high = middle;
    }
    return folded[low]?.startsWith(text) ?? false;
  };
  return (live) => {
    if (forms.has(foldName(live))) return true;
    const cut = cutForm(live);
    return cut !== undefined && isBeginning(cut);
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The folded form of a name that may be the beginning of a longer one. */
function cutForm(name: string): string | undefined {
  if (isNoForm(name)) return undefined;
  const whole = withoutBrokenEnd(name);
  const characters = Array.from(tidy(whole.normalize("NFC"))).length;
  return characters < MIN_CUT_CHARACTERS ? undefined : foldName(whole);
}

function withoutBrokenEnd(name: string): string {
  let end = name.length;
  while (end > 0 && BROKEN.test(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

/**
 * Upper case, because it has no forms that depend on what follows (as the final sigma in lower case
 * does), so that the form of a cut name is the beginning of the whole name's form.
 */
function upper(name: string): string {
  return name.toLowerCase().toUpperCase();
}

function tidy(name: string): string {
  return name.trim().replaceAll(/\s+/gu, " ");
}

function add(map: Map<string, string[]>, key: string, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, [name]);
  else names.push(name);
}
