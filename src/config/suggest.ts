/** The candidate closest to a misspelt name, if one is close enough to be meant. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = normal(name);
  const allowed = Math.max(1, Math.min(3, Math.floor(wanted.length / 4)));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, normal(candidate));
    if (distance <= allowed && distance < (best?.distance ?? Infinity))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** `remainQuota`, `remain-quota` and `Remain_Quota` are one spelling. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/gu, "");
}

/** The letters to insert, delete, replace or swap with the next that lead from one to the other. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 3) return Infinity;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 0; line < from.length; line += 1) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1);
      const swaps = from[line] === to[column - 1] && from[line - 1] === to[column];
      const swapped = swaps ? (before[column - 1] ?? Infinity) + 1 : Infinity;
      const moved = Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1);
      next.push(Math.min(replaced, swapped, moved));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
