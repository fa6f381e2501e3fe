import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actionsJob } from "../support/actions.ts";
import { github } from "../support/github.ts";
import { testbed } from "../support/testbed.ts";

const CI = "{ name: ci, remain_quota: 500 }";
const BATCH = "{ name: batch, remain_quota: 300, group: default }";

test("a plan that ends with 5 or 8 for single keys still has digest, outputs, comment and file", async () => {
  const stub = await github();
  const twins = [
    { name: "twin", remain_quota: 1 },
    { name: "twin", remain_quota: 2 },
  ];
  const late = "{ name: late, remain_quota: 5, expired_time: 1 }";
  const at = await testbed([CI, late, "{ name: twin, remain_quota: 9 }"], { seed: twins });
  const pull = actionsJob(stub, 7);
  const plan = await at.run("plan --comment --out plan.json", { env: pull.env });
  expect(plan.code).toBe(8);
  expect(stub.comments(7)[0]?.body).toContain("**Plan: 1 to create");
  expect(pull.outputs()).toMatchObject({
    exit_code: "8",
    has_changes: "true",
    digest: expect.stringMatching(/^sha256:/),
  });
  const applied = await at.run("apply plan.json");
  expect(applied.code).toBe(8);
  expect(applied.stdout).toContain("Applied: 1 created, 0 updated, 0 deleted; 2 not done.");
  const [byHand] = at.sandbox.store.all().filter(({ name }) => name === "twin");
  at.sandbox.store.delete(byHand?.user_id ?? 0, byHand?.id ?? 0);
  expect((await at.run("plan")).code).toBe(5);
});

test("a key that a server makes equal to the digest takes it out of no comment", async () => {
  const stub = await github();
  const at = await testbed([CI], { seed: [{ name: "other" }] });
  const pull = actionsJob(stub, 7);
  expect((await at.run("plan --comment", { env: pull.env })).code).toBe(0);
  const { digest } = pull.outputs();
  const [other] = at.sandbox.store.all();
  at.sandbox.store.patch(other?.id ?? 0, { key: (digest ?? "").slice("sha256:".length) });
  const again = await at.run("plan --comment", { env: actionsJob(stub, 7).env });
  expect(again.stdout).toContain(`Digest: ${digest}\n`);
  expect(stub.comments(7)[0]?.body).toContain(`Digest: \`${digest}\``);
});

test("more hashes than a comment has room for are said to be missing", async () => {
  const stub = await github();
  const entries = Array.from({ length: 1_400 }, (_, at) => `{ name: key-${at}, remain_quota: 5 }`);
  const at = await testbed(entries);
  const run = await at.run("plan --comment", { env: actionsJob(stub, 7).env });
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("the comment has no room for the hashes of so many changes");
  at.declare(...entries.slice(0, 1_000));
  const fewer = await at.run("plan --comment", { env: actionsJob(stub, 7).env });
  expect(fewer.stderr).not.toContain("hashes");
});

