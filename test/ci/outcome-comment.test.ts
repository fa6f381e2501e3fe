import { expect, test } from "vitest";
import { actionsJob, type Job } from "../support/actions.ts";
import { github } from "../support/github.ts";
import type { GitHubStub } from "../support/github-stub.ts";
import { testbed, type Testbed } from "../support/testbed.ts";

const PULL = 7;
const SHA = "a".repeat(40);
const OURS = "github-actions[bot]";
const PLAN = "plan -f keys.yaml --comment";
const APPLY = "apply -f keys.yaml --expect-comment --comment";
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
  expect((await at.run(PLAN, { env: actionsJob(stub, PULL).env })).code).toBe(0);
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

test("only a comment of our own with a plan is written, and a run without one says so and ends as before", async () => {
  const { at, stub, job, comment } = await merged(CI);
  const before = comment();
  const [marker = ""] = before.split("\n", 1);
  const theirs = stub.addComment(PULL, "mallory", before);
  const other = await at.run("apply -f keys.yaml --auto-approve --comment --environment other", {
    env: job.env,
  });
  expect(other.code).toBe(0);
  expect(other.stderr).toContain("the outcome is not in the comment, see the job summary");
  expect(other.stderr).toContain("pull request 7 has no comment");
  expect(comment()).toBe(before);
  expect(stub.comments(PULL).find(({ id }) => id === theirs)?.body).toBe(before);

  const failed = await github();
  failed.addComment(PULL, OURS, `${marker}\n## cometkeys plan\n\n**No plan was made**\n`);
  failed.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  const { env } = actionsJob(failed, undefined, { sha: SHA });
  const planless = await at.run("apply -f keys.yaml --auto-approve --comment", { env });
  expect(planless.code).toBe(0);
  expect(planless.stderr).toContain("has no plan, or no room for the outcome");
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

test("outside of GitHub Actions --comment says that it works there only", async () => {
  const at = await testbed([CI]);
  const run = await at.run("apply -f keys.yaml --auto-approve --comment");
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("--comment works in GitHub Actions only");
});
