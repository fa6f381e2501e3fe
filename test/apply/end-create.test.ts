import { describe, expect, test } from "vitest";
import { isPending } from "../../src/apply/context.ts";
import { beginCreating } from "../../src/apply/create-state.ts";
import { endCreate } from "../../src/apply/end-create.ts";
import { createFreshList } from "../../src/apply/fresh-list.ts";
import type { CreateChange } from "../../src/model/plan.ts";
import { createStop } from "../../src/run/stop.ts";
import { applyContext } from "../support/apply-context.ts";
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

/** How a create that was accepted ends where only these pages of unfinished lists showed its key. */
async function ended(pages: readonly (readonly (typeof KNOWN)[])[], stopped: boolean) {
  const given = applyContext({}, [KNOWN]);
  const stop = createStop(given.clock, 900_000);
  const context = { ...given, stop };
  const list = createFreshList(context);
  for (const page of pages) list.see(page);
  if (stopped) stop.begin("sigint");
  const { clock } = context;
  const post = { answer: { kind: "accepted" }, answeredAt: clock.now() } as const;
  const attempt = { change: CHANGE, posts: [post] };
  const state = { ...beginCreating([]), attempts: [attempt], lookFailed: true };
  const end = await endCreate(attempt, state, RULES, context, list);
  return isPending(end) ? end.resolve(undefined) : end;
}

describe.each([
  ["a run", false],
  ["a run that was stopped", true],
])("a key that only pages of an unfinished list showed, in %s", (_, stopped) => {
  test("is unknown where they did not come down to the plan's list: a second may stand below", async () => {
    expect(await ended([[CREATED]], stopped)).toMatchObject({ status: "unknown", id: 20 });
  });

  test("is done where they did", async () => {
    expect(await ended([[CREATED], [KNOWN]], stopped)).toMatchObject({ status: "done", id: 20 });
  });
});