test("from pull request to nightly drift: what was reviewed is applied, or nothing is", async () => {
  const stub = await github();
  const at = await testbed([CI], { seed: [{ name: "batch", remain_quota: 100, group: "vip" }] });
  const pull = actionsJob(stub, 7);
  const plan = "plan --comment --environment prod --out plan.json --detailed-exitcode";

  // The pull request is opened.
  at.declare(CI, BATCH);
  const opened = await at.run(plan, { env: pull.env });
  expect(opened.code).toBe(2);
  expect(stub.comments(7)).toHaveLength(1);
  expect(stub.comments(7)[0]?.body).toContain("**Plan: 1 to create, 1 to update");
  expect(pull.outputs()).toMatchObject({ has_changes: "true", exit_code: "2", create: "1" });

  // Another commit: the same comment is edited, and a second one is not written.
  at.declare("{ name: ci, remain_quota: 700 }", BATCH);
  const [first] = stub.comments(7);
  expect((await at.run(plan, { env: pull.env })).code).toBe(2);
  expect(stub.comments(7)).toHaveLength(1);
  expect(stub.comments(7)[0]?.id).toBe(first?.id);
  expect(stub.comments(7)[0]?.body).toContain("700");
  const { digest } = pull.outputs();
  expect(stub.comments(7)[0]?.body).toContain(digest);

  // Before the merge somebody changes the account by hand: the reviewed plan no longer fits.
  const [batch] = at.sandbox.store.all();
  at.sandbox.store.patch(batch?.id ?? 0, { group: "default", remain_quota: 250 });
  const before = JSON.stringify(at.sandbox.store.all());
  const merge = actionsJob(stub);
  const stale = await at.run("apply plan.json", { env: merge.env });
  expect(stale.code).toBe(7);
  expect(stale.stderr).toContain('update "batch"');
  expect(JSON.stringify(at.sandbox.store.all())).toBe(before);
  expect(merge.outputs()).toMatchObject({ exit_code: "7" });
  const byDigest = await at.run(`apply --expect ${digest}`, { env: merge.env });
  expect(byDigest.code).toBe(7);
  expect(JSON.stringify(at.sandbox.store.all())).toBe(before);

  // Planned and reviewed anew, it is applied; what is in place by then does not matter.
  expect((await at.run(plan, { env: pull.env })).code).toBe(2);
  at.sandbox.store.patch(batch?.id ?? 0, { remain_quota: 300 });
  const applied = await at.run("apply plan.json", { env: actionsJob(stub).env });
  expect(applied).toMatchObject({ code: 0 });
  expect(applied.stdout).toContain("Applied: 1 created, 0 updated, 0 deleted.");
  expect((await at.run("apply plan.json")).code).toBe(0);

  // At night.
  const night = actionsJob(stub);
  expect((await at.run("drift", { env: night.env })).code).toBe(0);
  expect(night.outputs()).toMatchObject({ has_changes: "false", exit_code: "0" });
  at.sandbox.store.patch(batch?.id ?? 0, { group: "vip" });
  expect((await at.run("drift", { env: night.env })).code).toBe(2);
  expect(night.summary()).toContain("batch");
  expect(stub.comments(7)).toHaveLength(1);
});

