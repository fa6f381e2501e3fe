import { KEY_SHAPED } from "../model/text.ts";
import { formsOf, keptTexts } from "./kept-texts.ts";
import { RUN, runsOf, serverKeys } from "./server-keys.ts";

/** Text that stands in for what was taken out. */
const MASK = "***";
/** The same with the escapes of Markdown, or what a cut left of it. */
const SHOWN_MASK = /\*\\?\*\\?\*|\*…/;
/** What stands for a key where a text was cut within it. */
const CUT_KEY = /(?:\\?\*){3}…|…(?:\\?\*){3}/;

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
  /** The same of many, which are made when they are first needed. */
  readonly keepAll: (texts: () => readonly string[]) => void;
  /** What files make a message say, and the places they name; one that holds a whole key is not kept. */
  readonly keepMessage: (text: string) => void;
  /** The name of a live key, which a server may have filled with a whole key: then it is not kept. */
  readonly keepLive: (name: string) => void;
  /**
   * What a server says, without what has the shape of a key: it may be one that no list has shown. A name
   * that is declared or live is shown.
   */
  readonly cleanWords: (text: string) => string;
  /** @param without Takes out what else the text must not show. */
  readonly clean: (text: string, without?: (text: string) => string) => string;
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
 * @param most UTF-16 units of a server's keys that are known, and as many again of those before.
 */
export function createRedactor(most = MOST_KEYS): Redactor {
  const own = new Set<string>();
  const keys = serverKeys(most);
  const kept = keptTexts(keys);
  const characters = charactersOf();
  /** Whether something was cut out of a server's words, which may never be shown. */
  let haveWordsCut = false;
  let cut = false;
  const isPart = (run: string): boolean => own.has(run) || (keys.has(run) && !kept.has(run));
  // A word or a number is no beginning of a key, but may be a part of one.
  const isSecret = (run: string): boolean =>
    own.has(run) || (/[A-Za-z]/.test(run) && /\d/.test(run) && isPart(run));
  const runs: Runs = { isSecret, isPart, isForeign: characters.areWithout };
  const hasRuns = (): boolean => own.size > 0 || !keys.isEmpty();
  const isClean = (text: string): boolean =>
    text.length < RUN ||
    (text.search(MODEL_KEY) === -1 && !(hasRuns() && secretAt(text, 0, runs) !== undefined));
  const cleanText = (text: string): string => {
    if (isClean(text)) return text;
    const clean = text.replace(MODEL_KEY, `sk-${MASK}`);
    return hasRuns() ? cutRuns(clean, runs) : clean;
  };
  const cleanOf = (text: string): string => {
    const parts = text.split(COLOUR);
    // Most texts hold no secret; only one that does is looked at as a document.
    if (parts.every((part, nth) => nth % 2 === 1 || isClean(part))) return text;
    if (isJson(text)) return text.replaceAll(JSON_STRING, cleanText);
    return parts.map((part, nth) => (nth % 2 === 0 ? cleanText(part) : part)).join("");
  };
  return {
    add: (secret) => {
      for (const form of formsOf(secret)) {
        for (const run of runsOf(form)) own.add(run);
        characters.add(form);
      }
    },
    addKey: (key) => {
      keys.add(key);
      kept.seeKey(key);
      characters.add(key);
    },
    keep: kept.keep,
    keepAll: kept.keepAll,
    keepMessage: kept.keepUnlessKey,
    keepLive: (name) => {
      if (name.length <= LONGEST_NAME) kept.keepUnlessKey(name);
    },
    cleanWords: (text) =>
      text.replaceAll(SHAPED, (shaped) => {
        const isName = isOfRuns(shaped, kept.has);
        if (isName || !/[A-Za-z]/.test(shaped) || !/\d/.test(shaped)) return shaped;
        haveWordsCut = true;
        return MASK;
      }),
    clean: (text, without = (shown) => shown) => {
      const clean = cleanOf(without(text));
      cut ||= clean !== text || (haveWordsCut && SHOWN_MASK.test(text)) || CUT_KEY.test(text);
      return clean;
    },
    holds: (text) => cleanOf(text) !== text,
    hasCut: () => cut,
  };
}

const SHAPED = new RegExp(KEY_SHAPED, "g");
const MODEL_KEY = new RegExp(`sk-${KEY_SHAPED}`, "g");

/** A longer name is none of a key that people made. */
const LONGEST_NAME = 64;

/** So much have 40,000 keys of the usual length, which are more than a list that is taken whole has. */
const MOST_KEYS = 2_000_000;

/** Each part between them is cleaned on its own: a colour ends in a letter, from which a word would go on. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /(\u001b\[[\d;]*m)/;

const JSON_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
/** As JavaScript writes one; more digits are none, and a token may be made of digits alone. */
const NUMBER = String.raw`-?\d{1,21}(?:\.\d{1,23})?(?:[eE][-+]?\d{1,3})?(?![\d.eE])`;
const JSON_TOKENS = new RegExp(
  String.raw`[\s{}[\],:]+|${NUMBER}|true|false|null|${JSON_STRING.source}`,
  "y",
);

/**
 * Whether this is a document in JSON, of which only strings are cleaned: a number has to stay one. Nothing
 * but what a document consists of is passed over, for a file's name may begin a message as one begins.
 */
function isJson(text: string): boolean {
  if (!/^[{[]/.test(text)) return false;
  JSON_TOKENS.lastIndex = 0;
  while (JSON_TOKENS.lastIndex < text.length) if (!JSON_TOKENS.test(text)) return false;
  return true;
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

/** Whether all runs of a text are some; what a server says may have millions of them. */
function isOfRuns(text: string, has: (run: string) => boolean): boolean {
  for (let at = 0; at + RUN <= text.length; at += 1) {
    if (!has(text.slice(at, at + RUN))) return false;
  }
  return true;
}

interface Runs {
  readonly isSecret: (run: string) => boolean;
  readonly isPart: (run: string) => boolean;
  /** Whether no secret has this UTF-16 unit. */
  readonly isForeign: (unit: number) => boolean;
}

/** Where the first run of a secret begins, from a place on. */
function secretAt(text: string, from: number, { isSecret, isForeign }: Runs): number | undefined {
  for (let at = from; at + RUN <= text.length; at += 1) {
    // Most of a document is passed over so: no run reaches over a character that no secret has.
    let last = at + RUN - 1;
    while (last >= at && !isForeign(text.charCodeAt(last))) last -= 1;
    if (last >= at) at = last;
    else if (isSecret(text.slice(at, at + RUN))) return at;
  }
  return undefined;
}

function cutRuns(text: string, runs: Runs): string {
  const { isPart } = runs;
  const pieces: string[] = [];
  let copied = 0;
  for (let found = secretAt(text, 0, runs); found !== undefined;) {
    let end = found + RUN;
    while (end < text.length && isPart(text.slice(end - RUN + 1, end + 1))) end += 1;
    let at = found;
    while (at > copied && isPart(text.slice(at - 1, at - 1 + RUN))) at -= 1;
    const start = Math.max(copied, escapeAround(text, at)?.start ?? at);
    pieces.push(text.slice(copied, start), MASK);
    copied = escapeAround(text, end)?.end ?? end;
    found = secretAt(text, copied, runs);
  }
  return [...pieces, text.slice(copied)].join("");
}

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
