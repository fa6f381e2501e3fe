import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDesired, MAX_PROBLEMS } from "../../src/config/load-desired.ts";
import { readPolicies } from "../../src/run/policies.ts";
import { createRedactor } from "../../src/run/redact.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const { declared } = loadDesired([
  {
    file: "keys.yaml",
    text: "version: 1\nkeys: [{ name: a, remain_quota: 5, x-of: team42prod }]\n",
  },
]);
const MOMENT = { isChosen: () => true, isNew: () => true, now: 0 };

/** Policies of a run whose clock stands still unless it is moved. */
async function policies(text: string, ...others: readonly string[]) {
  const clock = createVirtualClock();
  const files = [text, ...others].map((one, at) => [`${at}.yaml`, one] as const);
  const folder = tempFolder(Object.fromEntries(files));
  const paths = files.flatMap(([file]) => [join(folder, file), `${folder}/./${file}`]);
  const deadlineAt = clock.now() + 60_000;
  const redactor = createRedactor();
  const read = await readPolicies(paths, declared, { clock, deadlineAt, redactor }, MAX_PROBLEMS);
  return { ...read, deadlineAt, redactor };
}

test("a policy that is named twice is read and held against once, by whatever path", async () => {
  const { checkPolicies, deadlineAt, diagnostics } = await policies("required: [owner]");
  expect(diagnostics).toEqual([]);
  expect(checkPolicies({ ...MOMENT, deadlineAt })).toHaveLength(1);
});

test("the policies of a run have a bound together: the texts of all of them are kept", async () => {
  const long = (characters: number) => `required: [owner]\n# ${"c".repeat(characters)}\n`;
  expect((await policies(long(990_000), long(990_000))).diagnostics).toEqual([]);
  expect((await policies(long(990_000), long(1_010_000), "no policy")).diagnostics).toMatchObject([
    { code: "file-too-large", at: { file: expect.stringMatching(/1\.yaml$/) } },
  ]);
});

test("of what is wrong in all policies, as much is told as anybody reads, and the rest counted", async () => {
  const faults = (count: number) => `allOf:\n${"  - { maximum: x }\n".repeat(count)}`;
  const { diagnostics } = await policies(faults(150), faults(150), faults(1));
  expect(diagnostics).toHaveLength(MAX_PROBLEMS + 1);
  expect(diagnostics.at(-1)).toMatchObject({
    severity: "error",
    message: "and 101 more problems, which are not shown",
  });
});

test("the deadline of the moment counts: a person may have thought about it for long", async () => {
  const endless = 'properties: { name: { pattern: "^a+" } }\nrequired: [owner]';
  const { checkPolicies, deadlineAt } = await policies(endless);
  // That of the first plan is over by then; a later one has its own.
  expect(checkPolicies({ ...MOMENT, deadlineAt: deadlineAt + 900_000 })).toMatchObject([
    { code: "policy-violated" },
  ]);
});

test("what a policy and a declared key make a message say is no part of a key, but only where it is told", async () => {
  const text =
    "description: See RFC20240117\nproperties: { x-of: { pattern: ^A } }\n$comment: text42untold";
  const { checkPolicies, deadlineAt, redactor } = await policies(text);
  const found = checkPolicies({ ...MOMENT, deadlineAt });
  redactor.addKey(`RFC20240117team42prod${"aB3".repeat(9)}`);
  redactor.addKey(`text42untold${"aB3".repeat(9)}`);
  expect(found.map(({ message }) => redactor.clean(message))).toEqual([
    '"a" (line 2): See RFC20240117',
  ]);
  expect(redactor.clean("of team42prod: text42untold")).toBe("of team42prod: ***");
});
