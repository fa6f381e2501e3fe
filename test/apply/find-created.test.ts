import type { LiveKey } from "../../src/model/key.ts";
import { describe, expect, test } from "vitest";
import { finalReadBack, findCreated, floorOf, markOf } from "../../src/apply/find-created.ts";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import { err, ok } from "../../src/model/result.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { liveKey, NOW } from "../support/records.ts";

const BEFORE = [liveKey({ id: 8 }), liveKey({ id: 7 })];
const FRESH = liveKey({ id: 9, name: "fresh" });
const GONE = err({ code: "server-unreachable", message: "gone" } as const);

function newest(total: number, whole: boolean): KeysWriter["listNewest"] {
  const keys = [FRESH, ...BEFORE];
  return async (floor) => (floor === 8 ? ok({ keys, total, whole, sentAt: 0 }) : GONE);
}

const all = async () => ok(keyList([FRESH, liveKey({ id: 10 }), ...BEFORE]));

test("the high-water mark is the highest id of a list", () => {
  expect(markOf(BEFORE)).toBe(8);
  expect(markOf([])).toBe(0);
});

test("what may have become visible since a list stands above the ids given out a settle time before it", () => {
  const context = applyContext({});
  const listed = [
    liveKey({ id: 9, created_time: NOW }),
    liveKey({ id: 8, created_time: NOW - 5 }),
    liveKey({ id: 7, created_time: NOW - 6 }),
  ];
  expect(floorOf(listed, context.clock.now(), context)).toBe(7);
  // Asked for a second ago, the list knew one second less.
  expect(floorOf(listed, context.clock.now() - 1_000, context)).toBe(0);
});

test("by the youngest record where the clock of the answers is ahead of it", () => {
  const context = applyContext({});
  const listed = [
    liveKey({ id: 9, created_time: NOW - 3 }),
    liveKey({ id: 8, created_time: NOW - 8 }),
    liveKey({ id: 7, created_time: NOW - 9 }),
  ];
  expect(floorOf(listed, context.clock.now(), context)).toBe(7);
});

describe("new records are looked for", () => {
  const look = async (methods: Partial<KeysWriter>, names = ["fresh"], whole = false) =>
    (await findCreated(applyContext(methods, BEFORE), { names, whole }))?.keys.map(({ id }) => id);

  test("in the newest pages alone while the total adds up and every name is there", async () => {
    expect(await look({ listNewest: newest(3, false) })).toEqual([9]);
  });

  test.each([
    ["down to what was long given out by then, for a missing id may become visible", 9, 1, [7, 7]],
    ["in the newest pages alone where none is missing: each is there already", 8, 1, [8, 7]],
    ["further down once creating took long: the answers' clock may be ahead", 9, 6, [9, 7]],
  ])("%s", async (_rule, id, age, expected) => {
    const floors: number[] = [];
    const recent = [liveKey({ id, created_time: NOW - age }), liveKey({ id: 7 })];
    const keys = [liveKey({ id: 10, name: "fresh" }), ...recent];
    const listNewest: KeysWriter["listNewest"] = async (floor) => {
      floors.push(floor);
      return ok({ keys, total: 3, whole: false, sentAt: 0 });
    };
    for (const ms of [0, 2_501]) {
      const context = applyContext({ listNewest }, recent);
      const wait = new Promise<void>((resolve) => void context.clock.timer(ms, resolve));
      await context.until(wait);
      await findCreated(context, { names: ["fresh"], whole: false });
    }
    expect(floors).toEqual(expected);
  });

  test("in the newest pages alone when they are the whole list", async () => {
    expect(await look({ listNewest: newest(2, true) }, ["missing"])).toEqual([9]);
  });

  test("in the whole list when the total says that more has changed", async () => {
    expect(await look({ listNewest: newest(4, false), list: all })).toEqual([9, 10]);
  });

  test("in the whole list when one that was listed has gone: it can make up for one not shown", async () => {
    const listNewest: KeysWriter["listNewest"] = async () =>
      ok({ keys: [FRESH, ...BEFORE.slice(1)], total: 3, whole: false, sentAt: 0 });
    expect(await look({ listNewest, list: all })).toEqual([9, 10]);
  });

  test("in the whole list when a name is missing", async () => {
    const methods = { listNewest: newest(3, false), list: all };
    expect(await look(methods, ["fresh", "missing"])).toEqual([9, 10]);
  });

  test("in the whole list when the newest pages do not show one that was seen before", async () => {
    const context = applyContext({ listNewest: newest(3, true), list: all }, BEFORE);
    const known = [liveKey({ id: 10, name: "seen" })];
    const wanted = { names: ["fresh"], whole: false, known: () => known };
    const seen = await findCreated(context, wanted);
    expect(seen?.keys.map(({ id }) => id)).toEqual([9, 10]);
  });

  test("in the whole list when a first try of the newest pages showed one that the second does not", async () => {
    let known = [FRESH];
    const listNewest: KeysWriter["listNewest"] = async (floor) => {
      known = [FRESH, liveKey({ id: 10, name: "seen" })];
      return newest(3, true)(floor);
    };
    const context = applyContext({ listNewest, list: all }, BEFORE);
    const wanted = { names: ["fresh"], whole: false, known: () => known };
    expect((await findCreated(context, wanted))?.keys.map(({ id }) => id)).toEqual([9, 10]);
  });

  test("in the whole list at once when an answer was unclear", async () => {
    expect(await look({ list: all }, ["fresh"], true)).toEqual([9, 10]);
  });

  test("in the whole list read once more when its page 1 has moved", async () => {
    let asked = 0;
    const confirm: KeysWriter["confirm"] = async (list) => ok((asked += 1) < 2 ? undefined : list);
    expect(await look({ list: all, confirm }, ["fresh"], true)).toEqual([9, 10]);
    expect(asked).toBe(2);
  });

  test.each([
    ["will not hold still", async () => ok(undefined)],
    ["cannot be confirmed", async () => GONE],
  ])("and what a list shows that %s proves no absence", async (_what, confirm) => {
    const unconfirmed = { ...keyList([FRESH, ...BEFORE]), confirmed: false };
    const context = applyContext({ list: async () => ok(unconfirmed), confirm }, BEFORE);
    const seen = await findCreated(context, { names: ["fresh"], whole: true });
    expect(seen).toMatchObject({ keys: [{ id: 9 }], proven: false });
    expect(await finalReadBack(context)).toMatchObject({ proven: false });
  });

  test("so do pages of a list that was not taken, down to what was there before", async () => {
    const told = async (pages: readonly (readonly LiveKey[])[]) => {
      const list: KeysWriter["list"] = async (_signal, onPage) => {
        for (const [at, keys] of pages.entries()) onPage?.(keys, at + 1, 3);
        // It was held up, and is read again.
        onPage?.([FRESH], 1, 3);
        return ok(keyList([FRESH, ...BEFORE]));
      };
      const wanted = { names: ["fresh"], whole: true };
      return (await findCreated(applyContext({ list }, BEFORE), wanted))?.lags;
    };
    expect(await told([BEFORE])).toBe(true);
    // It may still be on a page that was not read.
    expect(await told([[liveKey({ id: 30 })]])).toBe(false);
    expect(await told([[FRESH], BEFORE])).toBe(false);
  });

  test("a list that moved tells all the same that it lags", async () => {
    let read = 0;
    const list: KeysWriter["list"] = async () => {
      read += 1;
      return ok(keyList(read === 1 ? BEFORE : [FRESH, ...BEFORE]));
    };
    const confirm: KeysWriter["confirm"] = async (same) => ok(read === 1 ? undefined : same);
    const seen = await findCreated(applyContext({ list, confirm }, BEFORE), {
      names: ["fresh"],
      whole: true,
    });
    expect(seen).toMatchObject({ keys: [{ id: 9 }], lags: true, proven: true });
  });

  test("what page 1 shows of a list that has moved counts, also when no further list can be read", async () => {
    const second = { ...FRESH, id: 10 };
    let read = 0;
    const list: KeysWriter["list"] = async () => {
      read += 1;
      return read === 1 ? ok({ ...keyList([FRESH, ...BEFORE]), confirmed: false }) : GONE;
    };
    const confirm: KeysWriter["confirm"] = async (_list, _signal, onPage) => {
      onPage?.([second, FRESH], 1, 4);
      return ok(undefined);
    };
    const context = applyContext({ list, confirm }, BEFORE);
    const seen = await findCreated(context, { names: ["fresh"], whole: true });
    expect(seen).toMatchObject({ keys: [{ id: 9 }, { id: 10 }], proven: false });
  });

  test("and nothing is guessed when a list cannot be read", async () => {
    expect(await look({ listNewest: async () => GONE })).toBeUndefined();
    const context = applyContext({ listNewest: newest(4, false), list: async () => GONE }, BEFORE);
    const seen = await findCreated(context, { names: ["fresh", "missing"], whole: false });
    expect(seen).toMatchObject({ keys: [{ id: 9 }], lags: true, proven: false });
  });
});

