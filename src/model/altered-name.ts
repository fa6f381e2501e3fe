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
  const form = foldName(live);
  if (form === folded) return true;
  const cut = cutForm(live, form);
  return cut !== undefined && folded.startsWith(cut);
}

/**
 * Prepares `isAlteredForm` for many live names: the function it returns finds the live names that
 * may be what a server made of a declared one without going through all of them.
 */
export function alteredNames(live: Iterable<string>): (declared: string) => Iterable<string> {
  const byFold = new Map<string, string[]>();
  const byCut = new Map<string, string[]>();
  for (const name of live) {
    const form = foldName(name);
    add(byFold, form, name);
    const cut = cutForm(name, form);
    if (cut !== undefined) add(byCut, cut, name);
  }
  const cutsOf = beginningsAmong([...byCut.keys()]);
  const groupsFor = function* (folded: string): Iterable<readonly string[]> {
    yield byFold.get(folded) ?? [];
    for (const cut of cutsOf(folded)) yield byCut.get(cut) ?? [];
  };
  // Asked for one by one: of names that were made to look alike, few are wanted.
  return function* (declared) {
    const found = new Set([declared]);
    for (const names of groupsFor(foldName(declared))) {
      for (const name of names) {
        if (!found.has(name)) yield name;
        found.add(name);
      }
    }
  };
}

/** A text, and the longest other one that it begins with. */
interface Node {
  readonly text: string;
  readonly shorter: Node | undefined;
}

/** Finds those of many texts that one begins with, the longest first, without going through their lengths. */
function beginningsAmong(texts: readonly string[]): (whole: string) => Iterable<string> {
  const nodes: Node[] = [];
  for (const text of texts.toSorted(byCodeUnit)) {
    let shorter = nodes.at(-1);
    while (shorter !== undefined && !text.startsWith(shorter.text)) shorter = shorter.shorter;
    nodes.push({ text, shorter });
  }
  return function* (whole) {
    // What it begins with is not after it, and so is what the last text that is not after it begins with.
    let node = nodes[indexOf(nodes, ({ text }) => text > whole) - 1];
    const shared = node === undefined ? 0 : sharedLength(node.text, whole);
    for (; node !== undefined; node = node.shorter) if (node.text.length <= shared) yield node.text;
  };
}

/** How many UTF-16 units two texts have in common from their beginning. */
function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** Of sorted items, where those begin that are far enough. */
function indexOf<T>(sorted: readonly T[], isFar: (item: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const item = sorted[middle];
    if (item !== undefined && isFar(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The other way about: whether a live name may be what a server made of one of these. */
export function alteredFormOf(declared: readonly string[]): (live: string) => boolean {
  const folded = [...new Set(declared.map(foldName))].toSorted(byCodeUnit);
  const forms = new Set(folded);
  /** Whether one begins with this text: the first that is not before it does, if any. */
  const isBeginning = (text: string): boolean =>
    folded[indexOf(folded, (form) => form >= text)]?.startsWith(text) ?? false;
  return (live) => {
    const form = foldName(live);
    if (forms.has(form)) return true;
    const cut = cutForm(live, form);
    return cut !== undefined && isBeginning(cut);
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The folded form of a name that may be the beginning of a longer one; `folded` is that of the name as it is. */
function cutForm(name: string, folded: string): string | undefined {
  if (isNoForm(name)) return undefined;
  const whole = withoutBrokenEnd(name);
  const characters = Array.from(tidy(whole.normalize("NFC"))).length;
  if (characters < MIN_CUT_CHARACTERS) return undefined;
  return whole === name ? folded : foldName(whole);
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

/** Joined anew: what `replaceAll` gives would keep a piece in memory for each match. */
function tidy(name: string): string {
  return name.trim().split(/\s+/u).join(" ");
}

function add(map: Map<string, string[]>, key: string, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, [name]);
  else names.push(name);
}
