import { describe, expect, test } from "vitest";
import type { Post } from "../../src/apply/classify-create.ts";
import {
  afterEvent,
  beginCreating,
  type CreateEvent,
  type CreateState,
} from "../../src/apply/create-state.ts";
import { decideCreate } from "../../src/apply/decide-create.ts";
import { isUnsettled } from "../../src/apply/doubt.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { CreateChange } from "../../src/model/plan.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const RULES = { mark: 10, settleMs: 5_000, now: NOW };

function change(name: string): CreateChange {
  const desired = desiredKey({ remain_quota: 500, unlimited_quota: false }, name);
  return { action: "create", name, direction: "widen", desired, fields: [], dangers: [] };
}

function made(name: string, id = 11, fields: Partial<LiveKey> = {}): LiveKey {
  return liveKey({ id, name, created_time: NOW, accessed_time: NOW, ...fields });
}

const ACCEPTED: Post = { answer: { kind: "accepted" }, sentAt: 100, answeredAt: 150 };
const REFUSED: Post = { ...ACCEPTED, answer: { kind: "refused", message: "no" } };
const UNKNOWN: Post = { ...ACCEPTED, answer: { kind: "unknown", reason: "reset" } };
const HELD: Post = {
  answer: { kind: "not-carried-out", code: "server-unreachable", reason: "gone" },
  answeredAt: 150,
};

function posted(posts: Readonly<Record<string, Post | undefined>>, lags = false): CreateEvent {
  return { kind: "posted", posts: new Map(Object.entries(posts)), lags, seen: [] };
}

/** A look asked for at `sentAt` that showed these records; without them, one that failed. */
function looked(keys?: readonly LiveKey[], sentAt = 200): CreateEvent {
  if (keys === undefined) return { kind: "looked", seen: undefined };
  return {
    kind: "looked",
    seen: { keys, sentAt, last: 11, lags: false, proven: true },
  };
}

const WAITED: CreateEvent = { kind: "waited", reason: "absent" };
const WAITED_FOR_REMOVAL: CreateEvent = { kind: "waited", reason: "removal" };

/** What is known after these events, for creates of the names posted first. */
function after(first: Readonly<Record<string, Post | undefined>>, ...events: CreateEvent[]) {
  const begun = beginCreating(Object.keys(first).map(change));
  return [posted(first), ...events].reduce(afterEvent, begun);
}

function next(state: CreateState) {
  return decideCreate(state, RULES);
}

/** Looks three times more without seeing anything. */
const THREE_LOOKS = [1, 2, 3].flatMap(() => [WAITED, looked([])]);

describe("2. each missing name is posted once", () => {
  test("before anything else", () => {
    const changes = [change("a"), change("b")];
    expect(next(beginCreating(changes))).toEqual({ kind: "post", changes });
  });

  test("and where no POST was carried out there is nothing to look for", () => {
    expect(next(after({ a: HELD, b: HELD }))).toEqual({ kind: "end" });
  });
});

describe("3. the list says what exists", () => {
  test.each([
    ["accepted", ACCEPTED, { names: ["a"], whole: false }],
    ["unknown", UNKNOWN, { names: [], whole: true }],
  ])("after an answer that was %s; the whole of it only in doubt", (_kind, post, wanted) => {
    expect(next(after({ a: post }))).toEqual({ kind: "look", ...wanted });
  });

  test("after a refused POST too: a server may store what it refuses", () => {
    expect(next(after({ a: REFUSED }))).toEqual({ kind: "look", names: [], whole: false });
  });

  test("after a name that was not posted because a key already had it", () => {
    expect(next(after({ a: undefined }))).toEqual({ kind: "look", names: ["a"], whole: false });
  });

  test("one look that shows every key is all", () => {
    expect(next(after({ a: ACCEPTED }, looked([made("a")])))).toEqual({ kind: "end" });
    expect(next(after({ a: REFUSED }, looked([])))).toEqual({ kind: "end" });
    expect(next(after({ a: undefined }, looked([made("a")])))).toEqual({ kind: "end" });
  });
});

