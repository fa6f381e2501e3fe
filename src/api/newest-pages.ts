import type { LiveKey } from "../model/key.ts";
import { ok, type Result } from "../model/result.ts";
import type { ApiError } from "./api-result.ts";
import { joinPages, untilStable } from "./list.ts";
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
    const pages: ReadPage[] = [];
    for (;;) {
      const page = await read(pages.length + 1);
      if (!page.ok) return page;
      pages.push(page.value);
      const keys = joinPages(pages);
      if (keys === undefined) return "unstable";
      const { total, pageSize } = page.value;
      // A full page is never taken for the last one: its items were read before its total.
      const full = page.value.keys.length === pageSize;
      const whole = !full && pages.length >= Math.ceil(total / pageSize);
      if (whole && keys.length !== total) return "unstable";
      const sentAt = pages[0]?.sentAt ?? page.value.sentAt;
      if (whole || keys.some((key) => key.id <= floor)) return ok({ keys, total, whole, sentAt });
      const moreThanTotal = keys.length > total + pageSize;
      if (page.value.keys.length === 0 || moreThanTotal) return "unstable";
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

/**
 * Lists what is new while keys are being created. The creates move records from page to page and let
 * `total` grow, so ids seen twice and totals that differ are no fault here: what this returns did
 * exist, but what it does not show may exist all the same.
 */
export async function listSince(
  options: ListOptions,
  { last, known, floor }: Depth,
): Promise<Result<NewestKeys, ApiError>> {
  const read = boundedPages(options);
  const first = await read(1);
  if (!first.ok) return first;
  const { total, sentAt } = first.value;
  const found = new Map<number, LiveKey>();
  let lowest = Infinity;
  let page = first.value;
  for (let number = 1; ;) {
    for (const key of page.keys) {
      found.set(key.id, key);
      lowest = Math.min(lowest, key.id);
    }
    const keys = [...found.values()];
    const added = keys.filter(({ id }) => !known.has(id)).length;
    // One that has gone from these pages can make up for one below them.
    const isGone = [...known].some((id) => id > lowest && !found.has(id));
    const addsUp = lowest <= last && total === known.size + added && !isGone;
    const whole = page.keys.length < page.pageSize || number * page.pageSize >= page.total;
    if (whole || addsUp || lowest <= floor) return ok({ keys, total, whole, sentAt });
    number += 1;
    const next = await read(number);
    if (!next.ok) return next;
    page = next.value;
  }
}
