import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { object, publishedSchema } from "../support/published-schema.ts";
import { runProgram, type CliRun } from "../support/run-cli.ts";
import { executable } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const WORKFLOW = object(parse(readFileSync(".github/workflows/release.yml", "utf8")));
const version = String(object(JSON.parse(readFileSync("package.json", "utf8")))["version"]);

function shellOf(name: string): string {
  const { steps } = object(object(WORKFLOW["jobs"])["publish"]);
  const found = Array.isArray(steps) ? steps.map(object).find((step) => step["name"] === name) : {};
  return String(found?.["run"]);
}

/** What the script reads, with a changelog that has been closed for the version. */
function sources(
  changelog = `# Changelog\n\n## [${version}]\n\n- What is new.\n\n## [0.0.1]\n\n- Old.\n`,
) {
  const folder = tempFolder({ "CHANGELOG.md": changelog });
  const files = ["scripts/release.mjs", "package.json", "package-lock.json", "README.md"];
  for (const path of [...files, "templates/cometkeys.yml"]) cpSync(path, join(folder, path));
  return folder;
}

function release(folder: string, ...args: readonly string[]): Promise<CliRun> {
  return runProgram(process.execPath, [join(folder, "scripts/release.mjs"), ...args]);
}

test("a release needs one version in all that names one, and its part of the changelog", async () => {
  const folder = sources();
  expect(await release(folder, "check", `v${version}`)).toMatchObject({ code: 0, stderr: "" });
  expect(await release(folder, "notes", `v${version}`)).toMatchObject({
    stdout: "- What is new.\n",
  });
  const other = await release(folder, "check", "v9.9.9");
  expect(other.code).toBe(1);
  for (const path of [
    "package.json",
    "package-lock.json",
    "templates/cometkeys.yml",
    "README.md",
  ]) {
    expect(other.stderr).toContain(`${path} names ${version}`);
  }
  expect(other.stderr).toContain("CHANGELOG.md has nothing under [9.9.9]");
  expect((await release(folder, "check", "v1")).code).toBe(1);
  const open = sources("# Changelog\n\n## [Unreleased]\n\n- What is new.\n");
  expect((await release(open, "check", `v${version}`)).code).toBe(1);
});

test("the workflows fit the published schema, and give each job the least it needs", () => {
  const validate = publishedSchema("github-workflow.json");
  expect(validate(WORKFLOW) ? [] : validate.errors).toEqual([]);
  expect(WORKFLOW["permissions"]).toEqual({});
  const asked = Object.entries(object(WORKFLOW["jobs"])).map(([name, job]) => [
    name,
    object(job)["permissions"],
  ]);
  expect(Object.fromEntries(asked)).toEqual({
    test: { contents: "read" },
    windows: { contents: "read" },
    publish: { contents: "write", "id-token": "write" },
  });
});

const hasGit = (process.env["PATH"] ?? "").split(":").some((at) => existsSync(join(at, "git")));

test.runIf(hasGit)("the action is published as a commit that holds its release alone", async () => {
  const folder = tempFolder();
  const [remote, checkout] = [join(folder, "remote.git"), join(folder, "checkout")];
  const [temp, bin] = [join(folder, "temp"), join(folder, "bin")];
  for (const path of [checkout, temp, bin]) mkdirSync(path);
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: checkout, env, encoding: "utf8" });
  git("init", "--quiet", "--bare", remote);
  git("init", "--quiet");
  git("remote", "add", "origin", remote);
  const files = [
    ".pre-commit-hooks.yaml",
    "LICENSE",
    "SECURITY.md",
    "CHANGELOG.md",
    "package.json",
  ];
  for (const path of ["scripts", "dist", "action.yml", ...files]) {
    cpSync(path, join(checkout, path), { recursive: true });
  }
  executable(join(bin, "gh"), "#!/bin/sh\n");
  const summary = join(temp, "summary.md");
  writeFileSync(summary, "");
  const run = await runProgram(
    "bash",
    ["-e", "-c", shellOf("Publish the action, as a commit of its own that holds nothing else")],
    {
      cwd: checkout,
      env: {
        HOME: folder,
        PATH: `${bin}:${process.env["PATH"]}`,
        RUNNER_TEMP: temp,
        GITHUB_REF_NAME: `v${version}`,
        GITHUB_SHA: "c".repeat(40),
        GITHUB_REPOSITORY: "acme/cometkeys",
        GITHUB_STEP_SUMMARY: summary,
      },
    },
  );
  expect(run).toMatchObject({ code: 0 });
  const tag = `action-v${version}`;
  const held = git("--git-dir", remote, "ls-tree", "-r", "--name-only", tag).trim().split("\n");
  expect(held.filter((path) => !path.startsWith("dist/"))).toEqual([
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "LICENSE",
    "SECURITY.md",
    "action.yml",
    "package.json",
  ]);
  expect(held).toEqual(expect.arrayContaining(["dist/action.cjs", "dist/cometkeys.cjs"]));
  const commit = git("--git-dir", remote, "rev-parse", tag).trim();
  expect(readFileSync(summary, "utf8")).toContain(`acme/cometkeys@${commit}`);
});
