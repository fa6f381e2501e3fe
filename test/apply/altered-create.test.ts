import { expect, test } from "vitest";
import { alteredName } from "../../src/apply/altered-create.ts";
import { beginCreating } from "../../src/apply/create-state.ts";
import { groupByName, type LiveKey } from "../../src/model/key.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { applyContext } from "../support/apply-context.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

test("long lists of a hostile server's keys are compared with few creates", () => {
  let reads = 0;
  const models = Array.from({ length: 5_000 }, (_, at) => `model-${at}`).join(",");
  const strangers = Array.from({ length: 300 }, (_, at): LiveKey => {
    const key = liveKey({ id: 100 + at, name: `x${at}`, model_limits_enabled: true });
    const get = (): string => {
      reads += 1;
      return models;
    };
    return Object.defineProperty({ ...key }, "model_limits", { get, enumerable: true });
  });
  const state = { ...beginCreating([]), found: groupByName(strangers) };
  const rules = { mark: 9, settleMs: 5_000, now: NOW };
  for (let at = 0; at < 100; at += 1) {
    const change = planKey(desiredKey({}, `ci-${at}`), { records: [], sources: [] }, NOW);
    if (change?.action !== "create") throw new Error("not to be created");
    const posts = [{ answer: { kind: "accepted" } as const, answeredAt: 0 }];
    alteredName({ change, posts }, state, rules, applyContext({}), true);
  }
  expect(reads).toBeGreaterThan(300);
  expect(reads).toBeLessThan(10_000);
});
