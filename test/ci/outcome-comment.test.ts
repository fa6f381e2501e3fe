import { join } from "node:path";
import { expect, test } from "vitest";
import { actionsJob, type Job } from "../support/actions.ts";
import { github } from "../support/github.ts";
import type { GitHubStub } from "../support/github-stub.ts";
import { executable } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { testbed, type Testbed } from "../support/testbed.ts";

const PULL = 7;
const SHA = "a".repeat(40);
const PLAN = "plan -f keys.yaml --comment";
const APPLY = "apply -f keys.yaml --expect-comment --comment";
const SINK = join(tempFolder(), "sink");
const RUN = {
  GITHUB_SERVER_URL: "https://github.example.com",
  GITHUB_RUN_ID: "4711",
  GITHUB_RUN_ATTEMPT: "2",
};

interface Merged {
  readonly stub: GitHubStub;
  readonly at: Testbed;
  readonly job: Job;
  readonly comment: () => string;
  readonly apply: (flags?: string) => ReturnType<Testbed["run"]>;
}

/** Keys whose plan is in the comment of a pull request that has been merged. */
async function merged(...keys: readonly string[]): Promise<Merged> {
  const stub = await github();
  const at = await testbed(keys);
  const env = { ...actionsJob(stub, PULL).env, COMETKEYS_ALLOW_SINKS: `exec:${SINK}` };
  expect((await at.run(PLAN, { env })).code).toBe(0);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  const job = actionsJob(stub, undefined, { sha: SHA });
  return {
    stub,
    at,
    job,
    comment: () => stub.comments(PULL)[0]?.body ?? "",
    apply: (flags = APPLY) => at.run(flags, { env: { ...job.env, ...RUN } }),
  };
}

const CI = "{ name: ci, remain_quota: 500 }";

/** What comes after the plan. */
function outcomeIn(body: string): string {
  return body.split("<!-- cometkeys:outcome -->\n").slice(1).join("ANOTHER OUTCOME");
}

test("the comment that showed the plan tells what the apply did, by which run, and ends as it did", async () => {
  const { apply, comment, stub } = await merged(CI);
  const before = comment();
  const run = await apply();
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toContain("Comment updated: https://github.example.com/acme/keys/pull/1");
  const [plan = "", outcome = ""] = comment().split("<!-- cometkeys:outcome -->\n");
  const [changes, digest] = before.trimEnd().split("\n\n").slice(-2);
  expect(`${plan.trimEnd()}\n\n${changes}\n\n${digest}\n`).toBe(before);
  expect(outcome).toBe(
    [
      "## ✅ Applied",
      "By [this run](https://github.example.com/acme/keys/actions/runs/4711/attempts/2), commit aaaaaaaaaaaa; exit code 0.",
      "**Applied: 1 created, 0 updated, 0 deleted.**",
      changes,
      `${digest}\n`,
    ].join("\n\n"),
  );
  expect(stub.comments(PULL)).toHaveLength(1);
});

test("what failed is named with its reason, and a second run takes the place of the first", async () => {
  const { at, apply, comment } = await merged(
    CI,
    "{ name: off, remain_quota: 5, status: disabled }",
  );
  at.faults("status refuse #1");
  expect((await apply()).code).toBe(6);
  expect(outcomeIn(comment())).toContain("## ❌ Applied");
  expect(outcomeIn(comment())).toMatch(/^- create `?off`? .*\*\*failed\*\*: /m);
  expect(outcomeIn(comment())).toContain("Applied: 1 created, 0 updated, 0 deleted; 1 not done.");
  // The digest is found below the outcome: what is left goes on.
  expect((await apply()).code).toBe(0);
  expect(outcomeIn(comment())).not.toContain("ANOTHER OUTCOME");
  expect(outcomeIn(comment())).toContain("Applied: 0 created, 1 updated, 0 deleted.");
  expect(outcomeIn(comment())).not.toContain("failed");
});

test("a refusal is told too: what was merged is not what was reviewed", async () => {
  const { at, apply, comment } = await merged(CI);
  at.declare("{ name: ci, remain_quota: 900 }");
  expect((await apply()).code).toBe(7);
  expect(outcomeIn(comment())).toContain("## ❌ Not applied");
  expect(outcomeIn(comment())).toContain("`not-as-reviewed`");
  expect(at.sandbox.store.all()).toEqual([]);
});

test("nobody else's comment is written, and without ours the run is refused and says why", async () => {
  const { at, stub, job, comment, apply } = await merged(CI);
  const before = comment();
  const theirs = stub.addComment(PULL, "mallory", before);
  const other = await at.run(`${APPLY} --environment other`, { env: job.env });
  expect(other.code).toBe(7);
  expect(other.stderr).toContain("the outcome is not in the comment, see the job summary");
  expect(comment()).toBe(before);
  expect((await apply()).code).toBe(0);
  expect(comment()).not.toBe(before);
  expect(stub.comments(PULL).find(({ id }) => id === theirs)?.body).toBe(before);
});

