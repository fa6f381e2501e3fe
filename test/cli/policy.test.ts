import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLI, runProgram, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, testbed, type Testbed } from "../support/testbed.ts";

const OWNED = "{ name: a, remain_quota: 500, owner: team-a }";
const BARE = "{ name: b, remain_quota: 500 }";
const OWNER = "description: Say who answers for the key.\nrequired: [owner]\n";
const WORDS = "Say who answers for the key.";

async function place(entries: readonly string[], policy = OWNER): Promise<Testbed> {
  const at = await testbed(entries, { seed: [{ name: "b", remain_quota: 500 }] });
  writeFileSync(join(at.folder, "policy.yaml"), policy);
  return at;
}

const written = ({ sandbox }: Testbed) => sandbox.requests.filter(({ method }) => method !== "GET");

describe("a key that breaks a policy ends the run with 5, and nothing is written", () => {
  test.each(["validate", "plan", "drift", "apply --auto-approve"])("%s", async (command) => {
    const at = await place([OWNED, BARE]);
    const run = await at.run(`${command} --policy policy.yaml`);
    expect(run).toMatchObject({ code: 5 });
    expect(run.stderr).toContain(`keys.yaml:4:13: error[policy-violated]: "b": ${WORDS}`);
    expect(run.stdout).not.toContain("Valid:");
    expect(written(at)).toEqual([]);
  });

  test("apply says of each change that it was not attempted, and why", async () => {
    const at = await place([OWNED, BARE]);
    const run = await at.run("apply --auto-approve --policy policy.yaml --format json");
    expect(run).toMatchObject({ code: 5 });
    const { results, diagnostics } = JSON.parse(run.stdout);
    expect(results).toEqual([
      {
        action: "create",
        name: "a",
        status: "not_attempted",
        error: { code: "policy-violated", message: `"b": ${WORDS}` },
      },
    ]);
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: "policy-violated", file: "keys.yaml", line: 4, column: 13 }),
    ]);
  });

  test("every format tells it like any other error", async () => {
    const at = await place([BARE]);
    const inActions = { env: { GITHUB_ACTIONS: "true" } };
    const markdown = await at.run("plan --policy policy.yaml --format markdown");
    expect(markdown.stdout).toContain(WORDS);
    const github = await at.run("validate --policy policy.yaml --format github");
    expect(github.stdout).toMatch(
      /^::error file=keys\.yaml,line=3,col=13[^:]*::.*Say who answers/m,
    );
    const annotated = await at.run("plan --policy policy.yaml", inActions);
    expect(annotated.stderr).toMatch(/::error file=keys\.yaml,line=3,col=13/);
  });

  test("all policies are told in one run", async () => {
    const at = await place([BARE]);
    writeFileSync(join(at.folder, "cap.json"), '{"properties":{"remain_quota":{"maximum":5}}}');
    const run = await at.run("validate --policy policy.yaml --policy cap.json");
    expect(run).toMatchObject({ code: 5 });
    expect(run.stderr.match(/error\[policy-violated\]/g)).toHaveLength(2);
  });
});

describe("what keeps the policies", () => {
  test("goes on as without them", async () => {
    const at = await place([OWNED]);
    expect(await at.run("validate --policy policy.yaml")).toMatchObject({
      code: 0,
      stdout: "Valid: 1 key in 1 file.\n",
    });
    expect(await at.run("apply --auto-approve --policy policy.yaml")).toMatchObject({ code: 0 });
    expect(at.sandbox.store.all()).toHaveLength(2);
  });

  test("with --only, the other keys do not count", async () => {
    const at = await place([OWNED, BARE]);
    const run = await at.run("apply --auto-approve --policy policy.yaml --only a");
    expect(run).toMatchObject({ code: 0 });
    expect(await at.run("plan --policy policy.yaml --only b")).toMatchObject({ code: 5 });
  });
});

