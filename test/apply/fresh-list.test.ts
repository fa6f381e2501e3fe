import { describe, expect, test } from "vitest";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import type { Depth } from "../../src/api/newest-pages.ts";
import { createFreshList } from "../../src/apply/fresh-list.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { err, ok } from "../../src/model/result.ts";
import { applyContext } from "../support/apply-context.ts";
import { liveKey, NOW } from "../support/records.ts";

const KNOWN = liveKey({ id: 8, name: "known" });
const OTHER = liveKey({ id: 9, name: "other", created_time: NOW });

/** The plan's list is of the clock's start, settle 5 s; a relist takes `ms` and shows `keys`. */
function set({
  keys = [OTHER, KNOWN],
  ms = 50,
  pageMs,
  fails = false,
  hasGap = () => false,
  owner,
}: {
  readonly keys?: readonly LiveKey[];
  readonly ms?: number;
  /** After how long a page of it is answered. */
  readonly pageMs?: number;
  readonly fails?: boolean;
  readonly hasGap?: () => boolean;
  readonly owner?: number;
} = {}) {
  const depths: Depth[] = [];
  const listSince: KeysWriter["listSince"] = async (depth, onPage) => {
    depths.push(depth);
    const sentAt = clock.now();
    if (pageMs !== undefined) {
      await pass(pageMs);
      onPage?.(keys, 1, keys.length);
    }
    await pass(ms);
    if (fails) return err({ code: "server-unreachable", message: "gone" });
    return ok({ keys, total: keys.length, whole: false, sentAt, hasGap: hasGap() });
  };
  const context = { ...applyContext({ listSince }, [KNOWN]), ...(owner ? { owner } : {}) };
  const { clock, until } = context;
  const pass = (time: number): Promise<void> =>
    new Promise((resolve) => void clock.timer(time, resolve));
  const list = createFreshList(context);
  const start = clock.now();
  return { list, depths, clock, until, start, wait: (time: number) => until(pass(time)) };
}

test("what an overtaken relist showed is kept apart: it may be gone, or newer than the look", async () => {
  const { list, start, until, clock } = set({ ms: 900 });
  const relist = list.renew(start + 1);
  const beside = new Promise<void>((resolve) => {
    clock.timer(100, () => {
      list.learn({ keys: [], last: 8, sentAt: clock.now() });
      resolve();
    });
  });
  await until(Promise.all([beside, relist]));
  expect(list.seen()).toEqual([]);
  expect(list.late()).toEqual([OTHER]);
});

test("the relist after one with a gap goes down to where that one did, and shows the rest", async () => {
  let hasGap = true;
  const keys = [liveKey({ id: 10, created_time: NOW + 6 }), OTHER, KNOWN];
  const { list, start, until, wait, depths } = set({ keys, pageMs: 10, hasGap: () => hasGap });
  await wait(6_000);
  await until(list.renew(start + 6_000));
  // A second key of its name may stand where the gap is.
  expect(list.isPartial(OTHER.id)).toBe(true);
  expect(list.shows("other")).toBe(true);
  hasGap = false;
  await wait(1_000);
  await until(list.renew(start + 7_000));
  expect(list.isPartial(OTHER.id)).toBe(false);
  expect(depths.map(({ last, floor }) => [last, floor])).toEqual([
    [8, 0],
    [8, 8],
  ]);
});

describe("a page of a relist that comes to nothing", () => {
  test("shows what exists, and what was shown is not posted", async () => {
    const { list, start, until } = set({ pageMs: 10, fails: true });
    await until(list.renew(start + 1));
    expect(list.seen()).toEqual([OTHER]);
    expect(list.shows("other")).toBe(true);
    // A second key may stand on a page that was not read.
    expect(list.isPartial(OTHER.id)).toBe(true);
  });

  test("is no part where another list has come to its end", async () => {
    const { list, start, until } = set({ pageMs: 10, fails: true });
    await until(list.renew(start + 1));
    expect(list.isPartial(OTHER.id)).toBe(true);
    list.seeEnd();
    expect(list.isPartial(OTHER.id)).toBe(false);
  });

  test("is no part any more once a list has come to its end", async () => {
    const { list, start, until } = set({ pageMs: 10 });
    await until(list.renew(start + 1));
    expect(list.seen()).toEqual([OTHER]);
    expect(list.isPartial(OTHER.id)).toBe(false);
  });

  test("is kept apart where a look was asked for since", async () => {
    const { list, start, until, wait } = set({ pageMs: 100, fails: true });
    const relisting = list.renew(start + 1);
    await wait(50);
    list.learn({ keys: [], last: 8, sentAt: start + 20 });
    await until(relisting);
    expect(list.seen()).toEqual([]);
    expect(list.late()).toEqual([OTHER]);
  });
});

test("a page of any list shows what exists, and makes no list fresher", async () => {
  const { list, start, wait } = set();
  await wait(2_501);
  list.see([OTHER, KNOWN]);
  expect(list.shows("other")).toBe(true);
  expect(list.shows("known")).toBe(false);
  expect(list.seen()).toEqual([OTHER]);
  expect([list.allows(undefined), list.seenAt()]).toEqual([false, start]);
});