describe("the final read-back of a run cut short", () => {
  test("gives every key", async () => {
    const last = await finalReadBack(applyContext({ list: all }));
    expect(last).toMatchObject({ proven: true, downTo: 0 });
    expect(last?.keys.size).toBe(4);
  });

  test("gives the pages it came to where the list does not come to its end", async () => {
    const list: KeysWriter["list"] = async (_signal, onPage) => {
      onPage?.([FRESH], 1, 3);
      return GONE;
    };
    const last = await finalReadBack(applyContext({ list }, BEFORE));
    expect(last).toMatchObject({ keys: new Map([[9, FRESH]]), proven: false });
  });

  test.each([
    ["page 2", 2, BEFORE, 3, 7],
    ["page 1, where page 3 came and page 2 did not", 3, BEFORE, 3, 9],
    ["page 1, where page 2 counts another number of keys", 2, BEFORE, 4, 9],
    ["page 2, where it does, but both pages show one of them", 2, [FRESH, ...BEFORE], 4, 7],
  ])("knows that nothing is missing down to %s", async (_, page, keys, total, downTo) => {
    const list: KeysWriter["list"] = async (_signal, onPage) => {
      onPage?.([FRESH], 1, 3);
      onPage?.(keys, page, total);
      return GONE;
    };
    const last = await finalReadBack(applyContext({ list }, BEFORE));
    expect(last).toMatchObject({ proven: false, downTo });
  });

  test("trusts no equal counts of pages between which the list has moved", async () => {
    const known = [5, 4].map((id) => liveKey({ id, name: `known-${id}` }));
    const list: KeysWriter["list"] = async (_signal, onPage) => {
      onPage?.([FRESH, ...BEFORE], 1, 6);
      onPage?.(BEFORE, 2, 6);
      onPage?.(known, 3, 6);
      return GONE;
    };
    const last = await finalReadBack(applyContext({ list }, BEFORE));
    expect(last).toMatchObject({ proven: false, downTo: 7 });
  });

  test("has a short time of its own", async () => {
    const list: KeysWriter["list"] = (signal) =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => resolve(GONE));
      });
    const context = applyContext({ list });
    const began = context.clock.now();
    expect(await context.until(finalReadBack(context))).toBeUndefined();
    expect(context.clock.now() - began).toBe(context.stop.lookMs);
  });
});
