import { expect, test } from "vitest";
import { testbed } from "../support/testbed.ts";

/** Declared names, each with what a server that alters names in another way stores. */
const NAMES = [
  ["A-Deploy-Of-Team-Alpha", "a-deploy-of-team-alpha", "lower"],
  ["B-Deploy-Of-Team-Alpha", "B-Deploy-Of-Team-Alp", "cut"],
  ["C-Deploy-Équipe", "C-Deploy-E\u0301quipe", "nfd"],
] as const;

const entries = NAMES.map(([name]) => `{ name: ${name}, remain_quota: 500 }`);

test("a server that alters names gains no key by the second and third apply, and both say why", async () => {
  const place = await testbed(entries);
  // One after the other, so that the first name is in the first request.
  place.faults(...NAMES.map(([, , way], index) => `post alter-name:${way} #${index + 1}`));
  const { requests, store } = place.sandbox;
  const apply = () =>
    place.run("apply --auto-approve --format json --settle 200ms --concurrency 1");

  expect(await apply()).toMatchObject({ code: 8 });
  const records = store.all().toReversed();
  expect(records.map(({ name }) => name)).toEqual(NAMES.map(([, stored]) => stored));

  const before = requests.length;
  for (const again of [await apply(), await apply()]) {
    expect(again).toMatchObject({ code: 8 });
    expect(JSON.parse(again.stdout)).toMatchObject({
      summary: { create: 0, conflict: 3, unmanaged: 3 },
      changes: records.map(({ id, name }, index) => ({
        action: "conflict",
        code: "name-altered",
        name: NAMES[index]?.[0],
        altered: [{ id, name }],
      })),
      results: NAMES.map(([name]) => ({
        action: "conflict",
        name,
        status: "not_attempted",
        error: { code: "name-altered" },
      })),
    });
  }
  expect(requests.slice(before).every(({ method }) => method === "GET")).toBe(true);
  expect(store.all().toReversed()).toEqual(records);
});

test("each way out that the conflict names ends it", async () => {
  const seed = [{ id: 7, name: "ci-prod", remain_quota: 500 }];
  const declared = "{ name: CI-Prod, remain_quota: 500 }";
  const [renamed, redeclared, deleted] = await Promise.all([
    testbed([declared], { seed }),
    testbed([declared], { seed }),
    testbed([declared], { seed }),
  ]);
  const conflict = await renamed.run("plan");
  expect(conflict.stdout).toContain('! CI-Prod: not live, but "ci-prod" (id 7) has its fields');

  renamed.sandbox.store.patch(7, { name: "CI-Prod" });
  redeclared.declare("{ name: ci-prod, remain_quota: 500 }");
  for (const place of [renamed, redeclared]) {
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  }
  deleted.declare(declared, "{ name: ci-prod, state: absent }");
  expect(await deleted.run("apply --auto-approve")).toMatchObject({ code: 0 });
  expect(deleted.sandbox.store.all().map(({ name }) => name)).toEqual(["CI-Prod"]);
});
