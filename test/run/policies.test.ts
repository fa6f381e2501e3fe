import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDesired } from "../../src/config/load-desired.ts";
import { readPolicies } from "../../src/run/policies.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const { declared } = loadDesired([
  { file: "keys.yaml", text: "version: 1\nkeys: [{ name: a, remain_quota: 5 }]\n" },
]);
const MOMENT = { isChosen: () => true, isNew: () => true, now: 0 };

/** Policies of a run whose clock stands still unless it is moved. */
async function policies(text: string) {
  const clock = createVirtualClock();
  const path = join(tempFolder({ "policy.yaml": text }), "policy.yaml");
  const deadlineAt = clock.now() + 60_000;
  const read = await readPolicies([path, path], declared, { clock, deadlineAt });
  return { ...read, deadlineAt };
}

test("a policy that is named twice is held against once", async () => {
  const { checkPolicies, deadlineAt, diagnostics } = await policies("required: [owner]");
  expect(diagnostics).toEqual([]);
  expect(checkPolicies({ ...MOMENT, deadlineAt })).toHaveLength(1);
});

test("the deadline of the moment counts: a person may have thought about it for long", async () => {
  const endless = 'properties: { name: { pattern: "^a+" } }\nrequired: [owner]';
  const { checkPolicies, deadlineAt } = await policies(endless);
  // That of the first plan is over by then; a later one has its own.
  expect(checkPolicies({ ...MOMENT, deadlineAt: deadlineAt + 900_000 })).toMatchObject([
    { code: "policy-violated" },
  ]);
});
