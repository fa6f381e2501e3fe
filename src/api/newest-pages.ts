import type { LiveKey } from "../model/key.ts";
import { ok, type Result } from "../model/result.ts";
import type { ApiError } from "./api-result.ts";
import { untilStable } from "./list.ts";
import { boundedPages, type ListOptions, type ReadPage } from "./list-page.ts";

/** The newest part of the list, and `total` at that moment. */
export interface NewestKeys {
  readonly keys: readonly LiveKey[];
  readonly total: number;
  /** True when the pages read were all there are. */
  readonly whole: boolean;
  /** When page 1 was asked for, by the clock's `now`, ms. */
  readonly sentAt: number;
}

/**
 * Lists the newest pages until one reaches down to the id `floor`: ids are given out in order, so
 * what was created later stands above it. The pages must be of one moment.
 */
export async function listNewest(
  options: ListOptions,
  floor: number,
): Promise<Result<NewestKeys, ApiError>> {
  return untilStable(options, async () => {
    const read = boundedPages(options);
    const found = new Map<number, LiveKey>();
    let count = 0;
    let first: ReadPage | undefined;
    for (let number = 1; ; number += 1) {
      const page = await read(number);
      if (!page.ok) return page;
      first ??= page.value;
      const { total, pageSize, keys } = page.value;
      for (const key of keys) found.set(key.id, key);
      count += keys.length;
      const agree = total === first.total && pageSize === first.pageSize;
      if (!agree || found.size < count) return "unstable";
      // A full page is never taken for the last one: its items were read before its total.
      const full = keys.length === pageSize;
      const whole = !full && number >= Math.ceil(total / pageSize);
      if (whole && count !== total) return "unstable";
      if (whole || keys.some((key) => key.id <= floor)) {
        return ok({ keys: [...found.values()], total, whole, sentAt: first.sentAt });
      }
      if (keys.length === 0 || count > total + pageSize) return "unstable";
    }
  });
}

/** Down to which id a relist reads. */
export interface Depth {
  /** The highest id of the list before; enough where `total` shows that nothing else is new. */
  readonly last: number;
  /**
   * The ids of all keys that were shown before. It is they that are counted: a `total` is read after
   * its items, so that of the list before may count a key which this one shows as new, and so make up
   * for one that it does not show.
   */
  readonly known: ReadonlySet<number>;
  /** The highest id that was long given out by then: records can become visible out of order. */
  readonly floor: number;
}

/** What a page spans, and how many keys there were by it. */
export interface PageSpan {
  readonly highest: number;
  readonly lowest: number;
  readonly total: number;
}

export function spanOf(keys: readonly LiveKey[], total: number): PageSpan {
  const highest = keys.reduce((most, { id }) => Math.max(most, id), -Infinity);
  const lowest = keys.reduce((least, { id }) => Math.min(least, id), Infinity);
  return { highest, lowest, total };
}

/**
 * Whether a record may be on neither of two pages that follow each other: a delete moves the first one of a
 * page to the end of the page before, which may have been read by then. They are next to each other only if
 * they overlap, or if there were as many keys by both.
 */
export function areApart(before: PageSpan, page: PageSpan): boolean {
  return page.total !== before.total && page.highest < before.lowest;
}

/** What a relist showed. */
export interface NewKeys extends NewestKeys {
  /** Its pages moved each time, so a record may be on none of them. */
  readonly hasGap: boolean;
}

/** How often a relist reads a page again that one may have moved to. */
const MOST_STEPS_BACK = 3;

/**
 * Lists what is new while keys are being created. The creates move records from page to page and let
 * `total` grow, so ids seen twice and totals that differ are no fault here: what this returns did
 * exist, but what it does not show may exist all the same.
 */
export async function listSince(
  options: ListOptions,
  { last, known, floor }: Depth,
): Promise<Result<NewKeys, ApiError>> {
  const read = boundedPages(options);
  const first = await read(1);
  if (!first.ok) return first;
  const { total, sentAt } = first.value;
  const found = new Map<number, LiveKey>();
  const descending = [...known].toSorted((a, b) => b - a);
  /** How many of the known ids stand above the lowest that was found, and how many were found. */
  let above = 0;
  let foundKnown = 0;
  let lowest = Infinity;
  let hasGap = false;
  let stepsBack = 0;
  let page = first.value;
  for (let number = 1; ;) {
    for (const key of page.keys) {
      if (known.has(key.id) && !found.has(key.id)) foundKnown += 1;
      found.set(key.id, key);
      lowest = Math.min(lowest, key.id);
    }
    while ((descending[above] ?? -Infinity) > lowest) above += 1;
    const added = found.size - foundKnown;
    // One that has gone from these pages can make up for one below them.
    const isGone = above > foundKnown - (known.has(lowest) ? 1 : 0);
    const addsUp = lowest <= last && total === known.size + added && !isGone;
    const whole = page.keys.length < page.pageSize || number * page.pageSize >= page.total;
    if (whole || addsUp || lowest <= floor) {
      return ok({ keys: [...found.values()], total, whole, sentAt, hasGap });
    }
    const next = await read(number + 1);
    if (!next.ok) return next;
    const mayHide = areApart(
      spanOf(page.keys, page.total),
      spanOf(next.value.keys, next.value.total),
    );
    if (mayHide && stepsBack < MOST_STEPS_BACK) {
      stepsBack += 1;
      const again = await read(number);
      if (!again.ok) return again;
      page = again.value;
      continue;
    }
    hasGap ||= mayHide;
    number += 1;
    page = next.value;
  }
}
