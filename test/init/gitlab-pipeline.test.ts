import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { gitlabPipeline } from "../../src/init/templates.ts";
import { expectGolden } from "../support/golden.ts";
import { gitlabScripts } from "../support/pipeline-scripts.ts";
import { object, publishedSchema } from "../support/published-schema.ts";
import { CLI, runProgram } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, testbed } from "../support/testbed.ts";

const TEXT = gitlabPipeline({ file: "keys.yaml", version: "1.2.3" });
const PIPELINE = object(parse(TEXT));
const PROGRAM = 'node "$COMETKEYS/node_modules/.bin/cometkeys"';

test("is as recorded", () => {
  expectGolden(join(import.meta.dirname, "../../fixtures/init/gitlab-ci.yml"), TEXT);
  expect(TEXT).toContain("cometkeys@1.2.3");
});

test("fits the published schema, which refuses a misspelled pipeline", () => {
  const validate = publishedSchema("gitlab-ci.json");
  expect(validate(PIPELINE) ? [] : validate.errors).toEqual([]);
  const drift = { ...object(PIPELINE["cometkeys drift"]), when: "sometimes" };
  expect(validate({ ...PIPELINE, "cometkeys drift": drift })).toBe(false);
});

test("every job installs outside the checkout, without the token, and runs that program alone", () => {
  expect(object(PIPELINE[".cometkeys"])["before_script"]).toEqual([
    "set -f",
    'COMETKEYS="$(mktemp -d)"',
    'case "$HOME/" in "$CI_PROJECT_DIR"/*) HOME="$COMETKEYS" ;; esac',
    '(cd "$COMETKEYS" && env -u COMETAPI_ACCESS_TOKEN npm install --prefix . --cache cache --ignore-scripts --no-audit --no-fund cometkeys@1.2.3)',
  ]);
  for (const [name, job] of Object.entries(PIPELINE)) {
    if (name === ".cometkeys") continue;
    const { extends: base, before_script: before, script } = object(job);
    expect([base, before]).toEqual([".cometkeys", undefined]);
    const lines = Array.isArray(script) ? script.map(String) : [];
    const others = lines.filter((line) => !line.startsWith(`${PROGRAM} `));
    expect(others.filter((line) => !/^rm -rf cometkeys-\w+\.json( &&|$)/.test(line))).toEqual([]);
  }
});

test("applies the saved plan, one at a time, behind the environment, and is never cancelled", () => {
  expect(PIPELINE["cometkeys apply"]).toMatchObject({
    needs: ["cometkeys review"],
    environment: "production",
    resource_group: "cometkeys-keys.yaml-production",
    interruptible: false,
    script: [`${PROGRAM} apply cometkeys-plan.json`],
  });
});

test("plans only merge requests of the project itself, wherever a fork's pipeline runs; drift waits for its schedule", () => {
  expect(JSON.stringify(PIPELINE["cometkeys plan"])).toContain(
    "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID",
  );
  expect(PIPELINE["cometkeys drift"]).toMatchObject({
    rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule" && $COMETKEYS_DRIFT' }],
  });
});

test("with a policy, every plan is held to it, and a change of it starts the jobs", () => {
  const text = gitlabPipeline({ file: "keys.yaml", version: "1.2.3", policy: true });
  expect(text.match(/-f keys\.yaml(?! --policy policy\.yaml)/g)).toBeNull();
  expect(text.match(/changes: \[keys\.yaml, policy\.yaml\]/g)).toHaveLength(4);
});

