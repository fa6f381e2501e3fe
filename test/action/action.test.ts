import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { actionsJob, type Job } from "../support/actions.ts";
import { github } from "../support/github.ts";
import type { GitHubStub } from "../support/github-stub.ts";
import { object } from "../support/published-schema.ts";
import { runProgram, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { testbed, type Testbed } from "../support/testbed.ts";
import { actionIn, useAction } from "../support/use-action.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PULL = 7;
const SHA = "a".repeat(40);

/** The release of the action, in a folder of its own. */
async function release(): Promise<string> {
  const folder = tempFolder();
  const script = join(ROOT, "scripts/action-tree.mjs");
  expect(await runProgram(process.execPath, [script, folder])).toMatchObject({ code: 0 });
  return folder;
}

const TREE = await release();
const ACTION = actionIn(TREE);
const INPUTS = object(ACTION["inputs"]);

function use(at: Testbed, job: Job, inputs: Readonly<Record<string, string>>): Promise<CliRun> {
  return useAction(TREE, at, job, inputs);
}

const CI = "{ name: ci, remain_quota: 500 }";

interface Place {
  readonly stub: GitHubStub;
  readonly at: Testbed;
  readonly plan: (inputs?: Readonly<Record<string, string>>) => Promise<CliRun>;
  readonly merge: Job;
}

async function place(...keys: readonly string[]): Promise<Place> {
  const stub = await github();
  const at = await testbed(keys);
  stub.addPulls(SHA, { number: PULL, merged: true, mergeCommit: SHA });
  return {
    stub,
    at,
    plan: (inputs = {}) =>
      use(at, actionsJob(stub, PULL), { command: "plan", comment: "true", ...inputs }),
    merge: actionsJob(stub, undefined, { sha: SHA }),
  };
}

test("a release is the action, its program, the hook and its papers, and nothing else", () => {
  expect(readdirSync(TREE).toSorted()).toEqual([
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "LICENSE",
    "SECURITY.md",
    "action.yml",
    "dist",
    "package.json",
  ]);
  expect(readdirSync(join(TREE, "dist"))).toEqual(
    expect.arrayContaining(["action.cjs", "cometkeys.cjs", "licences.txt"]),
  );
});

test("a plan is shown in the comment, and after the merge it is applied and its outcome added", async () => {
  const { stub, at, plan, merge } = await place(CI);
  expect(await plan()).toMatchObject({ code: 0 });
  expect(stub.comments(PULL)).toHaveLength(1);
  const applied = await use(at, merge, { command: "apply", comment: "True" });
  expect(applied).toMatchObject({ code: 0 });
  expect(at.sandbox.store.all()).toMatchObject([{ name: "ci", remain_quota: 500 }]);
  expect(stub.comments(PULL)[0]?.body).toContain("Applied: 1 created");
  expect(merge.outputs()).toMatchObject({ exit_code: "0", create: "1" });
});

test("without a word on it, only a plan that a pull request showed is applied", async () => {
  const { at, merge } = await place(CI);
  const unseen = await use(at, merge, { command: "apply" });
  expect(unseen.code).toBe(7);
  expect(unseen.stderr).toContain("pull request 7 has no comment");
  expect(at.sandbox.requests).toEqual([]);
  // A further argument cannot take the review's place.
  const added = await use(at, merge, { command: "apply", args: "--auto-approve" });
  expect(added.code).toBe(3);
  expect(at.sandbox.requests).toEqual([]);
  expect((await use(at, merge, { command: "apply", "require-reviewed-plan": "false" })).code).toBe(
    0,
  );
  expect(at.sandbox.store.all()).toHaveLength(1);
});

test("a run by hand applies the plan with the digest that the step before it gave", async () => {
  const { stub, at, merge } = await place(CI);
  const review = actionsJob(stub, undefined, { sha: SHA });
  expect((await use(at, review, { command: "plan" })).code).toBe(0);
  const { digest = "" } = review.outputs();
  at.declare("{ name: ci, remain_quota: 900 }");
  expect((await use(at, merge, { command: "apply", digest })).code).toBe(7);
  at.declare(CI);
  expect((await use(at, merge, { command: "apply", digest })).code).toBe(0);
});

test("files, policies, places, the server and further arguments reach the command", async () => {
  const { at, plan, merge } = await place(CI);
  at.write("version: 1\nkeys: [{ name: a, remain_quota: 5, deliver: [{ exec: [/bin/true] }] }]\n");
  const refused = await plan();
  expect(refused.code).toBe(5);
  const inputs = { files: "keys.yaml\n", "allow-sinks": "exec:/bin/true" };
  expect((await plan(inputs)).stdout).toContain("Plan: 1 to create");
  const limited = await plan({ ...inputs, args: "--only=?\n--create-only\n--format=json" });
  expect(JSON.parse(limited.stdout)).toMatchObject({ summary: { create: 1 } });
  const elsewhere = await use(at, merge, { command: "drift", "base-url": "http://127.0.0.1:1" });
  expect(elsewhere.code).toBe(9);
  const policy = await use(at, merge, { command: "validate", policies: "none.yaml" });
  expect(policy.code).toBe(3);
  expect(policy.stderr).toContain("none.yaml");
});

test.each([
  [{ command: "rotate" }, "command is none of validate, plan, apply, drift"],
  [{ command: "plan", comment: "yes" }, "comment is neither true nor false"],
  [
    { command: "apply", "require-reviewed-plan": "no" },
    "require-reviewed-plan is neither true nor false",
  ],
  [{ command: "drift", comment: "true" }, "drift takes no comment"],
  [{ command: "plan", digest: "sha256:0" }, "plan takes no digest"],
  [{ command: "validate", environment: "prod" }, "validate takes no environment"],
  [{ command: "plan", args: "--only\nci" }, "args: a line is no flag; write --name=value"],
])("a wrong input ends in 3 before anything is read: %j", async (inputs, message) => {
  const { at, merge } = await place(CI);
  const run = await use(at, merge, inputs);
  expect(run).toMatchObject({ code: 3, stdout: `::error title=cometkeys::${message}\n` });
  expect(at.sandbox.requests).toEqual([]);
});

test.runIf(existsSync("/dev/full"))(
  "a wrong input ends in 3 where nobody can read it, too",
  async () => {
    const script = `INPUT_COMMAND=none "$0" "$1" > /dev/full`;
    const main = join(TREE, "dist/action.cjs");
    const run = await runProgram("sh", ["-c", script, process.execPath, main]);
    expect(run).toMatchObject({ code: 3, stderr: "" });
  },
);

test("every input of action.yml is read, and no other; its outputs are those of the command", async () => {
  const source = readFileSync(join(ROOT, "src/action.ts"), "utf8");
  const read = [...source.matchAll(/input\("([\w-]+)"\)/g)].map(([, name]) => name);
  const looped = ["comment", "require-reviewed-plan", "digest", "environment"];
  expect(new Set([...read, ...looped])).toEqual(new Set(Object.keys(INPUTS)));
  const { at, merge } = await place(CI);
  await use(at, merge, { command: "drift" });
  expect(Object.keys(merge.outputs()).toSorted()).toEqual(
    Object.keys(object(ACTION["outputs"])).toSorted(),
  );
});

test("no program that a run starts finds the inputs in its environment", async () => {
  const { at, merge } = await place();
  const elsewhere = tempFolder();
  const [program, seen] = [join(elsewhere, "sink"), join(elsewhere, "seen")];
  writeFileSync(program, `#!/bin/sh\nenv > ${seen}\n`, { mode: 0o755 });
  at.write(`version: 1\nkeys: [{ name: a, remain_quota: 5, deliver: [{ exec: [${program}] }] }]\n`);
  const inputs = { "require-reviewed-plan": "false", "allow-sinks": `exec:${program}` };
  expect(await use(at, merge, { command: "apply", ...inputs })).toMatchObject({ code: 0 });
  expect(readFileSync(seen, "utf8")).toMatch(/^PATH=/m);
  expect(readFileSync(seen, "utf8")).not.toMatch(/^INPUT_/m);
});
