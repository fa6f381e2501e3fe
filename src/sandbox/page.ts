const DEFAULT_SIZE = 10;
const MAX_SIZE = 100;

export interface Page<T> {
  readonly page: number;
  readonly page_size: number;
  readonly total: number;
  readonly items: readonly T[];
}

/**
 * One page, with the server's own reading of odd numbers: `p=0` is page 1, a negative `p` shows the
 * first items under the number asked for, and a page past the end is empty. The size may be called
 * `page_size`, `ps` or `size`.
 */
export function pageOf<T>(records: readonly T[], query: URLSearchParams): Page<T> {
  const page = number(query, "p") || 1;
  const asked = number(query, "page_size") || number(query, "ps") || number(query, "size");
  const size = asked > 0 ? Math.min(asked, MAX_SIZE) : DEFAULT_SIZE;
  const start = Math.max(0, (page - 1) * size);
  return {
    page,
    page_size: size,
    total: records.length,
    items: records.slice(start, start + size),
  };
}

/** A query parameter as an integer; 0 when absent or not one. */
function number(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}
