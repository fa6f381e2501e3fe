import { expect, test } from "vitest";
import { NOW, testbed } from "../support/testbed.ts";

const CI = "{ name: ci, remain_quota: 500 }";
const LIVE = { name: "ci", remain_quota: 500 };

test("drift ends with 2 when a declared key differs, and sees no field that no file declares", async () => {
  const at = await testbed([CI], { seed: [{ ...LIVE, group: "vip" }] });
  expect((await at.run("drift")).code).toBe(0);
  const [key] = at.sandbox.store.all();
  at.sandbox.store.patch(key?.id ?? 0, { remain_quota: 499 });
  expect((await at.run("drift")).code).toBe(2);
});

test("keys in no file are named, and are drift where --fail-on-unmanaged says so", async () => {
  const names = Array.from({ length: 12 }, (_, at) => `stray-${String(at).padStart(2, "0")}`);
  const at = await testbed([CI], { seed: [LIVE, ...names.map((name) => ({ name }))] });
  const plain = await at.run("drift");
  expect(plain.code).toBe(0);
  expect(plain.stdout).toContain(`Unmanaged: ${names.slice(0, 10).join(", ")} and 2 more.\n`);
  const failed = await at.run("drift --fail-on-unmanaged");
  expect(failed).toMatchObject({ code: 2, stdout: expect.stringContaining("No changes.") });
  expect(failed.stderr).toContain(
    `${names.length} live keys are in no file, which --fail-on-unmanaged counts as drift`,
  );
  expect((await at.run("drift --fail-on-unmanaged --only ci")).code).toBe(0);
  const json = await at.run("drift --fail-on-unmanaged --format json");
  const { unmanaged } = JSON.parse(json.stdout);
  expect(unmanaged).toEqual(names.map((name) => ({ id: expect.any(Number), name })));
  expect((await at.run("drift --format markdown")).stdout).toContain(
    "Unmanaged, left alone: stray-00, ",
  );
});

test("what ends soon by itself is a note, and never drift", async () => {
  const seed = [{ ...LIVE, remain_quota: 50, used_quota: 450, expired_time: NOW + 86_400 }];
  const at = await testbed([CI], { seed });
  const run = await at.run("drift");
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toMatch(/note\[expires-soon\]: expiring within 30 days: "ci"/);
  expect(run.stderr).toMatch(/note\[nearly-used-up\]: used up by 90 % or more: "ci" \(90 %\)/);
  expect(await at.run("drift --quiet")).toMatchObject({ code: 0, stderr: "" });
  expect(await at.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
});
