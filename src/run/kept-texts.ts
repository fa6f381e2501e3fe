import { commandData, commandProperty } from "../model/text.ts";
import { escapeJson, escapeTerminal } from "../render/escape.ts";
import { RUN, shapedRunsOf, type ServerKeys } from "./server-keys.ts";

/** Texts that are shown although they share characters with a server's key. */
export interface KeptTexts {
  readonly keep: (text: string) => void;
  /** Many of them, which are made when they are first needed. */
  readonly keepAll: (texts: () => readonly string[]) => void;
  /** One that is not kept where it holds a whole key of the server. */
  readonly keepUnlessKey: (text: string) => void;
  /** To be told of each key: a text that came before may hold it. */
  readonly seeKey: (key: string) => void;
  /** Whether a run stands in one of the texts, in any form in which they are shown. */
  readonly has: (run: string) => boolean;
}

/** More names than a list has. */
const MOST_NAMES = 200_000;

/**
 * Nothing is made of the texts before `has` is asked, once a part of a server's key is in what is shown: by
 * then, a key in a name is mostly known too.
 */
export function keptTexts(keys: Pick<ServerKeys, "isOneIn">): KeptTexts {
  const always = filterOfRuns();
  const unlessKey = filterOfRuns();
  /** Not in the first filter yet. */
  const waiting = new Set<string>();
  const manyWaiting: (() => readonly string[])[] = [];
  /** All that may be in the second one, and those that are not yet. */
  const names = new Set<string>();
  const newNames = new Set<string>();
  /** What may be a key in the names that are in it. */
  const shaped = new Set<string>();
  /** Whether it has a name that it should not have. */
  let hasOneTooMany = false;
  const settle = (): void => {
    if (waiting.size + manyWaiting.length + newNames.size === 0 && !hasOneTooMany) return;
    for (const texts of [waiting, ...manyWaiting.splice(0).map((make) => make())]) {
      for (const text of texts) for (const form of formsOf(text)) always.add(form);
    }
    waiting.clear();
    if (hasOneTooMany) {
      unlessKey.clear();
      shaped.clear();
    }
    for (const text of hasOneTooMany ? names : newNames) {
      if (keys.isOneIn(text)) continue;
      for (const form of formsOf(text)) unlessKey.add(form);
      for (const run of shapedRunsOf(text)) shaped.add(run);
    }
    newNames.clear();
    hasOneTooMany = false;
  };
  return {
    keep: (text) => void waiting.add(text),
    keepAll: (texts) => void manyWaiting.push(texts),
    keepUnlessKey: (text) => {
      if (names.has(text)) return;
      if (names.size >= MOST_NAMES) {
        names.clear();
        newNames.clear();
        hasOneTooMany = true;
      }
      names.add(text);
      newNames.add(text);
    },
    seeKey: (key) => {
      hasOneTooMany ||= shaped.size > 0 && shapedRunsOf(key).some((run) => shaped.has(run));
    },
    has: (run) => {
      settle();
      return always.has(run) || unlessKey.has(run);
    },
  };
}

/** Bits of a filter, 32 MB: ten million runs fill a tenth of it. */
const FILTER_BITS = 2 ** 28;
/** Bits for each run. */
const RUN_BITS = 3;

/**
 * A Bloom filter: a set whose size does not grow, which takes some other run for one of its own, one in five
 * hundred when it has fifteen million. A secret is cut out all the same, for the runs beside that one are.
 */
function filterOfRuns() {
  let bits: Uint32Array | undefined;
  /** Whether all bits of the run that begins there were set; sets them. */
  const visit = (filter: Uint32Array, text: string, start: number, set: boolean): boolean => {
    let [place, step] = hashes(text, start);
    for (let nth = 0; nth < RUN_BITS; nth += 1) {
      const at = (place >>> 0) % FILTER_BITS;
      const word = filter[at >>> 5] ?? 0;
      const bit = 1 << (at & 31);
      if (set) filter[at >>> 5] = word | bit;
      else if ((word & bit) === 0) return false;
      place += step;
    }
    return true;
  };
  return {
    add: (text: string): void => {
      bits ??= new Uint32Array(FILTER_BITS / 32);
      for (let at = 0; at + RUN <= text.length; at += 1) visit(bits, text, at, true);
    },
    has: (run: string): boolean => bits !== undefined && visit(bits, run, 0, false),
    clear: (): void => void bits?.fill(0),
  };
}

/** Two hashes of the run that begins at a place; the second one is odd. */
function hashes(text: string, start: number): [number, number] {
  let [first, second] = [0x811c9dc5, 0x9747b28c];
  for (let at = start; at < start + RUN; at += 1) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x5bd1e995);
    second ^= second >>> 15;
  }
  return [first ^ (first >>> 15), second | 1];
}

/** The text in each form in which it may be shown. */
export function formsOf(text: string): readonly string[] {
  // Nothing of it is an escape anywhere.
  if (/^[\w ./@~-]*$/.test(text)) return [text];
  const shown = escapeTerminal(text);
  const json = JSON.stringify(text).slice(1, -1);
  const written = [text, shown, json, escapeTerminal(json), escapeJson(json)];
  return [...new Set([...written, commandData(shown), commandProperty(shown)])];
}
