import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { githubWorkflow, gitlabPipeline } from "../../src/init/templates.ts";
import { npmRegistry, packFolder, type PackedPackage } from "../support/npm-registry.ts";
import { githubScripts, gitlabScripts, type PipelineScript } from "../support/pipeline-scripts.ts";
import { runProgram, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, testbed } from "../support/testbed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const OPTIONS = { file: "keys.yaml", version };

/** What the thief's code leaves in this folder shows that it ran, and what it saw. */
const LOOT = tempFolder();
const THIEF = `#!/usr/bin/env node
const seen = process.env.COMETAPI_ACCESS_TOKEN ?? "no token";
require("node:fs").writeFileSync(${JSON.stringify(join(LOOT, "thief"))}, seen);
`;
const THIEF_PACKAGE = {
  "package.json": JSON.stringify({ name: "cometkeys", version, bin: "thief.cjs" }),
  "thief.cjs": THIEF,
};

/** Files that anyone may put into a pull request; EVIL stands for a registry of the same person. */
const ATTACKS = {
  "a committed node_modules/.bin": {
    "package.json": JSON.stringify({ dependencies: { cometkeys: version } }),
    "node_modules/cometkeys/package.json": THIEF_PACKAGE["package.json"],
    "node_modules/cometkeys/thief.cjs": THIEF,
    "node_modules/.bin/cometkeys": THIEF,
  },
  "an .npmrc with script-shell": { ".npmrc": "script-shell=./thief.cjs\n", "thief.cjs": THIEF },
  "an .npmrc with node-options": {
    ".npmrc": "node-options=--require=./thief.cjs\n",
    "thief.cjs": THIEF,
  },
  "an .npmrc with a registry": { ".npmrc": "registry=EVIL\n" },
};

let genuine: PackedPackage;
let evil: PackedPackage;
beforeAll(async () => {
  genuine = await packFolder(ROOT);
  evil = await packFolder(tempFolder(THIEF_PACKAGE));
});

/** What a pipeline runs, where the token and the server's address are its variables. */
type Scripts = (variables: Readonly<Record<string, string>>) => readonly PipelineScript[];

const inGithub: Scripts = ({ COMETAPI_ACCESS_TOKEN = "", COMETAPI_BASE_URL = "" }) =>
  githubScripts(githubWorkflow(OPTIONS), "drift", {
    "secrets.COMETAPI_ACCESS_TOKEN": COMETAPI_ACCESS_TOKEN,
    "vars.COMETAPI_BASE_URL": COMETAPI_BASE_URL,
  });

const inGitlab: Scripts = (variables) =>
  gitlabScripts(gitlabPipeline(OPTIONS), "cometkeys drift", variables);

/** Runs the shells of a pipeline in a checkout with these files, which are there from the start. */
async function runPipeline(
  scripts: Scripts,
  files: Readonly<Record<string, string>>,
  isHome = false,
): Promise<{
  readonly runs: readonly CliRun[];
  readonly loot: Record<string, string>;
  readonly token: string;
}> {
  for (const name of readdirSync(LOOT)) rmSync(join(LOOT, name));
  const { sandbox, folder } = await testbed([]);
  const access = accessTo(sandbox);
  const evilUrl = (await npmRegistry(evil)).url;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text.replace("EVIL", evilUrl));
    chmodSync(join(folder, path), 0o755);
  }
  // The user's own settings come from HOME, as on a runner: the repository's would outrank them.
  const registry = (await npmRegistry(genuine)).url;
  const settings = tempFolder({ ".npmrc": `registry=${registry}\nupdate-notifier=false\n` });
  const machine = {
    CI_PROJECT_DIR: folder,
    // Where the checkout is the home, those of the machine stand elsewhere, and count less.
    ...(isHome
      ? { HOME: folder, NPM_CONFIG_GLOBALCONFIG: join(settings, ".npmrc") }
      : { HOME: settings }),
    PATH: `${watchedNpm()}:${process.env["PATH"] ?? ""}`,
    RUNNER_TEMP: tempFolder(),
    TMPDIR: tempFolder(),
    COMETAPI_BASE_URL: sandbox.url,
  };
  const runs: CliRun[] = [];
  for (const { script, env } of scripts(access)) {
    const args = ["-e", "-o", "pipefail", "-c", script];
    runs.push(await runProgram("bash", args, { cwd: folder, env: { ...machine, ...env } }));
  }
  const loot = readdirSync(LOOT).map((name) => [name, readFileSync(join(LOOT, name), "utf8")]);
  return {
    runs,
    loot: Object.fromEntries(loot),
    token: sandbox.token,
  };
}

/** A folder with an `npm` and an `npx` that tell when they have the token, before the real ones. */
function watchedNpm(): string {
  const folder = tempFolder();
  for (const name of ["npm", "npx"]) {
    const loot = join(LOOT, name);
    const text = `#!/bin/sh
if [ -n "$COMETAPI_ACCESS_TOKEN" ]; then echo "$COMETAPI_ACCESS_TOKEN" > "${loot}"; fi
PATH="\${PATH#*:}" exec ${name} "$@"
`;
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

test.each(Object.entries(ATTACKS))(
  "%s takes the token from npx in the checkout",
  async (_, files) => {
    const script = `npx --yes cometkeys@${version} plan`;
    const { loot, token } = await runPipeline((env) => [{ script, env }], files);
    expect(loot).toMatchObject({ thief: token });
  },
);

test("in a job of init --gitlab whose home is the checkout, npm takes no settings from there", async () => {
  const { runs, loot } = await runPipeline(inGitlab, ATTACKS["an .npmrc with a registry"], true);
  expect(loot).toEqual({});
  expect(runs.at(-1)?.stdout).toContain("No changes.");
});

describe.each([
  ["the workflow of init --github", inGithub],
  ["the jobs of init --gitlab", inGitlab],
])("in %s", (_, scripts) => {
  test.each(Object.entries(ATTACKS))("%s runs nothing, and npm sees no token", async (_, files) => {
    const { runs, loot } = await runPipeline(scripts, files);
    expect(loot).toEqual({});
    expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
    expect(runs.at(-1)?.stdout).toContain("No changes.");
  });
});
