import { commandData, commandProperty } from "../model/text.ts";
import { escapeJson, escapeTerminal } from "../render/escape.ts";
import { recent, RUN, runsOf, runsOfKeys, type Recent } from "./key-runs.ts";

/** Text that stands in for what was taken out. */
const MASK = "***";
/** The same with the escapes of Markdown, or what a cut left of it. */
const SHOWN_MASK = /\*\\?\*\\?\*|\*…/;
/** What stands for a key where a text was cut within it. */
const CUT_KEY = /sk\\?-(?:\\?\*){3}…/;

export interface Redactor {
  /** Makes every later `clean` take this value out, whole or in part. */
  readonly add: (secret: string) => void;
  /**
   * The same for what a server sends as a key. A hostile one chooses it, to make reports say something
   * else: so no word and no number is cut for it, which real keys hardly hold, and no kept name.
   */
  readonly addKey: (key: string) => void;
  /** A text that the files declare. */
  readonly keep: (text: string) => void;
  /** What files make a message say, and the places they name; one that holds a whole key is not kept. */
  readonly keepMessage: (text: string) => void;
  /** The name of a live key, which a server may have filled with a whole key: then it is not kept. */
  readonly keepLive: (name: string) => void;
  /**
   * What a server says, without what has the shape of a key: it may be one that no list has shown. A name
   * that is declared or live is shown.
   */
  readonly cleanWords: (text: string) => string;
  readonly clean: (text: string) => string;
  /** Whether `clean` would take something out. */
  readonly holds: (text: string) => boolean;
  /** Whether `clean` has taken something out: then reports say less than there was. */
  readonly hasCut: () => boolean;
}

/**
 * The last guard before anything leaves the process. Secrets are kept out of what is rendered by
 * construction; but a server may echo a token in a message, or send whole keys inside fields that
 * are shown. So every run of eight characters of a known secret is cut out, and so is anything
 * shaped like a model key.
 *
 * @param mostRuns So many runs of a server's keys are known, and as many again of those before.
 * @param mostKept About so many runs of what files declare are kept.
 */
export function createRedactor(mostRuns = MOST_RUNS, mostKept = MOST_KEPT): Redactor {
  const own = new Set<string>();
  const keys = runsOfKeys(mostRuns);
  const characters = charactersOf();
  const kept = new Set<string>();
  const keptUnlessKey = recent(mostRuns);
  const texts = new Set<string>();
  const unlessKey = new Set<string>();
  const [declared, live] = [recent(MOST_NAMES), recent(MOST_NAMES)];
  const noteShape = (names: Recent, text: string): void => {
    for (const [run] of text.matchAll(KEY_SHAPED)) names.add(run);
  };
  /** Whether something was cut out of a server's words, which may never be shown. */
  let haveWordsCut = false;
  const keepThese = (): void => {
    for (const text of unlessKey) {
      if (holdsKey(text, keys)) continue;
      for (const run of runsOfShown(text)) keptUnlessKey.add(run);
    }
    unlessKey.clear();
  };
  /** Asked only once a part of a server's key is in a text: by then, a key in a name is mostly known too. */
  const isKept = (run: string): boolean => {
    // The last first: they are few, and say which plan this is.
    for (const text of kept.size < mostKept ? [...texts].toReversed() : []) {
      for (const part of runsOfShown(text)) kept.add(part);
      if (kept.size >= mostKept) break;
    }
    texts.clear();
    keepThese();
    return kept.has(run) || keptUnlessKey.has(run);
  };
  const isPart = (run: string): boolean => own.has(run) || (keys.has(run) && !isKept(run));
  // A word or a number is no beginning of a key, but may be a part of one.
  const isSecret = (run: string): boolean =>
    own.has(run) || (/[A-Za-z]/.test(run) && /\d/.test(run) && isPart(run));
  let cut = false;
  const cleanOf = (text: string): string => {
    if (text.length < RUN) return text;
    const clean = text.replace(/sk-[A-Za-z0-9]{32,}/g, `sk-${MASK}`);
    return own.size === 0 && keys.isEmpty()
      ? clean
      : cutRuns(clean, { isSecret, isPart, isForeign: characters.areWithout });
  };
  return {
    add: (secret) => {
      for (const run of runsOfShown(secret)) {
        own.add(run);
        characters.add(run);
      }
    },
    addKey: (key) => {
      keys.add(key);
      characters.add(key);
      // A name that came before the key that it holds.
      if (!keptUnlessKey.isEmpty() && holdsKey(key, keptUnlessKey)) {
        for (const run of runsOf(key)) keptUnlessKey.remove(run);
      }
    },
    keep: (text) => {
      texts.add(text);
      noteShape(declared, text);
    },
    keepMessage: (text) => void unlessKey.add(text),
    keepLive: (name) => {
      if (name.length > LONGEST_NAME) return;
      unlessKey.add(name);
      noteShape(live, name);
      if (unlessKey.size >= MOST_NAMES) keepThese();
    },
    cleanWords: (text) =>
      text.replaceAll(KEY_SHAPED, (run) => {
        const isName = declared.has(run) || (live.has(run) && !holdsKey(run, keys));
        if (isName || !/[A-Za-z]/.test(run) || !/\d/.test(run)) return run;
        haveWordsCut = true;
        return MASK;
      }),
    clean: (text) => {
      const clean = cleanOf(text);
      cut ||= clean !== text || (haveWordsCut && SHOWN_MASK.test(text)) || CUT_KEY.test(text);
      return clean;
    },
    holds: (text) => cleanOf(text) !== text,
    hasCut: () => cut,
  };
}

