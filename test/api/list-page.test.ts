import { describe, expect, test, vi } from "vitest";
import { parseListPage } from "../../src/api/list-page.ts";

const ITEM = {
  id: 7,
  key: "abcd**********wxyz",
  status: 1,
  name: "ci",
  created_time: 10,
  expired_time: -1,
  remain_quota: 5,
  used_quota: 3,
  unlimited_quota: false,
};
const PAGE = { page: 1, page_size: 100, total: 1, items: [ITEM] };

const ignore = (): void => {};

test("a page gives its keys and the answered page size", () => {
  const page = parseListPage({ ...PAGE, page_size: 10 }, 1, ignore);
  expect(page).toMatchObject({
    ok: true,
    value: { page: 1, pageSize: 10, total: 1, keys: [{ id: 7, name: "ci" }] },
  });
});

test.each([null, undefined, []])("items %j are an empty page", (items) => {
  expect(parseListPage({ ...PAGE, total: 0, items }, 1, ignore)).toEqual({
    ok: true,
    value: { page: 1, pageSize: 100, total: 0, keys: [], size: 0 },
  });
});

test("every record's key is handed over, but not the mask shown instead of one", () => {
  const onKey = vi.fn<(key: string) => void>();
  parseListPage(
    { ...PAGE, items: [ITEM, { ...ITEM, id: 6, key: "another0whole0key0with0enough0letters" }] },
    1,
    onKey,
  );
  expect(onKey.mock.calls).toEqual([["another0whole0key0with0enough0letters", 6]]);
});

/** What a conversion to a text would overflow the stack for. */
function deep(): unknown {
  let value: unknown = 1;
  for (let level = 0; level < 200_000; level += 1) value = [value];
  return value;
}

describe("what is no page of this API", () => {
  test.each([
    ["a bare array", [ITEM], /bare array/],
    ["no data", undefined, /without data/],
    ["null", null, /without data/],
    ["text", "keys", /without data/],
    ["another page than asked for", { ...PAGE, page: 0 }, /page 0 where page 1 was asked for/],
    ["no page number", { ...PAGE, page: undefined }, /no page number where page 1/],
    [
      "a page number as text",
      { ...PAGE, page: "1" },
      /^no page number where page 1 was asked for$/,
    ],
    ["a page number nested too deeply to be told", { ...PAGE, page: deep() }, /^no page number/],
    ["no page size", { ...PAGE, page_size: undefined }, /without page_size and total/],
    ["a page size of 0", { ...PAGE, page_size: 0 }, /without page_size and total/],
    ["a negative total", { ...PAGE, total: -1 }, /without page_size and total/],
    ["an unsafe total", { ...PAGE, total: 2 ** 53 }, /without page_size and total/],
    ["a total nobody believes", { ...PAGE, total: 100_001 }, /not credible/],
    ["items that are no list", { ...PAGE, items: {} }, /without items/],
    ["a null item", { ...PAGE, items: [null] }, /not an object/],
    ["an unusable item", { ...PAGE, items: [{ ...ITEM, id: 2 ** 53 }] }, /usable id/],
  ])("%s", (_what, data, error) => {
    const page = parseListPage(data, 1, ignore);
    expect(page.ok ? "a page" : page.error.message).toMatch(error);
  });
});

test.each([
  ["a bare array", [ITEM], true],
  ["a page one lower than asked for", { ...PAGE, page: 0 }, true],
  ["another page", { ...PAGE, page: 7 }, undefined],
  ["no data", undefined, undefined],
])("%s: whether it is a server of the family that is not supported", (_what, data, unsupported) => {
  const page = parseListPage(data, 1, ignore);
  expect(page.ok ? "a page" : page.error.unsupported).toBe(unsupported);
});