describe("4. unknown or accepted, and absent", () => {
  test.each([
    ["unknown", UNKNOWN],
    ["accepted", ACCEPTED],
  ])("%s: looked for again after 1, 2 and 4 s", (_kind, post) => {
    let state = after({ a: post }, looked([]));
    for (const ms of [1_000, 2_000, 4_000]) {
      expect(next(state)).toEqual({ kind: "wait", reason: "absent", ms });
      state = afterEvent(state, WAITED);
      const names = post === UNKNOWN ? [] : ["a"];
      expect(next(state)).toEqual({ kind: "look", names, whole: true });
      state = afterEvent(state, looked([]));
    }
    expect(next(state).kind).toBe(post === UNKNOWN ? "post" : "settle");
  });

  test("only then an unknown one is posted once more, and looked for the same way", () => {
    const state = after({ a: UNKNOWN, b: ACCEPTED }, looked([made("b")]), ...threeLooks("b"));
    expect(next(state)).toEqual({ kind: "post", changes: [change("a")] });
    const again = afterEvent(state, posted({ a: UNKNOWN }));
    expect(next(again)).toMatchObject({ kind: "look", whole: true });
    expect(next(afterEvent(again, looked([made("b")])))).toMatchObject({ kind: "wait", ms: 1_000 });
  });

  test("nothing is posted a third time", () => {
    const state = after({ a: UNKNOWN }, looked([]), ...THREE_LOOKS, posted({ a: UNKNOWN }));
    const looks = [looked([]), ...THREE_LOOKS].reduce(afterEvent, state);
    expect(next(looks).kind).toBe("settle");
  });

  test("nor is one whose name is taken when it is to be posted again, and the looks come to an end", () => {
    const state = after(
      { a: UNKNOWN },
      looked([]),
      ...THREE_LOOKS,
      posted({ a: undefined }),
      looked([]),
    );
    expect(next(state)).toEqual({ kind: "settle", doubtAt: 150 });
    const settled = [{ kind: "settled", doubtAt: 150 } as const, looked([], 5_200)];
    expect(next(settled.reduce(afterEvent, state))).toEqual({ kind: "end" });
  });

  test("absence must have been seen: after a failed look nothing is posted again", () => {
    const looks = [WAITED, looked([]), WAITED, looked([]), WAITED, looked()];
    expect(next(after({ a: UNKNOWN }, looked([]), ...looks)).kind).toBe("settle");
  });

  test("a look that could not be proven adds what it shows, and proves no absence", () => {
    const unproven = (keys: readonly LiveKey[]): CreateEvent => ({
      kind: "looked",
      seen: { keys, sentAt: 200, last: 11, lags: false, proven: false },
    });
    const shown = after(
      { a: ACCEPTED, b: ACCEPTED },
      unproven([made("a")]),
      unproven([made("b", 12)]),
    );
    expect(next(shown)).toEqual({ kind: "end" });
    const looks = [WAITED, unproven([]), WAITED, unproven([]), WAITED, unproven([])];
    expect(next(after({ a: UNKNOWN }, unproven([]), ...looks)).kind).toBe("settle");
  });

  test("a failed look takes nothing back", () => {
    const state = after({ a: ACCEPTED }, looked([made("a")]), looked());
    expect(next(state)).toEqual({ kind: "end" });
  });

  function threeLooks(...names: readonly string[]): readonly CreateEvent[] {
    return [1, 2, 3].flatMap(() => [WAITED, looked(names.map((name) => made(name)))]);
  }
});

