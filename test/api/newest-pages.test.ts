import { describe, expect, test } from "vitest";
import type { Reader } from "../../src/api/client.ts";
import { listNewest, listSince, type Depth } from "../../src/api/newest-pages.ts";
import { pageData, pagesReader } from "../support/live-pages.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const page = (number: number): string => `/api/token/?p=${number}&page_size=100&size=100`;

function set(reader: Reader) {
  const clock = createVirtualClock();
  return { clock, options: { reader, clock, onKey: () => {} } };
}

describe("listNewest", () => {
  const ids = [
    [9, 8],
    [7, 6],
    [5, 4],
  ];
  const newest = (floor: number) => {
    const reader = pagesReader((number) => pageData(number, ids[number - 1] ?? [], 6));
    const { clock, options } = set(reader);
    return { reader, result: clock.until(listNewest(options, floor)) };
  };

  test("one page is enough when it reaches the floor", async () => {
    const { reader, result } = newest(8);
    expect(await result).toMatchObject({ ok: true, value: { total: 6, whole: false } });
    expect(reader.paths).toEqual([page(1)]);
  });

  test("pages are read until one reaches below the floor", async () => {
    const { reader, result } = newest(7);
    const value = await result;
    expect(value.ok && value.value.keys.map(({ id }) => id)).toEqual([9, 8, 7, 6]);
    expect(reader.paths).toEqual([1, 2].map(page));
  });

  test("without anything below the floor the list is read whole", async () => {
    const { reader, result } = newest(0);
    expect(await result).toMatchObject({ ok: true, value: { whole: true } });
    // The third page is full, so only an empty one shows that nothing stands below it.
    expect(reader.paths).toEqual([1, 2, 3, 4].map(page));
  });

  test("an empty page before the end of the list means that it moved", async () => {
    const reader = pagesReader((number, before) => {
      if (number === 2 && before === 0) return pageData(2, [], 6);
      return pageData(number, ids[number - 1] ?? [], 6);
    });
    const { clock, options } = set(reader);
    const result = await clock.until(listNewest(options, 7));
    expect(result.ok && result.value.keys.length).toBe(4);
    expect(reader.paths).toEqual([1, 2, 1, 2].map(page));
  });
});