describe("a saved plan", () => {
  test("is not saved where a policy is broken", async () => {
    const at = await place([OWNED, BARE]);
    const run = await at.run("plan --policy policy.yaml --out plan.json");
    expect(run).toMatchObject({ code: 5 });
    expect(run.stderr).toContain("no plan was saved");
  });

  test("remembers its policies, and apply holds to those of now", async () => {
    const at = await place([OWNED, "{ name: b, remain_quota: 500, owner: team-b }"]);
    expect(await at.run("plan --policy policy.yaml --out plan.json")).toMatchObject({ code: 0 });
    writeFileSync(join(at.folder, "policy.yaml"), "properties: { owner: { const: team-b } }");
    const run = await at.run("apply plan.json");
    expect(run).toMatchObject({ code: 5 });
    expect(run.stderr).toContain('"a" (line 3): owner must be "team-b"');
    expect(written(at)).toEqual([]);
  });

  test("made without one is held to the policies of the apply", async () => {
    const at = await place([OWNED, BARE]);
    expect(await at.run("plan --out plan.json")).toMatchObject({ code: 0 });
    expect(await at.run("apply plan.json --policy policy.yaml")).toMatchObject({ code: 5 });
    expect(written(at)).toEqual([]);
    expect(await at.run("apply plan.json")).toMatchObject({ code: 0 });
  });

  test("takes a policy outside of the tree where it is named again, however it is spelled", async () => {
    const at = await place([OWNED]);
    const outside = tempFolder({ "rules.yaml": OWNER });
    const plan = await at.run(`plan --policy ${outside}/rules.yaml --out plan.json`);
    expect(plan).toMatchObject({ code: 0 });
    expect(await at.run("apply plan.json")).toMatchObject({ code: 3 });
    const named = await at.run(`apply plan.json --policy ${outside}/./rules.yaml`);
    expect(named).toMatchObject({ code: 0 });
  });

  test("leads to no policy outside of the tree", async () => {
    const at = await place([OWNED]);
    expect(await at.run("plan --policy policy.yaml --out plan.json")).toMatchObject({ code: 0 });
    const path = join(at.folder, "plan.json");
    const outside = join(tempFolder({ "rules.yaml": OWNER }), "rules.yaml");
    const plan = JSON.parse(readFileSync(path, "utf8"));
    plan.options.policies = [outside];
    writeFileSync(path, JSON.stringify(plan));
    const run = await at.run("apply plan.json");
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain(`names ${outside}, which is neither in this folder's tree`);
    expect(run.stderr).not.toContain(WORDS);
  });

  test("takes a piped policy where it is piped in again, and no other pipe beside it", async () => {
    const at = await place([OWNED]);
    const env = accessTo(at.sandbox);
    const piped = (command: string): Promise<CliRun> => {
      const args = ["-c", `cat policy.yaml | "$0" "$1" ${command}`, process.execPath, CLI];
      return runProgram("sh", args, { cwd: at.folder, env });
    };
    expect(await piped("plan --policy /dev/stdin --out plan.json")).toMatchObject({ code: 0 });
    const path = join(at.folder, "plan.json");
    const saved = readFileSync(path, "utf8");
    writeFileSync(path, saved.replace("/dev/stdin", "/dev/fd/0"));
    const run = await piped("apply plan.json --policy /dev/stdin");
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain("names /dev/fd/0, which is neither in this folder's tree");
    writeFileSync(path, saved);
    expect(await piped("apply plan.json --settle 100ms --policy /dev/stdin")).toMatchObject({
      code: 0,
    });
  });
});