describe("5. a settle time after the last doubt the list is read once more", () => {
  const shown = looked([made("a")]);

  test("after an unknown answer", () => {
    expect(next(after({ a: UNKNOWN }, shown))).toEqual({ kind: "settle", doubtAt: 150 });
  });

  test("after an answer that took longer than half the settle time", () => {
    const slow = { ...ACCEPTED, answeredAt: 2_601 };
    expect(next(after({ a: slow }, looked([made("a")], 2_700)))).toEqual({
      kind: "settle",
      doubtAt: 2_601,
    });
    const quick = { ...ACCEPTED, answeredAt: 2_600 };
    expect(next(after({ a: quick }, looked([made("a")], 2_700)))).toEqual({ kind: "end" });
  });

  test.each([
    ["accepted", ACCEPTED],
    ["refused", REFUSED],
    ["unknown", UNKNOWN],
  ])("after the answer to a repeat, though it was %s", (_kind, post) => {
    const repeat = { ...post, sentAt: 9_000, answeredAt: 9_100 };
    const events = [looked([]), ...THREE_LOOKS, posted({ a: repeat })];
    expect(next(after({ a: UNKNOWN }, ...events, looked([made("a")], 9_200)))).toEqual({
      kind: "settle",
      doubtAt: 9_100,
    });
  });

  test("after a list that lagged: an accepted key was not shown at once, though it was later", () => {
    const late = { ...ACCEPTED, answeredAt: 170 };
    const state = after({ a: ACCEPTED, b: late }, looked([made("b")]), WAITED);
    expect(next(afterEvent(state, looked([made("a"), made("b", 12)])))).toEqual({
      kind: "settle",
      doubtAt: 170,
    });
  });

  test("after a relist that lagged, or a look whose newest pages did", () => {
    const begun = beginCreating([change("a")]);
    const lagged = [posted({ a: ACCEPTED }, true), shown].reduce(afterEvent, begun);
    expect(next(lagged)).toEqual({ kind: "settle", doubtAt: 150 });
    const seen = { keys: [made("a")], sentAt: 200, last: 11, lags: true, proven: true };
    expect(next(after({ a: ACCEPTED }, { kind: "looked", seen }))).toEqual({
      kind: "settle",
      doubtAt: 150,
    });
  });

  test("where the only key of the name was made before its POST", () => {
    const seconds = (NOW + 2) * 1_000;
    const timed = (notBefore: number) => ({ a: { ...ACCEPTED, notBefore } });
    expect(next(after(timed(seconds), shown))).toEqual({ kind: "settle", doubtAt: 150 });
    // Times are whole seconds, and clocks of one server differ a little.
    expect(next(after(timed(seconds - 751), shown))).toEqual({ kind: "end" });
    const own = looked([made("a"), made("a", 12, { created_time: NOW + 2, used_quota: 1 })]);
    expect(next(after(timed(seconds), own))).toEqual({ kind: "end" });
  });

  test("not after a POST that was not carried out", () => {
    expect(next(after({ a: HELD, b: ACCEPTED }, looked([made("b")])))).toEqual({ kind: "end" });
  });

  test("a look that fails then is taken again after 1, 2 and 4 s, then the create stays unsettled", () => {
    let state = after({ a: UNKNOWN }, shown, { kind: "settled", doubtAt: 150 }, looked());
    for (const ms of [1_000, 2_000, 4_000]) {
      expect(next(state)).toEqual({ kind: "wait", reason: "unsettled", ms });
      state = [{ kind: "waited", reason: "unsettled" } as const, looked()].reduce(
        afterEvent,
        state,
      );
    }
    expect(next(state)).toEqual({ kind: "end" });
    expect(state.attempts.map((attempt) => isUnsettled(attempt, state, RULES))).toEqual([true]);
  });

  test("a look asked for after the settle time needs no further wait", () => {
    const state = after({ a: UNKNOWN }, looked([made("a")], 5_150));
    expect(next(state)).toEqual({ kind: "end" });
    expect(state.attempts.map((attempt) => isUnsettled(attempt, state, RULES))).toEqual([false]);
  });
});