describe("listSince, while keys are being created", () => {
  const since = async (answer: (page: number, before: number) => unknown, depth: Depth) => {
    const reader = pagesReader(answer);
    const { clock, options } = set(reader);
    const result = await clock.until(listSince(options, depth));
    const hasGap = result.ok && result.value.hasGap;
    const ids = result.ok ? result.value.keys.map(({ id }) => id) : result.error.code;
    return { reader, ids, hasGap };
  };
  const still = (pages: readonly (readonly number[])[], total: number) => (number: number) =>
    pageData(number, pages[number - 1] ?? [], total);

  test("one page is enough when it reaches the last list and the total adds up", async () => {
    const depth = { last: 8, known: new Set([8, 7, 6, 5, 4]), floor: 1 };
    const { reader, ids } = await since(
      still(
        [
          [9, 8],
          [7, 6],
        ],
        6,
      ),
      depth,
    );
    expect(ids).toEqual([9, 8]);
    expect(reader.paths).toEqual([page(1)]);
  });

  test("it reads on to the floor when the total says that more has appeared", async () => {
    const depth = { last: 8, known: new Set([8, 7, 5]), floor: 4 };
    const { ids } = await since(
      still(
        [
          [9, 8],
          [7, 6],
          [5, 4],
          [3, 2],
        ],
        8,
      ),
      depth,
    );
    expect(ids).toEqual([9, 8, 7, 6, 5, 4]);
  });

  // The list before showed 7, 6 and 4, and its total, read later, counted 8 as well.
  test("a key that only the total before had counted does not make up for one not shown", async () => {
    const depth = { last: 7, known: new Set([7, 6, 4]), floor: 4 };
    const pages = [
      [8, 7],
      [6, 5],
      [4, 3],
    ];
    expect((await since(still(pages, 5), depth)).ids).toEqual([8, 7, 6, 5]);
  });

  test("a key that has gone since does not make up for one not shown either", async () => {
    const depth = { last: 8, known: new Set([8, 7, 4]), floor: 4 };
    const pages = [
      [9, 7],
      [6, 4],
    ];
    expect((await since(still(pages, 4), depth)).ids).toEqual([9, 7, 6, 4]);
  });

  test("ids seen twice and a growing total are no fault: creates move the pages", async () => {
    const pages = [pageData(1, [9, 8], 6), pageData(2, [8, 7], 7), pageData(3, [7, 6], 8)];
    const { ids } = await since((number) => pages[number - 1], {
      last: 6,
      known: new Set([6]),
      floor: 6,
    });
    expect(ids).toEqual([9, 8, 7, 6]);
  });

  describe("a key that a delete moved to a page that was read before", () => {
    const depth = { last: 5, known: new Set([5]), floor: 5 };
    const before = [
      [9, 8],
      [6, 5],
    ];
    const after = [
      [8, 7],
      [6, 5],
    ];

    test("is shown by that page, which is read again", async () => {
      const { reader, ids, hasGap } = await since((number, asked) => {
        const isFirst = number === 1 && asked === 0;
        return pageData(number, (isFirst ? before : after)[number - 1] ?? [], isFirst ? 6 : 5);
      }, depth);
      expect(ids).toEqual([9, 8, 7, 6, 5]);
      expect(reader.paths).toEqual([1, 2, 1, 2].map(page));
      expect(hasGap).toBe(false);
    });

    test("may be on none of them where they move each time: three times at most they are read again", async () => {
      let total = 20;
      const { reader, ids, hasGap } = await since(
        (number) => pageData(number, before[number - 1] ?? [], (total -= 1)),
        depth,
      );
      expect(ids).toEqual([9, 8, 6, 5]);
      expect(reader.paths).toEqual([1, 2, 1, 2, 1, 2, 1, 2].map(page));
      expect(hasGap).toBe(true);
    });

    test("ends the relist where that page cannot be read", async () => {
      const { ids } = await since((number, asked) => {
        if (number === 1 && asked === 1) return [];
        return pageData(number, before[number - 1] ?? [], 6 - number);
      }, depth);
      expect(ids).toBe("server-not-this-api");
    });
  });

  test("it ends at a page that is not full, and at the last page", async () => {
    const depth = { last: 0, known: new Set<number>(), floor: 0 };
    expect((await since(still([[9, 8], [7]], 5), depth)).ids).toEqual([9, 8, 7]);
    expect(
      (
        await since(
          still(
            [
              [9, 8],
              [7, 6],
            ],
            4,
          ),
          depth,
        )
      ).ids,
    ).toEqual([9, 8, 7, 6]);
  });

  test("a page that cannot be read is the error of the relist", async () => {
    const depth = { last: 0, known: new Set<number>(), floor: 0 };
    expect((await since(() => [], depth)).ids).toBe("server-not-this-api");
    const second = (number: number) => (number === 1 ? pageData(1, [9, 8], 5) : []);
    expect((await since(second, depth)).ids).toBe("server-not-this-api");
  });
});

describe("a list that is refused", () => {
  const refused = { ok: false, error: { code: "server-refused", message: "locked" } } as const;
  const refusing = (times: number) => {
    let asked = 0;
    const reader: Reader = {
      read: async () => {
        asked += 1;
        return asked <= times
          ? refused
          : { ok: true, value: { data: pageData(1, [9], 1), size: 0, sentAt: 0 } };
      },
    };
    return { reader, asked: () => asked };
  };

  test("is tried again like other failures once the server has shown one", async () => {
    const { reader } = refusing(3);
    const { clock, options } = set(reader);
    const listed = clock.until(listNewest({ ...options, retriesRefused: () => true }, 0));
    expect(await listed).toMatchObject({ ok: true });
    expect(clock.now()).toBe(3_500);
  });

  test("is given up after four tries", async () => {
    const { reader, asked } = refusing(9);
    const { clock, options } = set(reader);
    const listed = clock.until(listNewest({ ...options, retriesRefused: () => true }, 0));
    expect(await listed).toEqual(refused);
    expect(asked()).toBe(4);
  });

  test("is told at once before that: the credentials may be the reason", async () => {
    const { reader, asked } = refusing(9);
    const { clock, options } = set(reader);
    expect(await clock.until(listNewest(options, 0))).toEqual(refused);
    expect(asked()).toBe(1);
  });
});
