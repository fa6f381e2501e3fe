import { describe, expect, test } from "vitest";
import { isPending, type FinalList } from "../../src/apply/context.ts";
import { beginCreating, type CreateState } from "../../src/apply/create-state.ts";
import { endCreate } from "../../src/apply/end-create.ts";
import { createFreshList } from "../../src/apply/fresh-list.ts";
import type { CreateChange } from "../../src/model/plan.ts";
import { createStop } from "../../src/run/stop.ts";
import { applyContext, finalList } from "../support/apply-context.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const CHANGE: CreateChange = {
  action: "create",
  name: "ci",
  direction: "widen",
  desired: desiredKey({ remain_quota: 500, unlimited_quota: false }),
  fields: [],
  dangers: [],
};
const KNOWN = liveKey({ id: 8, name: "known" });
const CREATED = liveKey({ id: 20, name: "ci", created_time: NOW, accessed_time: NOW });
const RULES = { mark: 8, settleMs: 5_000, now: NOW };

/** How a create that was accepted ends where only a page of a list showed its key. */
async function ended(toTheEnd: boolean | "later", stopped: boolean, last?: FinalList) {
  const given = applyContext({}, [KNOWN]);
  const stop = createStop(given.clock, 900_000);
  const context = { ...given, stop };
  const list = createFreshList(context);
  list.see([CREATED]);
  // Further pages are read side by side, so one that shows the plan's keys ends nothing.
  list.see([KNOWN]);
  if (toTheEnd === true) list.seeEnd();
  if (stopped) stop.begin("sigint");
  const { clock } = context;
  const post = { answer: { kind: "accepted" }, answeredAt: clock.now() } as const;
  const attempt = { change: CHANGE, posts: [post] };
  const state = { ...beginCreating([]), attempts: [attempt], lookFailed: true };
  const end = await endCreate(attempt, state, RULES, context, list);
  if (toTheEnd === "later") list.seeEnd();
  return isPending(end) ? end.resolve(last) : end;
}

describe.each([
  ["a run", false],
  ["a run that was stopped", true],
])("a key that only a page of a list showed, in %s", (_, stopped) => {
  test("is unknown until a list comes to its end: a second may stand on another page", async () => {
    expect(await ended(false, stopped)).toMatchObject({ status: "unknown", id: 20 });
  });

  test("is done after that", async () => {
    expect(await ended(true, stopped)).toMatchObject({ status: "done", id: 20 });
  });
});

describe("a run that was stopped, whose last look came to no end", () => {
  const last = (downTo: number): FinalList =>
    finalList([CREATED, KNOWN], { proven: false, downTo });

  test("says done where a relist that was under way has come to its end since", async () => {
    expect(await ended("later", true, last(CREATED.id))).toMatchObject({ status: "done", id: 20 });
  });

  test("says done only where no page down to the plan's list is missing", async () => {
    expect(await ended(false, true, last(KNOWN.id))).toMatchObject({ status: "done" });
    expect(await ended(false, true, last(CREATED.id))).toMatchObject({ status: "unknown", id: 20 });
  });
});

/** How a create that was refused ends in a run that was stopped and could not look: a list was read `ms` after the answer. */
async function refused(ms: number, more: Partial<CreateState> = {}) {
  const given = applyContext({}, [KNOWN]);
  const stop = createStop(given.clock, 900_000);
  const context = { ...given, stop };
  const list = createFreshList(context);
  stop.begin("sigint");
  const answeredAt = context.clock.now();
  const answer = { kind: "refused", message: "too many keys" } as const;
  const attempt = { change: CHANGE, posts: [{ answer, answeredAt }] };
  list.learn({ keys: [], last: KNOWN.id, sentAt: answeredAt + ms });
  const state = { ...beginCreating([]), attempts: [attempt], ...more };
  const end = await endCreate(attempt, state, RULES, context, list);
  return isPending(end) ? end.resolve(undefined) : end;
}

describe("a create that was refused, in a run that was stopped and could not look", () => {
  test("has failed where a list that was read since does not show it", async () => {
    expect(await refused(1)).toMatchObject({ status: "failed" });
  });

  test("is unknown where that list is older, or may lag behind", async () => {
    expect(await refused(-1)).toMatchObject({ status: "unknown" });
    expect(await refused(1, { lags: true })).toMatchObject({ status: "unknown" });
    expect(await refused(5_000, { lags: true })).toMatchObject({ status: "failed" });
  });
});
