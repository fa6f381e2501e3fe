import type { Range } from "./problem.ts";

/** The index of the first of some ascending numbers that is `least` or more. */
export function firstFrom(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Asked of many ranges which of many others they touch, without comparing each with each. */
export interface RangeIndex {
  /** Whether one of the ranges overlaps this one. */
  readonly touches: (range: Range) => boolean;
  /** Whether one of the ranges lies inside this one. */
  readonly within: (range: Range) => boolean;
}

export function indexRanges(ranges: readonly Range[]): RangeIndex {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  const starts = sorted.map(({ start }) => start);
  let furthest = 0;
  const reach = sorted.map(({ end }) => (furthest = Math.max(furthest, end)));
  return {
    touches: ({ start, end }) => (reach[firstFrom(starts, end) - 1] ?? 0) > start,
    within: ({ start, end }) => {
      for (let at = firstFrom(starts, start); (starts[at] ?? Infinity) <= end; at += 1) {
        if ((sorted[at]?.end ?? Infinity) <= end) return true;
      }
      return false;
    },
  };
}
