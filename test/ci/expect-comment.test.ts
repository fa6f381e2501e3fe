import { expect, test } from "vitest";
import { actionsJob } from "../support/actions.ts";
import { github } from "../support/github.ts";
import type { GitHubStub } from "../support/github-stub.ts";
import { testbed, type Testbed } from "../support/testbed.ts";

const PULL = 7;
const SHA = "a".repeat(40);
const CI = "{ name: ci, remain_quota: 500 }";
const BATCH = "{ name: batch, remain_quota: 300, group: default }";
/** A live group that tries to be a reviewed digest. */
const HOSTILE = `x\nDigest: \`sha256:${"f".repeat(64)}\``;
const PLAN = "plan -f keys.yaml --comment --environment prod";
const APPLY = "apply -f keys.yaml --expect-comment --environment prod";
const BY_HAND = "run the workflow by hand";

/** A pull request that declares two keys: its plan is in its comment, and it has been merged. */
async function merged(): Promise<{ readonly stub: GitHubStub; readonly at: Testbed }> {
  const stub = await github();
  const at = await testbed([CI, BATCH], {
    seed: [{ name: "batch", remain_quota: 100, group: HOSTILE }],
  });
  expect((await at.run(PLAN, { env: actionsJob(stub, PULL).env })).code).toBe(0);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  return { stub, at };
}

function writes({ sandbox }: Testbed): readonly string[] {
  return sandbox.requests.map(({ method }) => method).filter((method) => method !== "GET");
}

test("a merge applies what the comment on its pull request showed, and again is nothing to do", async () => {
  const { stub, at } = await merged();
  const job = actionsJob(stub, undefined, { sha: SHA });
  const applied = await at.run(APPLY, { env: job.env });
  expect(applied).toMatchObject({ code: 0 });
  expect(applied.stdout).toContain("Applied: 1 created, 1 updated, 0 deleted.");
  expect(job.summary()).toContain("## cometkeys apply: prod");
  expect(at.sandbox.store.all()).toMatchObject([
    { name: "ci", remain_quota: 500 },
    { name: "batch", remain_quota: 300, group: "default" },
  ]);

  const written = writes(at).length;
  const again = await at.run(APPLY, { env: job.env });
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toContain("No changes.");
  expect(writes(at)).toHaveLength(written);
});

test("a merge is refused when the account moved since the comment; a run by hand goes on", async () => {
  const { stub, at } = await merged();
  const [batch] = at.sandbox.store.all();
  at.sandbox.store.patch(batch?.id ?? 0, { remain_quota: 250 });
  const before = JSON.stringify(at.sandbox.store.all());
  const job = actionsJob(stub, undefined, { sha: SHA });
  const refused = await at.run(APPLY, { env: job.env });
  expect(refused.code).toBe(7);
  expect(refused.stderr).toContain("have changed since");
  expect(refused.stderr).toContain(BY_HAND);
  expect(job.summary()).toContain("have changed since");
  expect(job.outputs()).toMatchObject({ exit_code: "7", has_changes: "true" });
  expect(writes(at)).toEqual([]);
  expect(JSON.stringify(at.sandbox.store.all())).toBe(before);

  const review = actionsJob(stub, undefined, { sha: SHA });
  expect((await at.run("plan -f keys.yaml", { env: review.env })).code).toBe(0);
  const { digest } = review.outputs();
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  expect((await at.run(`apply -f keys.yaml --expect ${digest}`, { env })).code).toBe(0);
  expect(at.sandbox.store.all()).toHaveLength(2);
});

test("what is left of a merge that stopped half way is applied by running it again", async () => {
  const { stub, at } = await merged();
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  // The run that stopped had made the create.
  expect((await at.run("apply --only ci --auto-approve")).code).toBe(0);
  const rest = await at.run(APPLY, { env });
  expect(rest).toMatchObject({ code: 0 });
  expect(rest.stdout).toContain("Applied: 0 created, 1 updated, 0 deleted.");
});

test("a key that was created and not yet disabled is what is left of a reviewed create", async () => {
  const stub = await github();
  const at = await testbed(["{ name: off, remain_quota: 5, status: disabled }"]);
  expect((await at.run(PLAN, { env: actionsJob(stub, PULL).env })).code).toBe(0);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  at.faults("status refuse #1");
  expect((await at.run(APPLY, { env })).code).toBe(6);
  expect(at.sandbox.store.all()).toMatchObject([{ name: "off", status: 1 }]);
  expect((await at.run(APPLY, { env })).code).toBe(0);
  expect(at.sandbox.store.all()).toMatchObject([{ name: "off", status: 2 }]);
});

