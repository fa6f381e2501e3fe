import type { LiveKey } from "../model/key.ts";
import { isInteger, isJsonObject } from "../model/json.ts";
import { sleep, type Clock } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError, ReadAnswer } from "./api-result.ts";
import { READ_TRIES, readDelay } from "./backoff.ts";
import type { Reader } from "./client.ts";
import { Secret } from "../model/secret.ts";
import { parseLiveKey, sizeOfRecord, type OnKey } from "./live-key.ts";

export interface ListOptions {
  readonly reader: Reader;
  readonly clock: Clock;
  /** Called with every `key` value a record carries, so that output can be guarded against it. */
  readonly onKey: OnKey;
  /** Called with the name of every record: no key may take it out of the output. */
  readonly onName?: (name: string) => void;
  /** Called with the records of every page, also where the list does not come to its end. */
  readonly onPage?: OnPage;
  /** Called with every whole key of a page that could be read. */
  readonly onValue?: OnValue;
  readonly signal?: AbortSignal;
  /** Whether a refusal (`success: false`) is tried again like other failures. */
  readonly retriesRefused?: () => boolean;
}

/**
 * Pages are told as they come, not in their order: further ones are read side by side. `total` is how many
 * keys there were by this page.
 */
export type OnPage = (keys: readonly LiveKey[], page: number, total: number) => void;

/** Takes a key that was shown whole, for whoever has to deliver it. */
export type OnValue = (id: number, key: Secret) => void;

const PAGE_SIZE = 100;

/** The most pages a list may have; a larger `total` is not believed. */
const MAX_PAGES = 1_000;

interface ListPage {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly keys: readonly LiveKey[];
  /** See `sizeOfRecord`. */
  readonly size: number;
}

/** Why `data` is no page. */
type PageFault = Pick<ApiError, "message" | "unsupported">;

/** The most a list may hold, which is kept whole: 10,000 usual keys take about 15 MB. */
const MAX_LIST_SIZE = 128 * 1024 * 1024;

/** A page, and when and by which clock it was read. */
export interface ReadPage extends ListPage, Omit<ReadAnswer, "data" | "size"> {
  /** By the clock's `now`, ms, as `sentAt`. */
  readonly answeredAt: number;
}

/** Reads the pages of one list, until they hold more than a list may. */
export function boundedPages(
  options: ListOptions,
): (page: number) => Promise<Result<ReadPage, ApiError>> {
  let size = 0;
  return async (page) => {
    const read = await readPage(options, page);
    if (!read.ok) return read;
    size += read.value.size;
    return size > MAX_LIST_SIZE ? err(TOO_LARGE) : read;
  };
}

const TOO_LARGE = {
  code: "server-not-this-api",
  message: "a list of keys that takes more than 128 MB of memory",
} as const;

export async function readPage(
  options: ListOptions,
  page: number,
): Promise<Result<ReadPage, ApiError>> {
  // Older servers of the family read `size` alone, and answer 10 a page without it.
  const path = `/api/token/?p=${page}&page_size=${PAGE_SIZE}&size=${PAGE_SIZE}`;
  const answer = await readPath(options, path);
  if (!answer.ok) return answer;
  const { data, size: textSize, ...times } = answer.value;
  const answeredAt = options.clock.now();
  const secrets: (readonly [key: string, id: number])[] = [];
  const parsed = parseListPage(data, page, (...found) => void secrets.push(found));
  const { keys, size: read } = parsed.ok ? parsed.value : { keys: [], size: 0 };
  const guarded = [
    ...secrets.map(([key]) => key),
    ...keys.map(({ name }) => name.slice(0, LONGEST_GUARDED)),
  ];
  const kept = read + guarded.reduce((sum, { length }) => sum + length * GUARDED_SIZE, 0);
  // What an answer holds beside its records takes time to read, a thousand pages of it too much.
  const size = Math.max(kept, textSize);
  if (size > MAX_LIST_SIZE) return err(TOO_LARGE);
  // Those of a page that is refused too: a later message may repeat one.
  for (const [key, id] of secrets) options.onKey(key, id);
  if (!parsed.ok) return err({ code: "server-not-this-api", ...parsed.error });
  for (const { name } of keys) options.onName?.(name);
  if (options.onValue !== undefined) {
    for (const [key, id] of secrets) options.onValue(id, new Secret(key));
  }
  options.onPage?.(keys, page, parsed.value.total);
  return ok({ ...parsed.value, size, ...times, answeredAt });
}

/** The guard of the output keeps each run of characters of a key, and of a name's beginning. */
const LONGEST_GUARDED = 64;
const GUARDED_SIZE = 40;

async function readPath(
  { reader, clock, signal, retriesRefused }: ListOptions,
  path: string,
): Promise<Result<ReadAnswer, ApiError>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await reader.read(path, signal);
    const refused = !answer.ok && answer.error.code === "server-refused";
    if (!refused || tries === READ_TRIES || !retriesRefused?.()) return answer;
    await sleep(
      clock,
      readDelay(tries, () => 0.5),
      signal ?? reader.signal,
    );
  }
}

/** Reads `data` of a list answer. The page size is the answered one: servers cap what is asked. */
export function parseListPage(
  data: unknown,
  page: number,
  onKey: OnKey,
): Result<ListPage, PageFault> {
  if (Array.isArray(data)) {
    return err({ message: "a bare array instead of pages", unsupported: true });
  }
  if (!isJsonObject(data)) return wrong("a list answer without data");
  const { page: answered, page_size: pageSize, total, items } = data;
  if (answered !== page) {
    // Only a number is quoted: anything else may be as long, or as deep, as an answer.
    const found = isInteger(answered) ? `page ${answered}` : "no page number";
    const message = `${found} where page ${page} was asked for`;
    return err(answered === page - 1 ? { message, unsupported: true } : { message });
  }
  if (!isCount(pageSize) || pageSize === 0 || !isCount(total)) {
    return wrong("a list answer without page_size and total");
  }
  if (total > pageSize * MAX_PAGES) return wrong(`a total of ${total} keys, which is not credible`);
  // An empty list of the server's language is encoded as null.
  const records = items ?? [];
  if (!Array.isArray(records)) return wrong("a list answer without items");

  const keys: LiveKey[] = [];
  let size = 0;
  for (const item of records) {
    const key = parseLiveKey(item, onKey);
    if (!key.ok) return wrong(key.error);
    keys.push(key.value);
    size += sizeOfRecord(key.value);
  }
  return ok({ page, pageSize, total, keys, size });
}

function wrong(message: string): Result<never, PageFault> {
  return err({ message });
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}
