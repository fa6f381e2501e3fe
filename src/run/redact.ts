import { commandData, commandProperty } from "../model/text.ts";
import { escapeJson, escapeTerminal } from "../render/escape.ts";

/** Runs of this many characters of a secret are never printed. */
const RUN = 8;

/** Text that stands in for what was taken out. */
const MASK = "***";

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
  /** What files make a message say; one that holds a whole key is not kept. */
  readonly keepMessage: (text: string) => void;
  /** The name of a live key, which a server may have filled with a whole key: then it is not kept. */
  readonly keepLive: (name: string) => void;
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
 * @param mostRuns So many runs of a server's keys are kept, and as many again of those before.
 */
export function createRedactor(mostRuns = MOST_RUNS): Redactor {
  const own = new Set<string>();
  const keys = runsOfKeys(mostRuns);
  const kept = new Set<string>();
  const keptLive = recent(mostRuns);
  const liveNames = new Set<string>();
  const messages = new Set<string>();
  let texts: string[] = [];
  const keepAll = (all: Set<string>, runs: Pick<Recent, "add">): void => {
    for (const text of all) {
      if (holdsKey(text, keys)) continue;
      for (const run of runsOfShown(text)) runs.add(run);
    }
    all.clear();
  };
  /** Asked only once a part of a server's key is in a text: by then, a key in a name is known too. */
  const isKept = (run: string): boolean => {
    for (const text of texts) for (const part of runsOfShown(text)) kept.add(part);
    texts = [];
    keepAll(liveNames, keptLive);
    keepAll(messages, kept);
    return kept.has(run) || keptLive.has(run);
  };
  const isPart = (run: string): boolean => own.has(run) || (keys.has(run) && !isKept(run));
  // A word or a number is no beginning of a key, but may be a part of one.
  const isSecret = (run: string): boolean =>
    own.has(run) || (/[A-Za-z]/.test(run) && /\d/.test(run) && isPart(run));
  let cut = false;
  const cleanOf = (text: string): string => {
    const clean = text.replace(/sk-[A-Za-z0-9]{32,}/g, `sk-${MASK}`);
    return own.size === 0 && keys.isEmpty() ? clean : cutRuns(clean, isSecret, isPart);
  };
  return {
    add: (secret) => {
      for (const run of runsOfShown(secret)) own.add(run);
    },
    addKey: keys.add,
    keep: (text) => void texts.push(text),
    keepMessage: (text) => void messages.add(text),
    keepLive: (name) => {
      if (name.length > LONGEST_NAME) return;
      liveNames.add(name);
      if (liveNames.size >= MOST_NAMES) keepAll(liveNames, keptLive);
    },
    clean: (text) => {
      const clean = cleanOf(text);
      cut ||= clean !== text;
      return clean;
    },
    holds: (text) => cleanOf(text) !== text,
    hasCut: () => cut,
  };
}

/** A key of this family has 32 letters and digits at least. */
const SHORTEST_KEY = 32;

/** A longer name is none of a key that people made. */
const LONGEST_NAME = 64;

/** More names than a list has; so many wait until it is asked whether they are kept. */
const MOST_NAMES = 200_000;

/** More runs than those of any list that is taken whole. */
const MOST_RUNS = 5_000_000;

interface Recent {
  readonly add: (text: string) => unknown;
  readonly has: (text: string) => boolean;
  readonly isEmpty: () => boolean;
}

/**
 * A set that forgets what has not been added again for long: a server that makes up new keys with
 * every answer takes no more memory than two lists do.
 */
function recent(most: number): Recent {
  let [before, now] = [new Set<string>(), new Set<string>()];
  return {
    add: (text) => {
      if (now.size >= most) [before, now] = [now, new Set()];
      now.add(text);
    },
    has: (text) => now.has(text) || before.has(text),
    isEmpty: () => now.size === 0,
  };
}

/** Letters, digits, and what stands for those that a server does not show. */
const ORDINARY = /^[A-Za-z0-9*]+$/;

/** So often are whole keys searched for a run before the runs of all of them are made. */
const MOST_SEARCHES = 100;

/**
 * The runs of a server's keys. Forty for each key take longer to make, and more memory, than all the rest
 * of a list; and in most of what leaves the process hardly anything looks like a part of a key.
 */
function runsOfKeys(most: number): Recent {
  const runs = recent(most);
  const whole = new Set<string>();
  let size = 0;
  let searches = 0;
  let areOrdinary = true;
  const makeRuns = (): void => {
    for (const key of whole) for (const run of runsOf(key)) runs.add(run);
    whole.clear();
    size = 0;
  };
  return {
    add: (key) => {
      if (whole.has(key)) return;
      whole.add(key);
      size += key.length;
      areOrdinary &&= ORDINARY.test(key);
      if (size >= most) makeRuns();
    },
    has: (run) => {
      if (areOrdinary && !ORDINARY.test(run)) return false;
      if (whole.size > 0) {
        searches += 1;
        if (searches > MOST_SEARCHES) makeRuns();
        for (const key of whole) if (key.includes(run)) return true;
      }
      return runs.has(run);
    },
    isEmpty: () => whole.size === 0 && runs.isEmpty(),
  };
}

/** Whether so much of a key stands in a text, from its beginning or not, as the shortest one has. */
function holdsKey(text: string, runs: Pick<Recent, "has">): boolean {
  if (text.length < SHORTEST_KEY) return false;
  let row = 0;
  for (let at = 0; at + RUN <= text.length; at += 1) {
    row = runs.has(text.slice(at, at + RUN)) ? row + 1 : 0;
    if (row + RUN > SHORTEST_KEY) return true;
  }
  return false;
}

function runsOf(text: string): readonly string[] {
  const count = Math.max(0, text.length - RUN + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + RUN));
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

type IsRun = (run: string) => boolean;

function cutRuns(text: string, isSecret: IsRun, isPart: IsRun): string {
  let clean = "";
  let copied = 0;
  for (let at = 0; at + RUN <= text.length; at += 1) {
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
