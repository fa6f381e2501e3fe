import { describe, expect, it } from "vitest";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import { NOW, testbed, type Testbed } from "../support/testbed.ts";

/** 300 of 500 granted units are used; every field has a value of its own. */
const IN_USE: Partial<TokenRecord> = {
  id: 7,
  name: "worker",
  remain_quota: 200,
  used_quota: 300,
  created_time: NOW - 90_000,
  accessed_time: NOW - 60,
  expired_time: NOW + 90_000,
  model_limits_enabled: true,
  model_limits: "gpt-4o,gpt-4",
  allow_ips: "10.0.0.0/8\n192.0.2.1",
  group: "auto",
  cross_group_retry: true,
  auto_groups: ["default", "vip"],
};

const worker = (fields: string): string => `{ name: worker, ${fields} }`;

async function applyAndPlanAgain(place: Testbed): Promise<TokenRecord | undefined> {
  const applied = await place.run("apply --auto-approve");
  expect(applied).toMatchObject({ code: 0 });
  expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  return place.sandbox.store.all()[0];
}

describe("remain_quota in the file is the grant, not the balance", () => {
  it("300 of 500 used and 500 declared is no change", async () => {
    const place = await testbed([worker("remain_quota: 500")], { seed: [IN_USE] });
    const plan = await place.run("plan --detailed-exitcode --quiet");
    expect(plan).toMatchObject({ code: 0, stderr: "" });
    expect(plan.stdout).toContain("No changes.\n");
  });

  it("a grant raised to 800 leaves 500 and every other field as it was", async () => {
    const place = await testbed([worker("remain_quota: 800")], { seed: [IN_USE] });
    const [before] = place.sandbox.store.all();
    const plan = await place.run("plan");
    expect(plan.stdout).toContain("500 → 800  (used 300; remaining 200 → 500)");
    expect(await applyAndPlanAgain(place)).toEqual({ ...before, remain_quota: 500 });
  });

  it("a grant lowered below what is used leaves 0, is shown as a danger, and is settled by one apply", async () => {
    const place = await testbed([worker("remain_quota: 100")], { seed: [IN_USE] });
    const [before] = place.sandbox.store.all();
    const danger = "the new quota is already used up (300 used): the key stops at once";
    const [text, json] = await Promise.all([place.run("plan"), place.run("plan --format json")]);
    expect(text.stdout).toContain(`~ worker (id 7)\n    ! ${danger}\n`);
    expect(JSON.parse(json.stdout).changes).toMatchObject([{ name: "worker", dangers: [danger] }]);
    expect(await applyAndPlanAgain(place)).toEqual({ ...before, remain_quota: 0 });
  });

  it("unlimited edited to a limited grant is a change, also when the counters happen to fit", async () => {
    const unlimited = { name: "worker", unlimited_quota: true, remain_quota: 500 };
    const place = await testbed([worker("unlimited_quota: true")], { seed: [unlimited] });
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
    place.declare(worker("remain_quota: 500"));
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 2 });
    const after = await applyAndPlanAgain(place);
    expect(after).toMatchObject({ unlimited_quota: false, remain_quota: 500 });
  });

  it("use between two plans never makes a change", async () => {
    const place = await testbed([worker("remain_quota: 500")], { seed: [IN_USE] });
    place.sandbox.store.spend(7, 150);
    const plan = await place.run("plan --detailed-exitcode");
    expect(plan).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()[0]).toMatchObject({ used_quota: 450, remain_quota: 50 });
  });
});

describe("a grant above 2147483647", () => {
  const HUGE = 3_000_000_000;
  const entries = [
    `{ name: huge, remain_quota: ${HUGE} }`,
    `{ name: unlimited, unlimited_quota: true, remain_quota: ${HUGE} }`,
    `{ name: raised, remain_quota: ${HUGE} }`,
    `{ name: grouped, remain_quota: ${HUGE}, group: vip }`,
    `{ name: stopped, remain_quota: ${HUGE}, status: disabled }`,
  ];
  const seed: readonly Partial<TokenRecord>[] = [
    { name: "raised", remain_quota: 5 },
    { name: "grouped", remain_quota: HUGE },
    { name: "stopped", remain_quota: HUGE },
  ];

  it("is taken by an older server, and its keys can be changed there", async () => {
    const place = await testbed(entries, { seed, maxQuota: Number.MAX_SAFE_INTEGER });
    const plan = await place.run("plan");
    const danger = "! 3000000000 units have to be sent: newer servers refuse more than 2147483647";
    expect(plan.stdout.split(danger)).toHaveLength(3);
    expect(await place.run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
    const stored = place.sandbox.store.all();
    expect(stored.map(({ remain_quota }) => remain_quota)).toEqual(entries.map(() => HUGE));
    expect(stored.find(({ name }) => name === "grouped")).toMatchObject({ group: "vip" });
    expect(stored.find(({ name }) => name === "stopped")).toMatchObject({ status: 2 });
  });

  it("is refused by a newer one on a limited key alone, in the server's words", async () => {
    const place = await testbed(entries, { seed });
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 6 });
    const refused = applied.stdout.match(/^✗ .* the server refused: Quota value exceeds .*$/gm);
    expect(refused).toHaveLength(4);
    expect(place.sandbox.store.all().map(({ name }) => name)).toContain("unlimited");
  });
});