describe("6. duplicates are removed", () => {
  const both = [made("a"), made("a", 12)];
  const settled = [looked(both), { kind: "settled", doubtAt: 150 }, looked(both, 5_200)] as const;
  const removed = (unclear = false): CreateEvent => ({
    kind: "removed",
    ids: [12],
    deleted: [12],
    unclear,
  });

  test("all but the surviving record, once everything has settled", () => {
    const duplicates = [{ key: both[1], change: change("a") }];
    expect(next(after({ a: UNKNOWN }, ...settled))).toEqual({ kind: "remove", duplicates });
  });

  test("then the whole list is read", () => {
    const state = after({ a: ACCEPTED }, looked(both), removed());
    expect(next(state)).toEqual({ kind: "look", names: ["a"], whole: true });
    expect(next(afterEvent(state, looked([made("a")])))).toEqual({ kind: "end" });
  });

  test("one that the list still shows is waited for, then tried again, three times in all", () => {
    let state = after({ a: ACCEPTED }, looked(both));
    for (const ms of [1_000, 2_000, 4_000]) {
      expect(next(state).kind).toBe("remove");
      state = [removed(), looked(both)].reduce(afterEvent, state);
      expect(next(state)).toEqual({ kind: "wait", reason: "removal", ms });
      state = [WAITED_FOR_REMOVAL, looked(both)].reduce(afterEvent, state);
    }
    expect(next(state)).toEqual({ kind: "end" });
  });

  test("the tries are counted for each duplicate: one that shows late is removed too", () => {
    const later = looked([...both, made("a", 13)]);
    const tried = [1, 2, 3].flatMap(() => [removed(), WAITED_FOR_REMOVAL, looked(both)]);
    const state = after({ a: ACCEPTED }, looked(both), ...tried, later);
    expect(next(state)).toEqual({
      kind: "remove",
      duplicates: [{ key: made("a", 13), change: change("a") }],
    });
  });

  test("ten times in all: a server may answer each delete with another copy", () => {
    let state = after({ a: ACCEPTED }, looked(both));
    for (let id = 12; next(state).kind === "remove"; id += 1) {
      const removedOne: CreateEvent = { kind: "removed", ids: [id], deleted: [id], unclear: false };
      const copied = looked([made("a"), made("a", id + 1)]);
      state = [removedOne, copied].reduce(afterEvent, state);
    }
    expect(state.deleted.size).toBe(10);
    expect(next(state)).toEqual({ kind: "end" });
  });

  test("ten for each create in all: a server may answer each delete with a copy", () => {
    const copies = (from: number) =>
      Array.from({ length: 10 }, (_, index) => made("a", from + index));
    const state = after({ a: ACCEPTED }, looked([made("a"), ...copies(12)]));
    const move = next(state);
    const ids = move.kind === "remove" ? move.duplicates.map(({ key }) => key.id) : [];
    expect(ids).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    const removedTen: CreateEvent = { kind: "removed", ids, deleted: ids, unclear: false };
    const later = [removedTen, looked([made("a"), ...copies(22)])].reduce(afterEvent, state);
    expect(next(later)).toEqual({ kind: "end" });
  });

  test("one that is shown alone after its removal is waited for: the list may be behind", () => {
    const state = after({ a: ACCEPTED }, looked(both), removed(), looked([made("a", 12)]));
    expect(next(state)).toEqual({ kind: "wait", reason: "removal", ms: 4_000 });
    const waited = [WAITED_FOR_REMOVAL, looked([made("a", 12)])].reduce(afterEvent, state);
    expect(next(waited)).toEqual({ kind: "end" });
  });

  test("an unclear delete is given the settle time before the list is read", () => {
    const state = after({ a: ACCEPTED }, looked(both), removed(true));
    expect(next(state)).toEqual({ kind: "wait", reason: "removal", ms: 5_000 });
    expect(next(afterEvent(state, WAITED_FOR_REMOVAL)).kind).toBe("look");
  });
});
