import type { LiveKey } from "../model/key.ts";

/** The pages of one try to read the list, as far as it came. */
export function createPages() {
  const spans = new Map<number, PageSpan>();
  const shown = new Map<number, LiveKey>();
  return {
    add: (keys: readonly LiveKey[], page: number, total: number): void => {
      // Every try begins with page 1.
      if (page === 1) {
        spans.clear();
        shown.clear();
      }
      const ids = keys.map(({ id }) => id);
      spans.set(page, { highest: Math.max(...ids), lowest: Math.min(...ids), total });
      for (const key of keys) shown.set(key.id, key);
    },
    keys: (): readonly LiveKey[] => [...shown.values()],
    downTo: (): number => gaplessDownTo(spans),
  };
}

/** What a page spans, and how many keys there were by it. */
interface PageSpan {
  readonly highest: number;
  readonly lowest: number;
  readonly total: number;
}

/**
 * The id down to which no record is missing. The pages are read side by side, so one between them may be
 * missing. Where the list moved, the later of two may have been read first, and a record be on neither: they
 * are next to each other only if they overlap, or if there were as many keys by both.
 */
function gaplessDownTo(pages: ReadonlyMap<number, PageSpan>): number {
  let downTo = Infinity;
  let before: PageSpan | undefined;
  for (let number = 1; ; number += 1) {
    const page = pages.get(number);
    if (page === undefined) return downTo;
    if (before && page.total !== before.total && page.highest < before.lowest) return downTo;
    downTo = Math.min(downTo, page.lowest);
    before = page;
  }
}