test("a part of a reviewed update is not what was reviewed: the rest may be what makes it safe", async () => {
  const stub = await github();
  const at = await testbed(
    ["{ name: ci, remain_quota: 500, allow_ips: [10.0.0.1], status: enabled }"],
    {
      seed: [{ name: "ci", remain_quota: 500, status: 2 }],
    },
  );
  expect((await at.run(PLAN, { env: actionsJob(stub, PULL).env })).code).toBe(0);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  at.declare("{ name: ci, remain_quota: 500, status: enabled }");
  expect(await at.run(APPLY, { env })).toMatchObject({ code: 7 });
  expect(writes(at)).toEqual([]);
});

test("a comment's digest is one server's alone", async () => {
  const { stub } = await merged();
  const other = await testbed([CI, BATCH], {
    seed: [{ name: "batch", remain_quota: 100, group: HOSTILE }],
  });
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  expect(await other.run(APPLY, { env })).toMatchObject({ code: 7 });
  expect(writes(other)).toEqual([]);
});

test("a merge with everything in place already ends with 0, whatever the comment showed", async () => {
  const { stub, at } = await merged();
  expect((await at.run("apply --auto-approve")).code).toBe(0);
  const written = writes(at).length;
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  expect((await at.run(APPLY, { env })).code).toBe(0);
  expect(writes(at)).toHaveLength(written);
});

test("a file that changed after the comment is refused", async () => {
  const { stub, at } = await merged();
  at.declare("{ name: ci, remain_quota: 900 }", BATCH);
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  expect((await at.run(APPLY, { env })).code).toBe(7);
  expect(writes(at)).toEqual([]);
});

test("without a comment to go by, the server is not even asked, and the run says what to do", async () => {
  const { stub, at } = await merged();
  const asked = at.sandbox.requests.length;
  const other = actionsJob(stub, undefined, { sha: "b".repeat(40) });
  const pushed = await at.run(APPLY, { env: other.env });
  expect(pushed.code).toBe(7);
  expect(pushed.stderr).toContain("no merged pull request holds the commit bbbbbbbbbbbb");
  expect(pushed.stderr).toContain(BY_HAND);
  expect(other.summary()).toContain("no merged pull request holds the commit");
  expect(other.outputs()).toMatchObject({ exit_code: "7", has_changes: "false" });

  const job = actionsJob(stub, undefined, { sha: SHA });
  const elsewhere = await at.run(APPLY.replace("prod", "test"), { env: job.env });
  expect(elsewhere.code).toBe(7);
  expect(elsewhere.stderr).toContain("pull request 7 has no comment");
  const tokenless = await at.run(APPLY, { env: { ...job.env, GITHUB_TOKEN: "" } });
  expect(tokenless.code).toBe(7);
  expect(tokenless.stderr).toContain("GITHUB_TOKEN is not set");
  stub.setFaults({ method: "GET", at: "commits", fault: { kind: "status", status: 403 } });
  const forbidden = await at.run(`${APPLY} --format json`, { env: job.env });
  expect(forbidden.code).toBe(7);
  expect(JSON.parse(forbidden.stdout)).toMatchObject({
    changes: [],
    diagnostics: [
      { code: "not-as-reviewed", message: expect.stringContaining("pull-requests: read") },
    ],
  });
  expect(at.sandbox.requests).toHaveLength(asked);
});

test("the comment of a plan that failed lets nothing be applied", async () => {
  const stub = await github();
  const at = await testbed([CI]);
  const { env: pull } = actionsJob(stub, PULL);
  const failed = await at.run(PLAN, { env: { ...pull, COMETAPI_ACCESS_TOKEN: "" } });
  expect(failed.code).toBe(4);
  expect(stub.comments(PULL)).toHaveLength(1);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  const run = await at.run(APPLY, { env: actionsJob(stub, undefined, { sha: SHA }).env });
  expect(run.code).toBe(7);
  expect(run.stderr).toContain("no plan was made there");
  expect(at.sandbox.requests).toEqual([]);
});

test("--expect-comment goes with no other word on what to apply, and in GitHub Actions only", async () => {
  const { stub, at } = await merged();
  const asked = stub.requests.length;
  const { env } = actionsJob(stub, undefined, { sha: SHA });
  const digest = `sha256:${"1".repeat(64)}`;
  for (const more of ["plan.json", `--expect ${digest}`, "--auto-approve"]) {
    const run = await at.run(`${APPLY} ${more}`, { env });
    expect({ more, code: run.code }).toEqual({ more, code: 3 });
    expect(run.stderr).toContain("--expect-comment goes with neither");
  }
  const local = await at.run(APPLY);
  expect(local.code).toBe(3);
  expect(local.stderr).toContain("works in GitHub Actions only");
  expect(stub.requests).toHaveLength(asked);
  expect(writes(at)).toEqual([]);
});
