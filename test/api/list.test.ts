import { describe, expect, test, vi } from "vitest";
import type { Secret } from "../../src/model/secret.ts";
import type { Reader } from "../../src/api/client.ts";
import { confirmList, listKeys, type KeyList } from "../../src/api/list.ts";
import type { OnPage } from "../../src/api/list-page.ts";
import { sleep } from "../../src/model/ports.ts";
import { err, ok } from "../../src/model/result.ts";
import { pageData, pagesReader } from "../support/live-pages.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const page = (number: number): string => `/api/token/?p=${number}&page_size=100&size=100`;

function set(reader: Reader) {
  const clock = createVirtualClock();
  const onKey = vi.fn<(key: string) => void>();
  return { clock, onKey, options: { reader, clock, onKey } };
}

async function list(reader: Reader) {
  const { clock, options } = set(reader);
  return clock.until(listKeys(options));
}

describe("a list whose pages are further apart than their answers took", () => {
  /** How often a list of three pages is read when its third request of each time waits for its turn. */
  async function reads(held: readonly number[], takesMs: number) {
    const clock = createVirtualClock();
    let asked = 0;
    const reader: Reader = {
      read: async (path) => {
        const number = Number(/[?&]p=(\d+)/.exec(path)?.[1]);
        asked += 1;
        const wait = asked % 3 === 0 ? (held[asked / 3 - 1] ?? 0) : 0;
        if (wait > 0) await sleep(clock, wait);
        const sentAt = clock.now();
        await sleep(clock, takesMs);
        return ok({
          data: pageData(number, [[6, 5], [4, 3], [2]][number - 1] ?? [], 5),
          size: 0,
          sentAt,
        });
      },
    };
    const listed = await clock.until(listKeys({ reader, clock, onKey: () => {} }));
    return { ok: listed.ok, times: asked / 3 };
  }

  test("was held up, and is read again", async () => {
    expect(await reads([20_000], 30)).toEqual({ ok: true, times: 2 });
  });

  test("three times at most: a server that does so always is not refused for it", async () => {
    expect(await reads([20_000, 20_000, 20_000], 30)).toEqual({ ok: true, times: 3 });
  });

  test("is none where each answer takes that long", async () => {
    expect(await reads([6_000], 5_000)).toEqual({ ok: true, times: 1 });
  });
});

