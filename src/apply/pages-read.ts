import { areApart, spanOf, type PageSpan } from "../api/newest-pages.ts";
import type { LiveKey } from "../model/key.ts";

/** The pages of one try to read the list, as far as it came. */
export function createPages() {
  const spans = new Map<number, PageSpan>();
  const names = new Set<string>();
  return {
    add: (keys: readonly LiveKey[], page: number, total: number): void => {
      // Every try begins with page 1.
      if (page === 1) {
        spans.clear();
        names.clear();
      }
      spans.set(page, spanOf(keys, total));
      for (const { name } of keys) names.add(name);
    },
    names: (): ReadonlySet<string> => names,
    downTo: (): number => gaplessDownTo(spans),
  };
}

/** The id down to which no record is missing. The pages are read side by side, so one between them may be. */
function gaplessDownTo(pages: ReadonlyMap<number, PageSpan>): number {
  let downTo = Infinity;
  let before: PageSpan | undefined;
  for (let number = 1; ; number += 1) {
    const page = pages.get(number);
    if (page === undefined || (before && areApart(before, page))) return downTo;
    downTo = Math.min(downTo, page.lowest);
    before = page;
  }
}