test("a plan that was committed is not applied where the review saved none", async () => {
  const at = await testbed(["{ name: evil, remain_quota: 5 }"]);
  expect(await at.run("plan --out cometkeys-plan.json")).toMatchObject({ code: 0 });
  // Another account's: the review ends with 5, which the pipeline lets pass.
  at.write("version: 1\naccount: { user_id: 424242 }\nkeys: []\n");
  const bin = tempFolder({
    "node_modules/.bin/cometkeys": `require(${JSON.stringify(CLI)});\n`,
  });
  const play = async (job: string) => {
    const script = gitlabScripts(TEXT, job, {}).map((one) =>
      one.script.replace(/^.*mktemp[^]*?npm install.*\n/m, ""),
    );
    const env = { ...accessTo(at.sandbox), COMETKEYS: bin, PATH: process.env["PATH"] ?? "" };
    return runProgram("sh", ["-ec", script.join("\n")], { cwd: at.folder, env });
  };
  expect(await play("cometkeys review")).toMatchObject({ code: 5 });
  const applied = await play("cometkeys apply");
  expect(applied).toMatchObject({ code: 3 });
  expect(applied.stderr).toContain("not a complete JSON document");
  expect(at.sandbox.store.all()).toEqual([]);
});

const [SPEC, JOBS] = parseAllDocuments(readFileSync("templates/cometkeys.yml", "utf8")).map(
  (document) => document.toJSON(),
);
const INPUTS = object(object(object(SPEC)["spec"])["inputs"]);

/** An input that is empty leaves a blank behind, which no shell sees. */
function withoutGaps(text: string): string {
  return text.replaceAll(/ +/g, " ").replaceAll(/ (?=")/g, "");
}

/** The component with these inputs, as GitLab fills them in. */
function component(inputs: Readonly<Record<string, string>> = {}): unknown {
  const text = JSON.stringify(JOBS).replaceAll(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name: string) =>
    String(inputs[name] ?? object(INPUTS[name])["default"]),
  );
  return JSON.parse(withoutGaps(text));
}

test("the component has the jobs that init writes, at the version of this package", () => {
  const { version } = object(JSON.parse(readFileSync("package.json", "utf8")));
  expect(object(INPUTS["version"])["default"]).toBe(version);
  const written = parse(gitlabPipeline({ file: "keys.yaml", version: String(version) }));
  expect(component()).toEqual(JSON.parse(withoutGaps(JSON.stringify(written))));
});

test("the component's inputs reach the jobs, and none of them can end a command", () => {
  const policy = component({
    file: "a/b.yaml",
    flags: "--policy=policy.yaml",
    apply_flags: "--allow-sink=file:out/*",
    stage: "keys",
  });
  const jobs = object(policy);
  expect(object(jobs["cometkeys plan"])["script"]).toContain(
    `${PROGRAM} plan -f a/b.yaml --policy=policy.yaml`,
  );
  expect(object(jobs["cometkeys apply"])["script"]).toEqual([
    `${PROGRAM} apply cometkeys-plan.json --allow-sink=file:out/*`,
  ]);
  expect(object(jobs[".cometkeys"])["stage"]).toBe("keys");
  for (const name of ["file", "flags", "apply_flags", "environment", "version"]) {
    const allowed = new RegExp(String(object(INPUTS[name])["regex"]));
    for (const text of ["a; b", "$(a)", "`a`", "a|b", "a&b", "a\nb", 'a"b', "a'b", "a>b"]) {
      expect({ name, text, taken: allowed.test(text) }).toEqual({ name, text, taken: false });
    }
  }
});

test("files of the checkout take no part in a flag of the component", async () => {
  const at = await testbed(["{ name: kept, remain_quota: 5 }"], { seed: [{ name: "prod-api" }] });
  at.write('version: 1\nscope: "*"\nkeys: [{ name: kept, remain_quota: 5 }]\n');
  writeFileSync(join(at.folder, "--protect=prod-zzz"), "");
  const home = tempFolder({ cometkeys: `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n` });
  const jobs = JSON.stringify(component({ flags: "--prune --protect=prod-*" }));
  const script = gitlabScripts(jobs, "cometkeys plan", {}).map((one) => one.script);
  // What it installs is this build.
  const lines = script
    .join("\n")
    .split("\n")
    .filter((line) => !/^(?:COMETKEYS=|\(cd )/.test(line));
  const here = lines.join("\n").replaceAll(PROGRAM, `sh ${home}/cometkeys`);
  const run = await runProgram("sh", ["-c", here], { cwd: at.folder, env: accessTo(at.sandbox) });
  expect(run.stdout).toContain("Plan: 1 to create, 0 to update, 0 to delete");
});