describe("listKeys", () => {
  test("an empty account is one request and no keys", async () => {
    const reader = pagesReader(() => pageData(1, [], 0, 100));
    expect(await list(reader)).toEqual({
      ok: true,
      value: { keys: [], firstPage: { entries: [], total: 0 }, confirmed: true, sentAt: 0 },
    });
    expect(reader.paths).toEqual([page(1)]);
  });

  test("all pages come together, newest first, with the clock of the server", async () => {
    const ids = [[9, 8], [6, 5], [3]];
    const reader = pagesReader((number) => pageData(number, ids[number - 1] ?? [], 5), 1_234);
    const result = await list(reader);
    expect(result.ok && result.value.keys.map(({ id }) => id)).toEqual([9, 8, 6, 5, 3]);
    expect(result).toMatchObject({
      value: {
        confirmed: false,
        firstPage: { entries: [{ id: 9 }, { id: 8 }], total: 5 },
        serverTime: 1_234,
      },
    });
    expect(reader.paths).toEqual([1, 2, 3].map(page));
  });

  test("the page count follows the answered page size, not the one asked for", async () => {
    const reader = pagesReader((number) => pageData(number, [11 - number], 10, 1));
    const result = await list(reader);
    expect(result.ok && result.value.keys.length).toBe(10);
    expect(reader.paths).toHaveLength(10);
  });

  test("a list that takes more than 128 MB is refused, for all of it is kept", async () => {
    const remark = "x".repeat(60_000);
    const pageOf = (number: number, pages: number) => {
      const ids = Array.from({ length: 3 }, (_, at) => 10_000 - number * 3 - at);
      const data = pageData(number, ids, pages * 3, 3);
      return { ...data, items: data.items.map((item) => ({ ...item, remark })) };
    };
    // A record takes about 63,000 bytes, with what the guard keeps of its name.
    const within = Math.floor((128 * 1024 * 1024) / 64_500 / 3);
    expect(await list(pagesReader((n) => pageOf(n, within)))).toMatchObject({ ok: true });
    const message = "a list of keys that takes more than 128 MB of memory";
    expect(await list(pagesReader((n) => pageOf(n, within + 20)))).toMatchObject({
      ok: false,
      error: { code: "server-not-this-api", message },
    });
  });

  test("so is one of little else than what stands beside its keys", async () => {
    const reader = pagesReader((number) => ({
      ...pageData(number, [2_000 - number], 150, 1),
      beside: "x".repeat(1_000_000),
    }));
    expect(await list(reader)).toMatchObject({
      ok: false,
      error: {
        code: "server-not-this-api",
        message: "a list of keys that takes more than 128 MB of memory",
      },
    });
  });

  test("so is one whose key values and names would fill the guard of the output", async () => {
    const pageOf = (number: number, length: number) => {
      const ids = Array.from({ length: 1_000 }, (_, at) => 100_000 - number * 1_000 - at);
      const data = pageData(number, ids, 30_000, 1_000);
      const keyOf = (at: number): string => `${number}k${at}k`.padEnd(length, "a");
      return { ...data, items: data.items.map((item, at) => ({ ...item, key: keyOf(at) })) };
    };
    expect(await list(pagesReader((number) => pageOf(number, 48)))).toMatchObject({ ok: true });
    const message = "a list of keys that takes more than 128 MB of memory";
    expect(await list(pagesReader((number) => pageOf(number, 128)))).toMatchObject({
      ok: false,
      error: { code: "server-not-this-api", message },
    });
  });

  test("its pages are handed on also where it does not hold still", async () => {
    const { clock, options } = set(pagesReader((number) => pageData(number, [9], 2, 1)));
    const shown = new Set<string>();
    const onPage: OnPage = (keys, page, total) =>
      void shown.add(`${page}: ${keys.map(({ id }) => id).join(", ")} of ${total}`);
    expect(await clock.until(listKeys({ ...options, onPage }))).toMatchObject({ ok: false });
    expect(shown).toEqual(new Set(["1: 9 of 2", "2: 9 of 2"]));
  });

  test("further pages are asked for at the same time", async () => {
    let inFlight = 0;
    let most = 0;
    const { clock, options } = set({
      read: async (path) => {
        const number = Number(/p=(\d+)/.exec(path)?.[1]);
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise<void>((resolve) => void clock.timer(10, resolve));
        inFlight -= 1;
        return ok({ data: pageData(number, [11 - number], 10, 1), size: 0, sentAt: clock.now() });
      },
    });
    expect(await clock.until(listKeys(options))).toMatchObject({ ok: true });
    expect(most).toBe(9);
    expect(clock.now()).toBe(20);
  });

  test("those of a page that is refused too, for a later message may repeat one", async () => {
    const key = "a0whole0key0with0enough0letters0in0it";
    const page = pageData(1, [2, 1], 2, 100);
    const items = page.items.map((item, at) =>
      at === 0 ? { ...item, key } : { ...item, id: "x" },
    );
    const { clock, onKey, options } = set(pagesReader(() => ({ ...page, items })));
    expect(await clock.until(listKeys(options))).toMatchObject({ ok: false });
    expect(onKey.mock.calls.flat()).toContain(key);
  });

  test("the keys of all records are handed to onKey", async () => {
    const { clock, onKey, options } = set(pagesReader(() => pageData(1, [2, 1], 2, 100)));
    await clock.until(listKeys(options));
    expect(onKey.mock.calls).toEqual([
      ["wholekey0ofthisrecordintheaccount02", 2],
      ["wholekey0ofthisrecordintheaccount01", 1],
    ]);
  });

  test("whole keys are told with their ids to whoever has to deliver them", async () => {
    const { clock, options } = set(pagesReader(() => pageData(1, [2, 1], 2, 100)));
    const values = new Map<number, string>();
    const onValue = (id: number, key: Secret): void => void values.set(id, key.reveal());
    await clock.until(listKeys({ ...options, onValue }));
    expect(values.get(2)).toBe("wholekey0ofthisrecordintheaccount02");
    expect(values.size).toBe(2);
  });

  describe("a list that is not of one moment is read again", () => {
    const good = [
      [4, 3],
      [2, 1],
    ];
    test.each([
      ["an id repeats", pageData(2, [3, 2], 4)],
      ["a page is short", pageData(2, [2], 4)],
      ["a page is long", pageData(2, [2, 1, 5], 4)],
      ["the total moves", pageData(2, [2, 1], 5)],
      ["the page size moves", pageData(2, [2, 1], 4, 3)],
      ["a page is empty", pageData(2, [], 4)],
    ])("%s", async (_what, bad) => {
      const reader = pagesReader((number, before) =>
        number === 2 && before === 0 ? bad : pageData(number, good[number - 1] ?? [], 4),
      );
      const result = await list(reader);
      expect(result.ok && result.value.keys.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
      expect(reader.paths).toEqual([1, 2, 1, 2].map(page));
    });
  });

  test("a list that will not hold still is given up after three readings", async () => {
    const reader = pagesReader(() => pageData(1, [1], 2, 100));
    const { clock, options } = set(reader);
    const result = await clock.until(listKeys(options));
    expect(result).toMatchObject({ ok: false, error: { code: "server-list-unstable" } });
    expect(reader.paths).toHaveLength(3);
    expect(clock.now()).toBe(900);
  });

  test("a page of another shape ends the listing at once", async () => {
    const reader = pagesReader((number) => (number === 1 ? pageData(1, [4, 3], 4) : []));
    expect(await list(reader)).toMatchObject({
      ok: false,
      error: { code: "server-not-this-api", message: expect.stringContaining("bare array") },
    });
    expect(reader.paths).toHaveLength(2);
  });

  test("an error of any page is the error of the list", async () => {
    const error = { code: "server-unreachable", message: "gone" } as const;
    const reader: Reader = {
      read: async (path) =>
        path === page(1) ? ok({ data: pageData(1, [4, 3], 4), size: 0, sentAt: 0 }) : err(error),
    };
    expect(await list(reader)).toEqual({ ok: false, error });
  });

  test("once a page has failed, those under way are given up, and its error is the list's", async () => {
    const error = {
      code: "server-not-this-api",
      message: "a record that is not an object",
    } as const;
    const aborted = { code: "interrupted", message: "given up" } as const;
    const reader: Reader = {
      read: async (path, signal) => {
        if (path === page(1)) return ok({ data: pageData(1, [9, 8], 8), size: 0, sentAt: 0 });
        if (path === page(3)) return err(error);
        // The others are never answered.
        return new Promise((resolve) => {
          signal?.addEventListener("abort", () => resolve(err(aborted)));
        });
      },
    };
    expect(await list(reader)).toEqual({ ok: false, error });
  });

  test("who gives up the list gives up its pages", async () => {
    const { clock, options } = set({
      read: async (path, signal) =>
        path === page(1) && signal?.aborted === false
          ? ok({ data: pageData(1, [9, 8], 8), size: 0, sentAt: 0 })
          : err({ code: "interrupted", message: `aborted: ${signal?.aborted}` }),
    });
    const controller = new AbortController();
    controller.abort();
    const read = listKeys({ ...options, signal: controller.signal });
    expect(await clock.until(read)).toMatchObject({ error: { message: "aborted: true" } });
  });
});

describe("confirmList", () => {
  const confirm = async (list: KeyList, ...answers: readonly unknown[]) => {
    const reader = pagesReader((_number, before) => answers[before]);
    const { clock, options } = set(reader);
    return { reader, result: await clock.until(confirmList(options, list)) };
  };
  const listed = async (answer: unknown): Promise<KeyList> => {
    const result = await list(
      pagesReader((number) => (number === 1 ? answer : pageData(2, [1], 3))),
    );
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  test("one page that is not full hides nothing, so nothing is asked", async () => {
    const { reader, result } = await confirm(await listed(pageData(1, [1], 1)));
    expect(result).toMatchObject({ ok: true, value: { confirmed: true } });
    expect(reader.paths).toEqual([]);
  });

  test.each([
    ["several pages", pageData(1, [3, 2], 3)],
    ["one page that is exactly full", pageData(1, [3, 2], 2)],
  ])("%s count when page 1 reads the same again", async (_what, first) => {
    const { reader, result } = await confirm(await listed(first), first);
    expect(result).toMatchObject({ ok: true, value: { confirmed: true } });
    expect(reader.paths).toEqual([page(1)]);
  });

  test.each([
    ["a record has moved up", pageData(1, [3, 9], 3)],
    ["there is one more", pageData(1, [3, 2], 4)],
  ])("nothing is confirmed when %s", async (_what, again) => {
    const { result } = await confirm(await listed(pageData(1, [3, 2], 3)), again);
    expect(result).toEqual({ ok: true, value: undefined });
  });

  test("nothing is confirmed by an answer that cannot be read", async () => {
    const { result } = await confirm(await listed(pageData(1, [3, 2], 3)), []);
    expect(result).toMatchObject({ ok: false, error: { code: "server-not-this-api" } });
  });
});
