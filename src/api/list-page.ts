import type { LiveKey } from "../model/key.ts";
import { isInteger, isJsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { parseLiveKey } from "./live-key.ts";

/** The most pages a list may have; a larger `total` is not believed. */
const MAX_PAGES = 1_000;

export interface ListPage {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly keys: readonly LiveKey[];
}

/** Reads `data` of a list answer. The page size is the answered one: servers cap what is asked. */
export function parseListPage(
  data: unknown,
  page: number,
  onKey: (key: string) => void,
): Result<ListPage, string> {
  if (Array.isArray(data)) {
    return err("a bare array instead of pages: servers that answer so are not supported");
  }
  if (!isJsonObject(data)) return err("a list answer without data");
  const { page: answered, page_size: pageSize, total, items } = data;
  if (answered !== page) {
    return err(
      `page ${String(answered)} where page ${page} was asked for: servers that count pages from 0 are not supported`,
    );
  }
  if (!isCount(pageSize) || pageSize === 0 || !isCount(total)) {
    return err("a list answer without page_size and total");
  }
  if (total > pageSize * MAX_PAGES) return err(`a total of ${total} keys, which is not credible`);
  // An empty list of the server's language is encoded as null.
  const records = items ?? [];
  if (!Array.isArray(records)) return err("a list answer without items");

  const keys: LiveKey[] = [];
  for (const item of records) {
    const key = parseLiveKey(item, onKey);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok({ page, pageSize, total, keys });
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}