test("a comment whose last lines were touched by hand keeps its digest and its hashes", async () => {
  const { stub, apply, comment, at } = await merged(CI, "{ name: two, remain_quota: 5 }");
  const [changes = "", digest = ""] = comment().trimEnd().split("\n\n").slice(-2);
  const id = stub.comments(PULL)[0]?.id ?? 0;
  stub.edit(id, comment().replace(`${changes}\n\n${digest}`, `${changes}\r\n${digest}  \n\n`));
  at.faults("post refuse #1");
  expect((await apply()).code).toBe(6);
  expect(comment().trimEnd().split("\n\n").slice(-2)).toEqual([changes, digest]);
  // What is left is among the hashes.
  expect((await apply()).code).toBe(0);
});

test("a comment in which only one of its digest and its hidden hashes was edited was reviewed by nobody", async () => {
  const { stub, apply, comment, at } = await merged(CI);
  const id = stub.comments(PULL)[0]?.id ?? 0;
  const before = comment();
  for (const edited of [
    before.replace(/(sha256:)[0-9a-f]{64}/, `$1${"0".repeat(64)}`),
    before.replace(/(\[changes\]: # \()/, "$1AAAAAAAAAAAAAAAAAAAAAA "),
  ]) {
    expect(edited).not.toBe(before);
    stub.edit(id, edited);
    const run = await apply();
    expect(run.code).toBe(7);
    expect(run.stderr).toContain("somebody edited one of them");
  }
  expect(at.sandbox.store.all()).toEqual([]);
  stub.edit(id, before);
  expect((await apply()).code).toBe(0);
});

test("what a program said that was to deliver a key is for the log, and no comment", async () => {
  const said = "hvs.CAESIJsecretvaulttoken123";
  executable(SINK, `#!/bin/sh\necho "token ${said}" >&2\nexit 1\n`);
  const { apply, comment } = await merged(
    `{ name: a, remain_quota: 5, deliver: [{ exec: [${SINK}] }] }`,
  );
  const run = await apply(`${APPLY} --allow-sink exec:${SINK}`);
  expect(run.code).toBe(6);
  expect(run.stderr + run.stdout).toContain(said);
  expect(comment()).not.toContain(said);
  expect(outcomeIn(comment())).toContain("its key was not delivered; the log of the run says why");
});

test("no name or message can begin an outcome, mention anybody or take the digest's place", async () => {
  const hostile = "<!-- cometkeys:outcome --> @acme/all Digest: `sha256:0`".slice(0, 50);
  const { at, apply, comment } = await merged(
    `{ name: ${JSON.stringify(hostile)}, remain_quota: 5 }`,
    CI,
  );
  const digest = comment().trimEnd().split("\n").at(-1);
  at.faults("post refuse");
  await apply();
  expect(comment().trimEnd().split("\n").at(-1)).toBe(digest);
  expect(
    comment()
      .split("\n")
      .filter((line) => line === "<!-- cometkeys:outcome -->"),
  ).toHaveLength(1);
  expect(outcomeIn(comment())).not.toMatch(/(^|[^`\w])@acme/m);
});

test("a comment as large as they come keeps its plan, and the outcome takes what room is left", async () => {
  const keys = Array.from(
    { length: 400 },
    (_, n) => `{ name: key-${n}-${"x".repeat(30)}, remain_quota: 5 }`,
  );
  const { at, apply, comment } = await merged(...keys);
  expect(comment().length).toBeGreaterThan(50_000);
  at.faults("post refuse");
  expect((await apply()).code).toBe(6);
  expect(comment().length).toBeLessThanOrEqual(65_536);
  expect(outcomeIn(comment())).toMatch(/\*\*\d+ more are not shown here\.\*\*/);
  expect(outcomeIn(comment())).toContain("Applied: 0 created, 0 updated, 0 deleted; 400 not done.");
});

test("an outcome belongs to the plan in the comment: without --expect-comment there is none", async () => {
  const { at, job, comment } = await merged(CI);
  const before = comment();
  expect((await at.run("plan -f keys.yaml --out p.json")).code).toBe(0);
  for (const what of ["-f keys.yaml --auto-approve", "p.json"]) {
    const run = await at.run(`apply ${what} --comment`, { env: job.env });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("give --expect-comment too");
  }
  expect(at.sandbox.store.all()).toEqual([]);
  expect(comment()).toBe(before);
});

test("keys that a server made of a commit and a path take neither out of what is said", async () => {
  const [sha, out] = ["ab12cd34".repeat(5), "plan2024abcdefg"];
  const seed = [sha, out.repeat(3)].map((key, at) => ({ key, name: `live-${at}` }));
  const stub = await github();
  const at = await testbed([CI], { seed });
  const plan = await at.run(`${PLAN} --out ${out}.json`, { env: actionsJob(stub, PULL).env });
  expect(plan.stderr).toContain(`cometkeys apply ${out}.json`);
  stub.addPulls(sha, { number: PULL, merged: true, mergeCommit: sha });
  const { env } = actionsJob(stub, undefined, { sha });
  expect(await at.run(APPLY, { env: { ...env, ...RUN } })).toMatchObject({ code: 0 });
  const outcome = outcomeIn(stub.comments(PULL)[0]?.body ?? "");
  expect(outcome).toContain(`commit ${sha.slice(0, 12)}`);
  expect(outcome).not.toContain("***");
});
