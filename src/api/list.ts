import type { LiveKey } from "../model/key.ts";
import { sleep } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError } from "./api-result.ts";
import { createSharedAbort } from "./shared-abort.ts";
import { boundedPages, readPage, type ListOptions, type ReadPage } from "./list-page.ts";

/** What page 1 showed; when it has not moved, neither has the list. */
export interface FirstPage {
  readonly entries: readonly Pick<LiveKey, "id" | "name">[];
  readonly total: number;
}

/** Every key of the account, newest first, as far as ids and counts can tell. */
export interface KeyList {
  readonly keys: readonly LiveKey[];
  readonly firstPage: FirstPage;
  /** One page that is not full: nothing can be missing from it. */
  readonly confirmed: boolean;
  /** When the first request that it rests on was sent, by the clock's `now`, ms. */
  readonly sentAt: number;
  /** The server's clock in ms, where it sent a `Date`. */
  readonly serverTime?: number;
}

/** How often a list that will not hold still is read. */
const LIST_TRIES = 3;
const UNSTABLE_WAIT_MS = 300;

/**
 * Lists all keys, or fails: acting on an incomplete list would create a second key under a name
 * that is already there. Pages move while others create and delete, so ids must be unique, their
 * count must equal `total`, and `total` must agree on every page; otherwise the list is read again.
 */
export async function listKeys(options: ListOptions): Promise<Result<KeyList, ApiError>> {
  let tries = 0;
  return untilStable(options, async () => {
    tries += 1;
    const read = await readPages(options);
    if (!read.ok) return read;
    const pages = read.value;
    const [first] = pages;
    const { total, pageSize, sentAt, serverTime } = first;
    const keys = joinPages(pages);
    if (keys === undefined || keys.length !== total) return "unstable";
    if (isStretched(pages) && tries < LIST_TRIES) return "unstable";
    return ok({
      keys,
      firstPage: firstPageOf(first),
      confirmed: pages.length === 1 && keys.length < pageSize,
      sentAt,
      ...(serverTime === undefined ? {} : { serverTime }),
    });
  });
}

/** How much longer than their answers took the pages of a list may be apart, ms. */
const SLACK_MS = 1_000;

/**
 * Whether something held up the reading of the pages, as a rate limit does: their requests are further apart
 * than they would be even one after the other. In that time a record can become visible below page 1, and
 * move another one past a page that was read before; with a delete beside it, all counts agree.
 */
function isStretched(pages: readonly ReadPage[]): boolean {
  const sent = pages.map(({ sentAt }) => sentAt);
  const longest = Math.max(...pages.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
  return Math.max(...sent) - Math.min(...sent) > pages.length * longest + SLACK_MS;
}

/** Page 1, then all others side by side. Once one has failed, no further one is fetched. */
async function readPages(
  options: ListOptions,
): Promise<Result<readonly [ReadPage, ...ReadPage[]], ApiError>> {
  const given = createSharedAbort();
  const giveUp = (): void => given.abort();
  const outer = options.signal ?? options.reader.signal;
  outer?.addEventListener("abort", giveUp, { once: true });
  if (outer?.aborted) giveUp();
  const read = boundedPages({ ...options, signal: given.signal });
  try {
    const first = await read(1);
    if (!first.ok) return first;
    const { total, pageSize } = first.value;
    const count = Math.max(1, Math.ceil(total / pageSize));
    const others: ReadPage[] = [];
    let failure: ApiError | undefined;
    const numbers = Array.from({ length: count - 1 }, (_, index) => index + 2);
    const reads = numbers.map(async (number) => {
      const page = await read(number);
      if (page.ok) return void (others[number - 2] = page.value);
      failure ??= page.error;
      giveUp();
    });
    await Promise.all(reads);
    return failure === undefined ? ok([first.value, ...others]) : err(failure);
  } finally {
    outer?.removeEventListener("abort", giveUp);
  }
}

/**
 * Proves that a list missed nothing, or answers undefined. Pages are read one after the other, and a
 * page reads its items before its total. A delete in between can hide a record although all counts
 * agree: one that stood on a later page, or below a page that is exactly full. But it moves page 1,
 * so a list counts when page 1 reads the same again.
 */
export async function confirmList(
  options: ListOptions,
  list: KeyList,
): Promise<Result<KeyList | undefined, ApiError>> {
  if (list.confirmed) return ok(list);
  const again = await readPage(options, 1);
  if (!again.ok) return again;
  const still = isSame(firstPageOf(again.value), list.firstPage);
  return ok(still ? { ...list, confirmed: true } : undefined);
}

function firstPageOf(page: ReadPage): FirstPage {
  return { entries: page.keys.map(({ id, name }) => ({ id, name })), total: page.total };
}

/** Whether page 1 reads the same as before; then no record has moved between pages or been renamed. */
function isSame(a: FirstPage, b: FirstPage): boolean {
  return a.total === b.total && JSON.stringify(a.entries) === JSON.stringify(b.entries);
}

/** All records of the pages, or undefined when the pages cannot be of one moment. */
function joinPages(pages: readonly ReadPage[]): readonly LiveKey[] | undefined {
  const [first] = pages;
  const agree = pages.every(
    (page) => page.total === first?.total && page.pageSize === first.pageSize,
  );
  const keys = pages.flatMap((page) => page.keys);
  const unique = new Set(keys.map((key) => key.id)).size === keys.length;
  return agree && unique ? keys : undefined;
}

export async function untilStable<T>(
  options: ListOptions,
  attempt: () => Promise<Result<T, ApiError> | "unstable">,
): Promise<Result<T, ApiError>> {
  for (let tries = 1; ; tries += 1) {
    const result = await attempt();
    if (result !== "unstable") return result;
    if (tries === LIST_TRIES) return err({ code: "server-list-unstable", message: UNSTABLE });
    const signal = options.signal ?? options.reader.signal;
    await sleep(options.clock, UNSTABLE_WAIT_MS * tries, signal);
  }
}

const UNSTABLE = `the list of keys would not hold still: ids repeat, or their count does not equal "total" (read ${LIST_TRIES} times); a server that counts pages from 0 looks the same`;
