import type { LiveKey } from "../model/key.ts";
import { sleep, type Clock } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError } from "./api-result.ts";
import type { Reader } from "./client.ts";
import { parseListPage, type ListPage } from "./list-page.ts";

/** What page 1 showed; when it has not moved, neither has the list. */
export interface FirstPage {
  readonly entries: readonly Pick<LiveKey, "id" | "name">[];
  readonly total: number;
}

/** Every key of the account, newest first, proven complete. */
export interface KeyList {
  readonly keys: readonly LiveKey[];
  readonly pages: number;
  readonly firstPage: FirstPage;
  /** The server's clock in ms, where it sent a `Date`. */
  readonly serverTime?: number;
}

/** The newest part of the list: everything above a given id, and `total` at that moment. */
export interface NewestKeys {
  readonly keys: readonly LiveKey[];
  readonly total: number;
  /** True when the pages read were all there are. */
  readonly whole: boolean;
}

export interface ListOptions {
  readonly reader: Reader;
  readonly clock: Clock;
  /** Called with every `key` value a record carries, so that output can be guarded against it. */
  readonly onKey: (key: string) => void;
  readonly signal?: AbortSignal;
}

const PAGE_SIZE = 100;
/** How often a list that will not hold still is read. */
const LIST_TRIES = 3;
const UNSTABLE_WAIT_MS = 300;

/**
 * Lists all keys, or fails: acting on an incomplete list would create a second key under a name
 * that is already there. Pages move while others create and delete, so ids must be unique, their
 * count must equal `total`, and `total` must agree on every page; otherwise the list is read again.
 */
export async function listKeys(options: ListOptions): Promise<Result<KeyList, ApiError>> {
  return untilStable(options, async () => {
    const first = await readPage(options, 1);
    if (!first.ok) return first;
    const { total, pageSize } = first.value;
    const count = Math.max(1, Math.ceil(total / pageSize));
    const numbers = Array.from({ length: count - 1 }, (_, index) => index + 2);
    const rest = await Promise.all(numbers.map((page) => readPage(options, page)));
    const pages: ReadPage[] = [first.value];
    for (const page of rest) {
      if (!page.ok) return page;
      pages.push(page.value);
    }
    const keys = joinPages(pages);
    if (keys === undefined || keys.length !== total) return "unstable";
    if (count === 1 && keys.length === pageSize) {
      // A page reads its items before its total, so a delete between the two can make one full page
      // look like all there is, although a record stood below it. It would move up by now.
      const again = await readPage(options, 1);
      if (!again.ok) return again;
      if (!isSameFirstPage(firstPageOf(again.value), firstPageOf(first.value))) return "unstable";
    }
    const { serverTime } = first.value;
    return ok({
      keys,
      pages: count,
      firstPage: firstPageOf(first.value),
      ...(serverTime === undefined ? {} : { serverTime }),
    });
  });
}

/**
 * Lists the newest pages until one reaches down to `fence`. Ids are given out in order, so what was
 * created after the fence stands above it.
 */
export async function listNewest(
  options: ListOptions,
  fence: number,
): Promise<Result<NewestKeys, ApiError>> {
  return untilStable(options, async () => {
    const pages: ReadPage[] = [];
    for (;;) {
      const page = await readPage(options, pages.length + 1);
      if (!page.ok) return page;
      pages.push(page.value);
      const keys = joinPages(pages);
      if (keys === undefined) return "unstable";
      const { total, pageSize } = page.value;
      // For the same reason a full page is never taken for the last one.
      const full = page.value.keys.length === pageSize;
      const whole = !full && pages.length >= Math.ceil(total / pageSize);
      if (whole && keys.length !== total) return "unstable";
      if (whole || keys.some((key) => key.id <= fence)) return ok({ keys, total, whole });
      const moreThanTotal = keys.length > total + pageSize;
      if (page.value.keys.length === 0 || moreThanTotal) return "unstable";
    }
  });
}

/** Reads page 1 alone. */
export async function readFirstPage(options: ListOptions): Promise<Result<FirstPage, ApiError>> {
  const page = await readPage(options, 1);
  return page.ok ? ok(firstPageOf(page.value)) : page;
}

function firstPageOf(page: ListPage): FirstPage {
  return { entries: page.keys.map(({ id, name }) => ({ id, name })), total: page.total };
}

/** Whether page 1 reads the same as before; then no record has moved between pages or been renamed. */
export function isSameFirstPage(a: FirstPage, b: FirstPage): boolean {
  return a.total === b.total && JSON.stringify(a.entries) === JSON.stringify(b.entries);
}

type ReadPage = ListPage & { readonly serverTime?: number };

async function readPage(options: ListOptions, page: number): Promise<Result<ReadPage, ApiError>> {
  const path = `/api/token/?p=${page}&page_size=${PAGE_SIZE}`;
  const answer = await options.reader.read(path, options.signal);
  if (!answer.ok) return answer;
  const parsed = parseListPage(answer.value.data, page, options.onKey);
  if (!parsed.ok) return err({ code: "server-not-this-api", message: parsed.error });
  const { serverTime } = answer.value;
  return ok(serverTime === undefined ? parsed.value : { ...parsed.value, serverTime });
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

async function untilStable<T>(
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