/** A key of this family has 32 letters and digits at least. */
const SHORTEST_KEY = 32;
const KEY_SHAPED = /[A-Za-z0-9]{32,}/g;

/** A longer name is none of a key that people made. */
const LONGEST_NAME = 64;

/** More names than a list has; so many wait until it is asked whether they are kept. */
const MOST_NAMES = 200_000;

/** Twice as many are kept at most, which is more than the keys of any list that is taken whole have. */
const MOST_RUNS = 1_700_000;

/** Characters of what files declare; a file of a megabyte has no more of them, unless it has nothing else. */
const MOST_KEPT = 1_000_000;

/**
 * Whether so much of a key stands in a text, from its beginning or not, as the shortest one has. Where the
 * text was cut, a part of one is enough: nobody knows how much there was.
 */
function holdsKey(text: string, runs: Pick<Recent, "has">): boolean {
  if (text.length < SHORTEST_KEY) return false;
  let row = 0;
  for (let at = 0; at + RUN <= text.length; at += 1) {
    row = runs.has(text.slice(at, at + RUN)) ? row + 1 : 0;
    const isCut = text[at + RUN] === "…" || text[at - row] === "…";
    if (row + RUN > SHORTEST_KEY || (row > 0 && isCut)) return true;
  }
  return false;
}

/** Of the text in each form in which it may be shown. */
function runsOfShown(text: string): readonly string[] {
  // Nothing of it is an escape anywhere.
  if (/^[\w ./@~-]*$/.test(text)) return runsOf(text);
  const shown = escapeTerminal(text);
  const json = JSON.stringify(text).slice(1, -1);
  const written = [text, shown, json, escapeTerminal(json), escapeJson(json)];
  const forms = new Set([...written, commandData(shown), commandProperty(shown)]);
  return [...forms].flatMap(runsOf);
}

/** The UTF-16 units that secrets are made of. */
function charactersOf() {
  const known = new Uint8Array(65_536);
  return {
    add: (text: string): void => {
      for (let at = 0; at < text.length; at += 1) known[text.charCodeAt(at)] = 1;
    },
    areWithout: (unit: number): boolean => known[unit] === 0,
  };
}

interface Runs {
  readonly isSecret: (run: string) => boolean;
  readonly isPart: (run: string) => boolean;
  /** Whether no secret has this UTF-16 unit. */
  readonly isForeign: (unit: number) => boolean;
}

function cutRuns(text: string, { isSecret, isPart, isForeign }: Runs): string {
  let clean = "";
  let copied = 0;
  for (let at = 0; at + RUN <= text.length; at += 1) {
    // Most of a document is passed over so: no run reaches over a character that no secret has.
    let last = at + RUN - 1;
    while (last >= at && !isForeign(text.charCodeAt(last))) last -= 1;
    if (last >= at) {
      at = last;
      continue;
    }
    if (!isSecret(text.slice(at, at + RUN)) || isInNumber(text, at)) continue;
    let end = at + RUN;
    while (end < text.length && isPart(text.slice(end - RUN + 1, end + 1))) end += 1;
    while (at > copied && isPart(text.slice(at - 1, at - 1 + RUN))) at -= 1;
    clean += text.slice(copied, Math.max(copied, escapeAround(text, at)?.start ?? at)) + MASK;
    copied = escapeAround(text, end)?.end ?? end;
    at = copied - 1;
  }
  return clean + text.slice(copied);
}

/** Whether a run stands in a number of a JSON document, which has to stay one. */
function isInNumber(text: string, at: number): boolean {
  if (!/^[-+.\de]+$/i.test(text.slice(at, at + RUN))) return false;
  const [before = ""] = /[-+.\de]*$/i.exec(text.slice(Math.max(0, at - LONGEST_NUMBER), at)) ?? [];
  const [after = ""] = /^[-+.\de]*/i.exec(text.slice(at, at + LONGEST_NUMBER)) ?? [];
  const number = before + after;
  // No whole number of ours has more digits, and a token may be made of digits alone.
  const isNumber = /^-?(?:\d{1,16}|\d+\.\d+|\d+(?:\.\d+)?e[-+]?\d+)$/i.test(number);
  const start = at - before.length;
  const lead = text.slice(Math.max(0, start - LONGEST_NUMBER), start);
  const rest = text.slice(at + after.length, at + after.length + LONGEST_NUMBER);
  return isNumber && /(?:":|[[,])\s*$/.test(lead) && /^\s*[,\]}]/.test(rest);
}

/** Characters of a number with its sign, point and exponent, or of the blanks around it. */
const LONGEST_NUMBER = 100;

/**
 * The JSON escape that `at` lies inside of. A cut that leaves half of one behind would turn a valid
 * document into text that no longer parses.
 */
function escapeAround(text: string, at: number): { start: number; end: number } | undefined {
  for (let start = Math.max(0, at - 5); start < at; start += 1) {
    if (text[start] !== "\\") continue;
    let first = start;
    while (text[first - 1] === "\\") first -= 1;
    if ((start - first) % 2 === 1) continue;
    const end = start + (text[start + 1] === "u" ? 6 : 2);
    if (at < end) return { start, end };
  }
  return undefined;
}
