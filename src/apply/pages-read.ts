import { areApart, spanOf, type PageSpan } from "../api/newest-pages.ts";
import type { LiveKey } from "../model/key.ts";

/** The pages of one try to read the list, as far as it came. */
export function createPages() {
  const spans = new Map<number, PageSpan>();
  const names = new Set<string>();
  const ids = new Set<number>();
  /** A key stood on two pages: the list has moved in between. */
  let hasMoved = false;
  return {
    add: (keys: readonly LiveKey[], page: number, total: number): void => {
      // Every try begins with page 1.
      if (page === 1) {
        spans.clear();
        names.clear();
        ids.clear();
        hasMoved = false;
      }
      spans.set(page, spanOf(keys, total));
      for (const { id, name } of keys) {
        hasMoved ||= ids.has(id);
        ids.add(id);
        names.add(name);
      }
    },
    names: (): ReadonlySet<string> => names,
    downTo: (): number => gaplessDownTo(spans, hasMoved),
  };
}

/**
 * The id down to which no record is missing. The pages are read side by side, so one between them may be. A
 * `total` is read after its items: where the list has moved, two that agree show nothing.
 */
function gaplessDownTo(pages: ReadonlyMap<number, PageSpan>, hasMoved: boolean): number {
  let downTo = Infinity;
  let before: PageSpan | undefined;
  for (let number = 1; ; number += 1) {
    const page = pages.get(number);
    if (page === undefined) return downTo;
    const isGap = before && (hasMoved ? page.highest < before.lowest : areApart(before, page));
    if (isGap) return downTo;
    downTo = Math.min(downTo, page.lowest);
    before = page;
  }
}
