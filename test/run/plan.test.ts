import { expect, test } from "vitest";
import type { Reviewed } from "../../src/plan/rest.ts";
import { preparePlan } from "../../src/run/plan.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const AT = { file: "keys.yaml", line: 1, column: 1 };
const OWNERS = [liveKey({ id: 1, user_id: 1 }), liveKey({ id: 2, user_id: 2 })];

interface Circumstances {
  readonly renamedFrom?: string;
  readonly reviewed?: Reviewed;
  readonly deadlineAt?: number;
}

/** The digest of a plan for one key; `self` is the token's account, `pin` the files'. */
async function digestFor(self: number, owners: readonly number[], pin?: number) {
  return (await preparedFor(self, owners, pin)).digest;
}

async function preparedFor(
  self: number,
  owners: readonly number[],
  pin?: number,
  { renamedFrom, reviewed, deadlineAt = Infinity }: Circumstances = {},
) {
  let asked = 0;
  const context = applyContext({
    list: async () => {
      const keys = OWNERS.filter(({ user_id: owner }) => owners.includes(owner ?? 0));
      return { ok: true, value: keyList(keys) };
    },
    hint: async (path) => {
      if (path !== "/api/user/self") return { kind: "silent" };
      asked += 1;
      return { kind: "answer", data: { id: self } };
    },
  });
  const prepared = await preparePlan({
    ...context,
    status: async () => ({}),
    situation: { baseUrl: "https://keys.example", userIdSent: false },
    desired: {
      keys: [
        {
          ...desiredKey({ remain_quota: 5 }, "new"),
          ...(renamedFrom === undefined ? {} : { renamedFrom }),
        },
      ],
      files: ["keys.yaml"],
      scopes: [],
      protect: [],
      ...(pin === undefined ? {} : { account: { userId: pin, at: AT } }),
    },
    shape: planOptions({}, NOW),
    checkPolicies: () => [],
    checkSinks: () => [],
    tryKey: async () => ({ kind: "works" }),
    deadlineAt,
    forWriting: false,
    reviewed,
  });
  if (!prepared.ok) throw new Error(prepared.error.message);
  return { digest: prepared.value.plan.digest, asked };
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

test("whose token it is is asked before a reviewed create alone, which goes to that account", async () => {
  const reviewed = { hashes: new Set<string>() };
  const askedFor = async (options: Parameters<typeof preparedFor>[3]) =>
    (await preparedFor(1, [1], undefined, options)).asked;
  expect(await askedFor({})).toBe(0);
  expect(await askedFor({ reviewed })).toBe(1);
  expect(await askedFor({ reviewed, renamedFrom: OWNERS[0]?.name ?? "" })).toBe(0);
  await expect(preparedFor(2, [1], undefined, { reviewed })).rejects.toThrow(
    "this token belongs to account 2, and lists the keys of account 1",
  );
});

test("a plan that is made after the deadline is none", async () => {
  const madeBy = (deadlineAt: number) => preparedFor(1, [1], undefined, { deadlineAt });
  await expect(madeBy(NOW * 1000)).rejects.toThrow("--deadline was reached");
  expect(await madeBy(NOW * 1000 + 1)).toHaveProperty("digest");
});