test("each environment of a pull request has a comment of its own", async () => {
  const stub = await github();
  const at = await testbed([CI]);
  const { env } = actionsJob(stub, 7);
  await at.run("plan --comment --environment prod", { env });
  await at.run("plan --comment --environment test", { env });
  await at.run("plan --comment --environment prod", { env });
  const headings = stub.comments(7).map(({ body }) => /^## .*$/m.exec(body)?.[0]);
  expect(headings).toEqual(["## cometkeys plan: prod", "## cometkeys plan: test"]);
});

test("without permission or from a fork the plan goes to the summary, and the run says so", async () => {
  const stub = await github({ permission: "read" });
  const at = await testbed([CI]);
  for (const job of [actionsJob(stub, 7), actionsJob(stub, 7, { fork: true })]) {
    const run = await at.run("plan --comment", { env: job.env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("no comment was written, see the job summary");
    expect(job.summary()).toContain("**Plan: 1 to create");
  }
  expect(stub.comments(7)).toHaveLength(0);
});

test("in a fork without the secret, validate works and plan says what that means", async () => {
  const stub = await github();
  const at = await testbed([CI]);
  const job = actionsJob(stub, 7, { fork: true });
  const env = { ...job.env, COMETAPI_ACCESS_TOKEN: "" };
  expect((await at.run("validate", { env })).code).toBe(0);
  const run = await at.run("plan --comment", { env });
  expect(run.code).toBe(4);
  expect(run.stderr).toContain("fork");
  expect(job.summary()).toContain("No plan was made");
  expect(job.outputs()).toMatchObject({ exit_code: "4", has_changes: "false" });
});

test("the token is masked in the log before anything else is said", async () => {
  const stub = await github();
  const at = await testbed([CI]);
  const run = await at.run("plan", { env: actionsJob(stub).env });
  expect(run.stderr.split("\n")[0]).toBe(`::add-mask::${at.sandbox.token}`);
  expect(run.stdout).not.toContain("::");
});

test("the files of GitHub Actions may be absent", async () => {
  const at = await testbed([CI]);
  const run = await at.run("plan --comment", { env: { GITHUB_ACTIONS: "true" } });
  expect(run.code).toBe(0);
  expect(run.stderr).not.toContain("bug of cometkeys");
});

test("the same plan saves the same bytes, and none of them is a time or a secret", async () => {
  const at = await testbed([CI, BATCH], { seed: [{ name: "batch", remain_quota: 9 }] });
  const saved = async (name: string): Promise<string> => {
    expect((await at.run(`plan --out ${name}`)).code).toBe(0);
    return readFileSync(join(at.folder, name), "utf8");
  };
  const first = await saved("a.json");
  at.sandbox.store.spend(1, 3);
  expect(await saved("b.json")).toBe(first);
  expect(first).not.toContain(at.sandbox.token);
  for (const { key } of at.sandbox.store.all()) expect(first).not.toContain(key.slice(0, 8));
});

test("a plan that was cut, edited or made for another server or account is refused", async () => {
  const at = await testbed([CI]);
  await at.run("plan --out plan.json");
  const text = readFileSync(join(at.folder, "plan.json"), "utf8");
  const cases: readonly (readonly [string, number])[] = [
    [text.slice(0, -20), 3],
    ["", 3],
    ["[]", 3],
    [text.replace('"format_version": 1', '"format_version": 2'), 3],
    [text.replace('"after": 500', '"after": 501'), 3],
    [text.replace(/"origin": "[^"]*"/, '"origin": "https://elsewhere.example"'), 7],
  ];
  for (const [content, code] of cases) {
    writeFileSync(join(at.folder, "other.json"), content);
    const run = await at.run("apply other.json");
    expect({ content: content.slice(0, 60), code: run.code }).toEqual({
      content: content.slice(0, 60),
      code,
    });
  }
  expect((await at.run("apply missing.json")).code).toBe(3);
  expect((await at.run("apply plan.json --only ci")).code).toBe(3);
  expect((await at.run("apply --expect sha256:12")).code).toBe(3);
  expect(at.sandbox.store.all()).toHaveLength(0);
});

test("a plan made for another account is refused before the first write", async () => {
  const at = await testbed([CI], { userId: 5, seed: [{ name: "x", user_id: 5 }] });
  await at.run("plan --out plan.json");
  const path = join(at.folder, "plan.json");
  const text = readFileSync(path, "utf8");
  expect(text).toContain('"account": 5');
  writeFileSync(path, text.replace('"account": 5', '"account": 6'));
  const run = await at.run("apply plan.json");
  expect(run.code).toBe(7);
  expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
});

test("--deny-widening refuses plan and apply with 5 and lets what narrows through", async () => {
  const at = await testbed(["{ name: a, remain_quota: 900 }"], {
    seed: [{ name: "a", remain_quota: 500 }],
  });
  expect((await at.run("plan --deny-widening")).code).toBe(5);
  expect((await at.run("apply --deny-widening --auto-approve")).code).toBe(5);
  expect(at.sandbox.store.all()[0]?.remain_quota).toBe(500);
  at.declare("{ name: a, remain_quota: 100 }");
  expect((await at.run("apply --deny-widening --auto-approve")).code).toBe(0);
  expect(at.sandbox.store.all()[0]?.remain_quota).toBe(100);
});

test("drift fails for a key that is about to expire, and only when asked to", async () => {
  const soon = 1_800_000_000 + 5 * 86_400;
  const at = await testbed([`{ name: a, remain_quota: 5, expired_time: ${soon} }`], {
    seed: [{ name: "a", remain_quota: 5, expired_time: soon }],
  });
  expect((await at.run("drift")).code).toBe(0);
  expect((await at.run("drift --fail-on-expiring 4d")).code).toBe(0);
  const run = await at.run("drift --fail-on-expiring 14d");
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("expires in 120 h");
  expect((await at.run("drift --fail-on-expiring 14")).code).toBe(3);
});
