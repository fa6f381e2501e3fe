import { expect, test } from "vitest";
import { preparePlan } from "../../src/run/plan.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const AT = { file: "keys.yaml", line: 1, column: 1 };
const OWNERS = [liveKey({ id: 1, user_id: 1 }), liveKey({ id: 2, user_id: 2 })];

/** The digest of a plan for one key; `self` is the token's account, `pin` the files'. */
async function digestFor(self: number, owners: readonly number[], pin?: number) {
  const context = applyContext({
    list: async () => {
      const keys = OWNERS.filter(({ user_id: owner }) => owners.includes(owner ?? 0));
      return { ok: true, value: keyList(keys) };
    },
    hint: async (path) =>
      path === "/api/user/self" ? { kind: "answer", data: { id: self } } : { kind: "silent" },
  });
  const prepared = await preparePlan({
    ...context,
    status: async () => ({}),
    situation: { baseUrl: "https://keys.example", userIdSent: false },
    desired: {
      keys: [desiredKey({ remain_quota: 5 }, "new")],
      files: ["keys.yaml"],
      scopes: [],
      protect: [],
      ...(pin === undefined ? {} : { account: { userId: pin, at: AT } }),
    },
    shape: planOptions({}, NOW),
    checkPolicies: () => [],
    checkSinks: () => [],
    tryKey: async () => ({ kind: "works" }),
    deadlineAt: Infinity,
    forWriting: false,
  });
  if (!prepared.ok) throw new Error(prepared.error.message);
  return prepared.value.plan.digest;
}

test("the digest is of the pinned account, whoever asks: an administrator may review for it", async () => {
  const own = await digestFor(2, [2], 2);
  expect(await digestFor(1, [1, 2], 2)).toBe(own);
  expect(await digestFor(1, [1], 1)).not.toBe(own);
});

test("without a pin it is of the token's account", async () => {
  expect(await digestFor(2, [])).toBe(await digestFor(2, [2], 2));
  expect(await digestFor(1, [])).not.toBe(await digestFor(2, []));
});
