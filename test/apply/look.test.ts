import { describe, expect, test } from "vitest";
import { fenceOf, lastLook, lookForNew } from "../../src/apply/look.ts";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import { err, ok } from "../../src/model/result.ts";
import { applyContext } from "../support/apply-context.ts";
import { liveKey } from "../support/records.ts";

const BEFORE = [liveKey({ id: 8 }), liveKey({ id: 7 })];
const FRESH = liveKey({ id: 9, name: "fresh" });
const GONE = err({ code: "server-unreachable", message: "gone" } as const);

function newest(total: number, whole: boolean): KeysWriter["listNewest"] {
  return async (fence) => (fence === 8 ? ok({ keys: [FRESH, ...BEFORE], total, whole }) : GONE);
}

const all = async () =>
  ok({
    keys: [FRESH, liveKey({ id: 10 }), ...BEFORE],
    pages: 1,
    firstPage: { entries: [], total: 4 },
  });

test("the fence is the highest id the plan's list showed", () => {
  expect(fenceOf(applyContext({}, BEFORE))).toBe(8);
  expect(fenceOf(applyContext({}))).toBe(0);
});

describe("new records are looked for", () => {
  const look = async (methods: Partial<KeysWriter>, names = ["fresh"], doubt = false) =>
    (await lookForNew(applyContext(methods, BEFORE), { names, doubt }))?.map(({ id }) => id);

  test("in the newest pages alone while the total adds up and every name is there", async () => {
    expect(await look({ listNewest: newest(3, false) })).toEqual([9]);
  });

  test("in the newest pages alone when they are the whole list", async () => {
    expect(await look({ listNewest: newest(2, true) }, ["missing"])).toEqual([9]);
  });

  test("in the whole list when the total says that more has changed", async () => {
    expect(await look({ listNewest: newest(4, false), list: all })).toEqual([9, 10]);
  });

  test("in the whole list when a name is missing", async () => {
    const methods = { listNewest: newest(3, false), list: all };
    expect(await look(methods, ["fresh", "missing"])).toEqual([9, 10]);
  });

  test("in the whole list at once when an answer was unclear", async () => {
    expect(await look({ list: all }, ["fresh"], true)).toEqual([9, 10]);
  });

  test("and nothing is guessed when a list cannot be read", async () => {
    expect(await look({ listNewest: async () => GONE })).toBeUndefined();
    expect(await look({ listNewest: newest(4, false), list: async () => GONE })).toBeUndefined();
  });
});

describe("the last look of a run cut short", () => {
  test("gives every key", async () => {
    expect(await lastLook(applyContext({ list: all }))).toHaveLength(4);
  });

  test("has a short time of its own", async () => {
    const list: KeysWriter["list"] = (signal) =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => resolve(GONE));
      });
    const context = applyContext({ list });
    const began = context.clock.now();
    expect(await context.until(lastLook(context))).toBeUndefined();
    expect(context.clock.now() - began).toBe(context.stop.lookMs);
  });
});