describe("a policy that cannot be used ends the run with 3 before the server is asked", () => {
  test.each(["validate", "apply --auto-approve"])("%s", async (command) => {
    const at = await place([OWNED], "requird: [owner]");
    const run = await at.run(`${command} --policy policy.yaml --policy gone.yaml`);
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain("policy.yaml:1:1: error[policy-invalid]: there is no keyword");
    expect(run.stderr).toContain("gone.yaml:1:1: error[file-unreadable]");
    expect(at.sandbox.requests).toEqual([]);
  });

  test("a problem of the keys is told beside it", async () => {
    const at = await place(["{ name: a, remain_quota: -1 }"], "requird: [owner]");
    const run = await at.run("validate --policy policy.yaml");
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toMatch(/policy-invalid/);
    expect(run.stderr).toMatch(/quota-range/);
  });

  test("a link out of the tree is not followed", async () => {
    const at = await place([OWNED]);
    const outside = join(tempFolder({ "secret.txt": "a: secret-text\n" }), "secret.txt");
    symlinkSync(outside, join(at.folder, "link.yaml"));
    const run = await at.run("validate --policy link.yaml");
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain("a link on this path leads out of");
    expect(run.stderr).not.toContain("secret-text");
  });

  test("a pattern that finds no end is stopped, by the deadline where that is sooner", async () => {
    const at = await place([`{ name: "${"a".repeat(45)}-", remain_quota: 5 }`]);
    writeFileSync(join(at.folder, "policy.yaml"), 'properties: { name: { pattern: "^(a+)+$" } }');
    const run = await at.run("drift --policy policy.yaml --deadline 2s");
    // Less would be no proof: on a slow machine the list may take as long.
    expect(run).toMatchObject({ code: 9 });
    expect(run.stderr).toContain("error[deadline]");
  });
});

test("a pattern that the engine hardly makes ready is ended from outside of the engine", async () => {
  const pattern = String.raw`(?:\P{L}|\P{N})`.repeat(250);
  const at = await place(['{ name: "x\u0100y", remain_quota: 5 }']);
  writeFileSync(
    join(at.folder, "policy.yaml"),
    JSON.stringify({ properties: { name: { pattern } } }),
  );
  const run = await at.run("validate --policy policy.yaml");
  expect(run).toMatchObject({ code: 3 });
  expect(run.stderr).toContain("policy.yaml:1:34: error[policy-invalid]: this pattern takes too");
});

describe("the time of expiresWithin", () => {
  test("is the server's: its clock stands in 2027", async () => {
    const entry = "{ name: a, remain_quota: 5, expired_time: 2027-01-16 }";
    const at = await place([entry], "expiresWithin: 2d");
    expect(await at.run("plan --policy policy.yaml")).toMatchObject({ code: 0 });
    writeFileSync(join(at.folder, "policy.yaml"), "expiresWithin: 1d");
    expect(await at.run("plan --policy policy.yaml")).toMatchObject({ code: 5 });
  });

  test("an absent expiry is told only of a key that is to be created", async () => {
    const at = await place([BARE], "expiresWithin: 2d");
    expect(await at.run("plan --policy policy.yaml")).toMatchObject({ code: 0 });
    at.declare("{ name: new, remain_quota: 5 }");
    expect(await at.run("validate --policy policy.yaml")).toMatchObject({ code: 0 });
    const run = await at.run("plan --policy policy.yaml");
    expect(run).toMatchObject({ code: 5 });
    expect(run.stderr).toContain("expired_time must be within 2d from now, and is not declared");
  });

  test("nor of one that is to be changed, whatever the change", async () => {
    const at = await place(["{ name: b, remain_quota: 7, group: vip }"], "expiresWithin: 2d");
    const run = await at.run("plan --policy policy.yaml");
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain("1 to update");
    const left = await at.run("plan --policy policy.yaml --create-only");
    expect(left).toMatchObject({ code: 0 });
  });

  test("is that of this machine for validate", async () => {
    const inDays = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const entry = (days: number) => `{ name: a, remain_quota: 5, expired_time: ${inDays(days)} }`;
    const at = await place([entry(5)], "expiresWithin: 10d");
    expect(await at.run("validate --policy policy.yaml")).toMatchObject({ code: 0 });
    at.declare(entry(20));
    expect(await at.run("validate --policy policy.yaml")).toMatchObject({ code: 5 });
  });
});
