import { describe, expect, test } from "vitest";
import type { ApiError, WriteAnswer } from "../../src/api/api-result.ts";
import type { OnPage } from "../../src/api/list-page.ts";
import { applyPlan } from "../../src/apply/apply-plan.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { err, ok } from "../../src/model/result.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const PIN = 42;
const MOVED: ApiError = { code: "server-list-unstable", message: "it moved" };

/**
 * Applies three creates on an empty account that shows nothing of its owner before the first.
 * `others` has the keys that appear with each of them. From list `tornFrom` on, a list shows its
 * pages and fails all the same.
 */
async function apply(
  owner: number,
  answers: readonly WriteAnswer["kind"][],
  others: readonly (readonly LiveKey[])[] = [],
  tornFrom = Infinity,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly posted: readonly string[] }> {
  const stored: LiveKey[] = [];
  const posted: string[] = [];
  let lists = 0;
  const isTorn = (onPage?: OnPage): boolean => {
    lists += 1;
    if (lists >= tornFrom) onPage?.(stored, 1, stored.length);
    return lists >= tornFrom;
  };
  const context = applyContext({
    create: async (body) => {
      posted.push(body.name);
      const kind = answers[posted.length - 1] ?? "accepted";
      if (kind === "unknown") return { answer: { kind, reason: "reset" } };
      if (kind === "refused") return { answer: { kind, message: "no" } };
      const beside = others[posted.length - 1] ?? [];
      stored.unshift(...beside, liveKey({ ...body, id: stored.length + 1, user_id: owner }));
      return { answer: { kind: "accepted" } };
    },
    listNewest: async (_floor, onPage) =>
      isTorn(onPage)
        ? err(MOVED)
        : ok({ keys: stored, total: stored.length, whole: true, sentAt: context.clock.now() }),
    list: async (_signal, onPage) =>
      isTorn(onPage) ? err(MOVED) : ok(keyList(stored, context.clock.now())),
    remove: async () => ({ kind: "accepted" }),
    get: async (id) => ok(stored.find((key) => key.id === id)),
  });
  const desired = ["a", "b", "c"].map((name) => desiredKey({ remain_quota: 5 }, name));
  const plan = planKeys(
    { keys: desired, files: [], scopes: [], protect: [] },
    [],
    planOptions({}, NOW),
  );
  const outcomes = await context.until(applyPlan(plan, context, { unprovenOwner: PIN }));
  return { outcomes, posted };
}

describe("where nothing shows whose token it is, the first key has to", () => {
  test("the pinned account's: the rest follow", async () => {
    const { outcomes } = await apply(PIN, []);
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });

  test("another account's: nothing more is created, and the key is named", async () => {
    const { outcomes, posted } = await apply(99, []);
    expect(posted).toEqual(["a"]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "failed",
      "not_attempted",
      "not_attempted",
    ]);
    expect(outcomes[0]?.error).toMatchObject({ code: "other-account" });
    expect(outcomes[0]?.error?.message).toContain("delete key 1 by hand");
  });

  test("a refused first create shows nothing, so the second one has to", async () => {
    const { outcomes, posted } = await apply(99, ["refused"]);
    expect(posted).toEqual(["a", "b"]);
    expect(outcomes.map(({ status }) => status)).toEqual(["failed", "failed", "not_attempted"]);
  });

  test("a first create that left duplicates created something all the same", async () => {
    const other = liveKey({ id: 50, name: "a", remain_quota: 5, user_id: 99 });
    const { outcomes, posted } = await apply(99, [], [[other]]);
    expect(posted).toEqual(["a"]);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(Array(3).fill("other-account"));
    expect(outcomes[0]?.error?.message).toContain("(ids 1, 50)");
  });

  test("a second key of the first one's name that shows only later is reported", async () => {
    const late = liveKey({ id: 50, name: "a", remain_quota: 5, user_id: PIN });
    const { outcomes } = await apply(PIN, [], [[], [late]]);
    expect(outcomes.map(({ status }) => status)).toEqual(["failed", "done", "done"]);
    expect(outcomes[0]?.error).toMatchObject({ code: "duplicates" });
  });

  test("and one that only pages of a list show which did not hold still", async () => {
    const late = liveKey({ id: 50, name: "a", remain_quota: 5, user_id: PIN });
    const { outcomes } = await apply(PIN, [], [[], [late]], 2);
    expect(outcomes[0]?.error).toMatchObject({ code: "duplicates" });
  });

  test("after an unclear first create nothing more is sent", async () => {
    const { outcomes, posted } = await apply(PIN, ["unknown", "unknown"]);
    expect(new Set(posted)).toEqual(new Set(["a"]));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "unknown",
      "not_attempted",
      "not_attempted",
    ]);
  });
});