describe("no create rests on a list older than half the settle time", () => {
  test("the plan's list allows creates for that long, counted from its request", async () => {
    const { list, wait } = set();
    await wait(2_500);
    expect(list.allows(undefined)).toBe(true);
    await wait(1);
    expect(list.allows(undefined)).toBe(false);
  });

  test("a relist allows them again, for as long from its own request", async () => {
    const { list, start, until, wait } = set();
    await wait(3_000);
    expect(await until(list.renew(start + 3_000))).toEqual({ ok: true });
    await wait(2_450);
    expect(list.allows(undefined)).toBe(true);
    await wait(1);
    expect(list.allows(undefined)).toBe(false);
  });

  test("one relist serves all that wait, and none follows it at once", async () => {
    const { list, start, until, wait, depths } = set();
    await wait(3_000);
    const renewed = [1, 2, 3].map(() => list.renew(start + 3_000));
    expect(await until(Promise.all(renewed))).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(depths).toHaveLength(1);
  });

  test("a relist that is answered after a later look adds nothing to it", async () => {
    const { list, start, until, wait } = set();
    await wait(3_000);
    const relisting = list.renew(start + 3_000);
    list.learn({ keys: [], last: 8, sentAt: start + 3_010 });
    await until(relisting);
    expect(list.seen()).toEqual([]);
    expect(list.shows("other")).toBe(false);
  });

  test("a relist that began before the create's turn is not enough", async () => {
    const { list, start, until, wait, depths } = set();
    await wait(3_000);
    const early = list.renew(start + 3_000);
    const late = list.renew(start + 3_001);
    await until(Promise.all([early, late]));
    expect(depths).toHaveLength(2);
  });

  test("a slow list makes a run slow, never stuck: one begun after the turn lets it go", async () => {
    const { list, start, until, wait } = set({ ms: 60_000 });
    await wait(3_000);
    await until(list.renew(start + 3_000));
    expect(list.allows(undefined)).toBe(false);
    expect(list.allows(start + 3_001)).toBe(false);
    expect(list.allows(start + 3_000)).toBe(true);
    expect(list.allows(start + 3_000, start + 2_999)).toBe(true);
    expect(list.allows(start + 3_000, start + 63_000)).toBe(false);
    await wait(2_501);
    expect(list.allows(start + 3_000)).toBe(false);
  });

  test.each([
    ["not where that took longer than the settle time: page 1 may be minutes old", 5_001, false],
    ["or it would be begun anew and anew", 5_000, true],
  ])("a pause within a list makes it old, %s", async (_, ms, isAllowed) => {
    const { list, start, until, wait } = set({ ms });
    await wait(3_000);
    await until(list.renew(start + 3_000));
    expect(list.allows(start + 3_000, start + 3_100)).toBe(isAllowed);
  });

  test("a relist starts beside the creates shortly before it is needed, not earlier", async () => {
    const { list, wait, depths } = set();
    list.keep();
    await wait(2_300);
    list.keep();
    expect(depths).toHaveLength(0);
    await wait(50);
    list.keep();
    list.keep();
    expect(depths).toHaveLength(1);
  });

  test("a relist that fails for good ends the creating; a look that succeeds takes it up", async () => {
    const { list, start, until, wait, depths } = set({ fails: true });
    await wait(3_000);
    const first = await until(list.renew(start + 3_000));
    expect(first).toMatchObject({ ok: false, error: { code: "server-unreachable" } });
    list.keep();
    expect(await list.renew(start + 3_000)).toEqual(first);
    expect(depths).toHaveLength(1);
    list.learn({ keys: [], last: 8, sentAt: start + 3_100 });
    expect(await list.renew(start + 3_000)).toEqual({ ok: true });
  });
});

describe("what a list shows", () => {
  test("are the names of the records that the plan's list did not have", async () => {
    const { list, start, until } = set();
    expect(list.shows("other")).toBe(false);
    await until(list.renew(start + 1));
    expect(list.shows("other")).toBe(true);
    expect(list.shows("known")).toBe(false);
  });

  test("a relist adds to it, a look replaces it", async () => {
    const { list, start, until } = set();
    list.learn({ keys: [liveKey({ id: 12, name: "mine" })], last: 12, sentAt: start });
    await until(list.renew(start + 1));
    expect([list.shows("mine"), list.shows("other")]).toEqual([true, true]);
    list.learn({ keys: [], last: 12, sentAt: start + 99 });
    expect([list.shows("mine"), list.shows("other")]).toEqual([false, false]);
  });

  test("a relist that does not show a create accepted before it lags behind", async () => {
    const { list, start, until, wait } = set();
    list.expect("other");
    await until(list.renew(start));
    await wait(1);
    await until(list.renew(start + 1));
    expect(list.lags()).toBe(false);
    list.expect("mine");
    await wait(1);
    await until(list.renew(start + 52));
    expect(list.lags()).toBe(true);
  });

  test("another account's records are none, and where that cannot be told the creating ends", async () => {
    const foreign = [{ ...OTHER, user_id: 1 }, KNOWN];
    const own = set({ keys: foreign, owner: 5678 });
    await own.until(own.list.renew(own.start + 1));
    expect(own.list.shows("other")).toBe(false);
    const unsure = set({ keys: [...foreign, { ...OTHER, id: 10, user_id: 2 }] });
    expect(await unsure.until(unsure.list.renew(unsure.start + 1))).toMatchObject({
      ok: false,
      error: { code: "server-refused" },
    });
  });

  test("a relist goes down to the ids given out a settle time before the list it continues", async () => {
    const { list, start, until, wait, depths } = set();
    await until(list.renew(start));
    await wait(1);
    await until(list.renew(start + 1));
    await wait(10_000);
    await until(list.renew(start + 10_000));
    expect(depths).toEqual([
      { last: 8, known: new Set([8]), floor: 0 },
      { last: 9, known: new Set([8, 9]), floor: 8 },
    ]);
  });
});
