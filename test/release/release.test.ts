import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { object, publishedSchema } from "../support/published-schema.ts";
import { runProgram, type CliRun } from "../support/run-cli.ts";
import { executable } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const ROOT = process.cwd();
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

test("each script that a workflow runs is there", () => {
  const { scripts } = object(JSON.parse(readFileSync("package.json", "utf8")));
  const called = readdirSync(".github/workflows").flatMap((name) => {
    const text = readFileSync(join(".github/workflows", name), "utf8");
    return Array.from(
      text.matchAll(/npm run (?:--silent )?([\w:-]+)/g),
      ([, script = ""]) => script,
    );
  });
  expect(called).toContain("test:pure");
  expect(called.filter((script) => !Object.hasOwn(object(scripts), script))).toEqual([]);
});

test("the workflow fits the published schema, and gives each job the least it needs", () => {
  const validate = publishedSchema("github-workflow.json");
  expect(validate(WORKFLOW) ? [] : validate.errors).toEqual([]);
  expect(WORKFLOW["permissions"]).toEqual({});
  const jobs = Object.entries(object(WORKFLOW["jobs"])).map(
    ([name, job]) => [name, object(job)] as const,
  );
  const read = { contents: "read" };
  expect(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]))).toEqual({
    version: read,
    test: read,
    windows: read,
    build: read,
    publish: { contents: "write", "id-token": "write" },
  });
  // Where something can be published, no code of others is installed or run.
  expect(JSON.stringify(object(WORKFLOW["jobs"])["publish"])).not.toMatch(/npm (?:ci|install|run)/);
});

test("the bill of materials names what is inside the program, as its licences do", async () => {
  const run = await runProgram(process.execPath, ["scripts/sbom.mjs"]);
  const { metadata, components } = object(JSON.parse(run.stdout));
  expect(object(object(metadata)["component"])).toMatchObject({ name: "cometkeys", version });
  const names = Array.isArray(components) ? components.map((one) => object(one)["name"]) : [];
  const licences = readFileSync("dist/licences.txt", "utf8").split("\n---\n");
  const titles = licences.map((text) => text.trim().split("\n\n")[0] ?? "");
  expect(names.filter((name) => !titles.includes(String(name)))).toEqual([
    "@commander-js/extra-typings",
  ]);
  expect(names).toEqual(expect.arrayContaining(["undici", "yaml", "ajv", "commander"]));
  expect(names).not.toContain("esbuild");
});

const hasGit = (process.env["PATH"] ?? "").split(":").some((at) => existsSync(join(at, "git")));

test.runIf(hasGit)(
  "a release publishes the action, the package and itself, and again nothing",
  async () => {
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
    for (const path of ["scripts", "dist", "schemas", "src", "node_modules"]) {
      symlinkSync(join(ROOT, path), join(checkout, path));
    }
    for (const path of ["action.yml", "LICENSE", "SECURITY.md", "package.json", "CHANGELOG.md"]) {
      cpSync(path, join(checkout, path));
    }
    const log = join(temp, "log");
    writeFileSync(log, "");
    // What is published is there from then on.
    const tool = (name: string, there: string): string =>
      `#!/bin/sh\necho "${name} $*" >> ${log}\ncase "$1 $2" in\n"release view" | "view "*) ${there} ;;\nesac\n`;
    executable(join(bin, "gh"), tool("gh", `grep -q "release create" ${log}`));
    executable(join(bin, "npm"), tool("npm", `grep -q "npm publish" ${log} && echo ${version}; :`));
    mkdirSync(join(checkout, "out/package"), { recursive: true });
    mkdirSync(join(checkout, "out/release"));
    writeFileSync(join(checkout, `out/package/cometkeys-${version}.tgz`), "");
    writeFileSync(join(checkout, "out/release/keys.schema.json"), "");
    const tree = join(checkout, "out/action");
    const made = await runProgram(process.execPath, [join(ROOT, "scripts/action-tree.mjs"), tree]);
    expect(made).toMatchObject({ code: 0 });
    const steps = ["Publish the action, as a commit of its own that holds nothing else"];
    const script = [...steps, "Publish the package", "Publish the release"].map(shellOf).join("\n");
    const run = () =>
      runProgram("bash", ["-e", "-o", "pipefail", "-c", script], {
        cwd: checkout,
        env: {
          HOME: folder,
          PATH: `${bin}:${process.env["PATH"]}`,
          RUNNER_TEMP: temp,
          GITHUB_REF_NAME: `v${version}`,
          GITHUB_SHA: "c".repeat(40),
          GITHUB_REPOSITORY: "acme/cometkeys",
        },
      });
    expect(await run()).toMatchObject({ code: 0 });
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
    expect(readFileSync(join(checkout, "out/notes.md"), "utf8")).toContain(
      `acme/cometkeys@${commit} # ${tag}`,
    );
    const published = () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => /publish|create/.test(line));
    expect(published()).toEqual([
      // Without the dot, npm would take it for a repository.
      `npm publish ./out/package/cometkeys-${version}.tgz --provenance --access public`,
      `gh release create v${version} out/release/keys.schema.json --verify-tag --notes-file out/notes.md`,
    ]);
    expect(await run()).toMatchObject({ code: 0 });
    expect(published()).toHaveLength(2);
    expect(git("--git-dir", remote, "rev-parse", tag).trim()).toBe(commit);
  },
);

test("every file that pins an action pins the same commit of it", () => {
  const paths = execFileSync(
    "grep",
    [
      "-rlE",
      "uses: [a-z]+/[a-z-]+@[0-9a-f]{40}",
      ".github",
      "docs",
      "src",
      "fixtures/init",
      "README.md",
    ],
    { encoding: "utf8" },
  );
  const pins = new Map<string, Set<string>>();
  for (const path of paths.trim().split("\n")) {
    for (const [, action = "", commit = ""] of readFileSync(path, "utf8").matchAll(
      /uses: (actions\/[a-z-]+)@([0-9a-f]{40})/g,
    )) {
      pins.set(action, (pins.get(action) ?? new Set()).add(commit));
    }
  }
  expect(pins.size).toBeGreaterThan(1);
  expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
});
