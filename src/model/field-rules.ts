import { networksCover } from "./address.ts";

/** A field's value in a plan: lists are arrays, `null` means the field has no value yet. */
export type FieldValue = string | number | boolean | null | readonly string[];

/**
 * What a change does to what the key may do. Only what can be shown to be harmless is not
 * `widen`: a moved group may give access to anything, so it widens.
 */
export type Direction = "widen" | "narrow" | "neutral";

/** How a field of a record differs from what a file declares. */
export interface Difference {
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** Of a grant: what is spent and what will remain. */
  readonly quota?: {
    readonly used: number;
    readonly remainBefore: number;
    readonly remainAfter: number;
  };
}

/** How two values differ; the server reads lists as sets. */
export function difference(before: FieldValue, after: FieldValue): Difference | undefined {
  return isSame(before, after) ? undefined : { before, after };
}

function isSame(before: FieldValue, after: FieldValue): boolean {
  if (typeof before !== "object" || typeof after !== "object") return before === after;
  const [items, wanted] = [before ?? [], new Set(after)];
  return wanted.size === items.length && items.every((item) => wanted.has(item));
}

export function moreWidens({ before, after }: Difference): Direction {
  const [from, to] = [Number(before), Number(after)];
  if (to > from) return "widen";
  return to < from ? "narrow" : "neutral";
}

/** -1 never expires; 0 and everything else is an instant. */
export function longerWidens({ before, after }: Difference): Direction {
  const end = (seconds: FieldValue): FieldValue => (seconds === -1 ? Infinity : seconds);
  return moreWidens({ before: end(before), after: end(after) });
}

export function onWidens({ after }: Difference): Direction {
  return after === true ? "widen" : "narrow";
}

export function onNarrows({ after }: Difference): Direction {
  return after === true ? "narrow" : "widen";
}

/** For a list that allows what is in it. */
export function itemsWiden({ before, after }: Difference): Direction {
  const known = new Set(items(before));
  return items(after).every((item) => known.has(item)) ? "narrow" : "widen";
}

/** For networks; an empty list restricts nothing. */
export function addressesWiden(change: Difference): Direction {
  const [before, after] = [items(change.before), items(change.after)];
  if (before.length === 0) return "narrow";
  if (after.length === 0) return "widen";
  return networksCover(before, after) ? "narrow" : "widen";
}

function items(value: FieldValue): readonly string[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The model ids a stored `model_limits` really allows. The server splits on `,` and does not trim,
 * so ` b` in `a, b` is another id than `b` and stays visible as one.
 */
export function liveModels(stored: string): readonly string[] {
  return [...new Set(stored.split(",").filter((id) => id !== ""))];
}

/** Unix seconds as an instant a reviewer can read; -1 never comes. */
export function instantText(seconds: number): string {
  if (seconds === -1) return "never";
  // Not the clock: this only writes down the instant it is given.
  // oxlint-disable-next-line no-restricted-globals
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace(/\.000Z$/, "Z");
}

/** An expiry as a file would give it; a number that no file may hold stays one. */
export function expiryInFile(seconds: number): string | number {
  return seconds === -1 || (seconds > 0 && seconds < 1e11) ? instantText(seconds) : seconds;
}
