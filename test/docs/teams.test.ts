import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { actionsJob } from "../support/actions.ts";
import { github } from "../support/github.ts";
import { object, publishedSchema } from "../support/published-schema.ts";
import { testbed, type Testbed } from "../support/testbed.ts";
import { useAction } from "../support/use-action.ts";

/** The files of the page, by the path in their first line, and the command lines. */
const PAGE = readFileSync("docs/teams.md", "utf8");
const FILES = new Map(
  Array.from(PAGE.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms), ([, path = "", text = ""]) => [
    path,
    text,
  ]),
);
const [COMMANDS = ""] = Array.from(PAGE.matchAll(/^```sh\n(.*?)^```$/gms), ([, text]) => text);

async function account(userId: number): Promise<Testbed> {
  const at = await testbed([], { userId });
  for (const [path, text] of FILES) {
    mkdirSync(dirname(join(at.folder, path)), { recursive: true });
    writeFileSync(join(at.folder, path), text);
  }
  return at;
}

test("the files of the teams are one plan, and each keeps to its own names", async () => {
  const at = await account(1);
  for (const line of COMMANDS.trimEnd().split("\n")) {
    const args = line.replace("cometkeys ", "").replace("apply", "apply --auto-approve");
    expect(await at.run(args)).toMatchObject({ code: 0 });
  }
  const names = at.sandbox.store.all().map(({ name }) => name);
  expect(names.toSorted()).toEqual(["ads-prod", "search-prod"]);
  const owners = /^```\n(\/teams.*?)^```$/ms.exec(PAGE)?.[1] ?? "";
  const teams = [...FILES.keys()].filter((path) => path.startsWith("teams/"));
  expect(teams.filter((path) => !owners.includes(`/${path} `))).toEqual([]);
  // The last line that fits counts, and a file that no line names has an owner too.
  expect(owners.split("\n", 2).map((line) => line.split(/ +/)[0])).toEqual([
    "/teams/",
    "/accounts/",
  ]);
});

const WORKFLOW = object(parse(FILES.get(".github/workflows/keys.yml") ?? ""));
const JOB = object(object(WORKFLOW["jobs"])["keys"]);
const ACCOUNTS = object(object(JOB["strategy"])["matrix"])["account"];

test("the workflow of many accounts fits the published schema", () => {
  const validate = publishedSchema("github-workflow.json");
  expect(validate(WORKFLOW) ? [] : validate.errors).toEqual([]);
  const files = [...FILES.keys()].filter((path) => path.startsWith("accounts/"));
  expect(files).toEqual(["accounts/staging.yaml", "accounts/production.yaml"]);
  expect(ACCOUNTS).toEqual(["staging", "production"]);
});

/** What the step gives to the action in the job of an account. */
function inputsOf(name: string, event: "push" | "pull_request"): Record<string, string> {
  const steps = JOB["steps"];
  const given = Array.isArray(steps) ? object(object(steps.at(-1))["with"]) : {};
  const filled = Object.entries(given).map(([input, value]) => [
    input,
    String(value)
      .replace("${{ matrix.account }}", name)
      .replace(
        /\$\{\{ github\.event_name == 'push' && '(\w+)' \|\| '(\w+)' \}\}/,
        (_all, push, pull) => (event === "push" ? push : pull),
      ),
  ]);
  return Object.fromEntries(filled);
}

test("each account is planned in a comment of its own, and gets its own keys from the merge", async () => {
  const stub = await github();
  const accounts = { staging: await account(1), production: await account(2) };
  const [pull, sha] = [7, "a".repeat(40)];
  for (const [name, at] of Object.entries(accounts)) {
    const run = await useAction(".", at, actionsJob(stub, pull), inputsOf(name, "pull_request"));
    expect(run).toMatchObject({ code: 0 });
  }
  expect(stub.comments(pull).map(({ body }) => /## .*/.exec(body)?.[0])).toEqual([
    "## cometkeys plan: staging",
    "## cometkeys plan: production",
  ]);
  stub.addPulls(sha, { number: pull, merged: true, mergeCommit: sha });
  const merge = () => actionsJob(stub, undefined, { sha });
  // The secrets of the two accounts are mixed up.
  const mixed = await useAction(".", accounts.staging, merge(), inputsOf("production", "push"));
  expect(mixed.code).toBeGreaterThan(0);
  expect(accounts.staging.sandbox.store.all()).toEqual([]);
  for (const [name, at] of Object.entries(accounts)) {
    expect(await useAction(".", at, merge(), inputsOf(name, "push"))).toMatchObject({ code: 0 });
  }
  expect(accounts.staging.sandbox.store.all()).toMatchObject([{ remain_quota: 500_000 }]);
  expect(accounts.production.sandbox.store.all()).toMatchObject([{ remain_quota: 5_000_000 }]);
  for (const { body } of stub.comments(pull)) expect(body).toContain("Applied: 1 created");
});
