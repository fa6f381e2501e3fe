/**
 * The items that fit into `budget` characters with a line end each, in order, and behind them
 * `more(count)` when some do not. An item that is too long is passed over, so that one huge entry
 * does not hide all that follow. The line of `more` comes even where nothing else fits.
 */
export function fitItems(
  items: readonly string[],
  budget: number,
  more: (count: number) => string,
): { readonly shown: readonly string[]; readonly more?: string } {
  const size = (item: string): number => item.length + 1;
  if (items.reduce((sum, item) => sum + size(item), 0) <= budget) return { shown: items };
  const shown: string[] = [];
  let left = budget - size(more(items.length));
  for (const item of items) {
    if (size(item) > left) continue;
    shown.push(item);
    left -= size(item);
  }
  return { shown, more: more(items.length - shown.length) };
}
