import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CLI, runProgram, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, testbed, type Testbed } from "../support/testbed.ts";

interface Step {
  readonly kind: string;
  readonly text: string;
}

/** The fenced blocks of `yaml` and `sh` in each part of a document, by the part's title. */
function partsOf(path: string): readonly (readonly [title: string, steps: readonly Step[]])[] {
  const [, ...parts] = readFileSync(path, "utf8").split(/^#{1,2} /m);
  return parts.map((part) => {
    const blocks = part.matchAll(/^( *)```(yaml|sh)\n(.*?)^\1```$/gms);
    const steps = Array.from(blocks, ([, indent = "", kind = "", text = ""]) => ({
      kind,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }));
    return [part.split("\n", 1)[0] ?? "", steps] as const;
  });
}

/** The programs a document's commands call; `apply` has nobody to ask here. */
function programs(): string {
  const bin = tempFolder({
    cometkeys: `#!/bin/sh\nif [ "$1" = apply ]; then set -- "$@" --auto-approve; fi\nexec "${process.execPath}" "${CLI}" "$@"\n`,
    gh: '#!/bin/sh\nprintf "%s\\n" "$*" >> "$GH_LOG"\n',
  });
  for (const name of ["cometkeys", "gh"]) chmodSync(join(bin, name), 0o755);
  return bin;
}

function shell(at: Testbed, script: string, env: Record<string, string> = {}): Promise<CliRun> {
  const path = `${programs()}:${process.env["PATH"]}`;
  return runProgram("sh", ["-c", script], {
    cwd: at.folder,
    env: { ...accessTo(at.sandbox), PATH: path, HOME: at.folder, ...env },
  });
}

const RECIPES = new Map(partsOf("docs/recipes.md").filter(([, steps]) => steps.length > 0));

/** What the commands of each recipe show, in order, and the keys that are there after it. */
const SHOWN: Readonly<Record<string, readonly [shown: RegExp, keys: readonly string[]]>> = {
  "Three keys for yourself": [
    /Plan: 3 to create.*Applied: 3 created.*No changes\./s,
    ["ci", "laptop", "notebook"],
  ],
  "A file for each team": [/Applied: 2 created/, ["search-dev", "search-prod"]],
  "A key that expires": [/Applied: 1 created.*No changes\./s, ["contractor"]],
  "Lower a quota": [
    /Applied: 1 created.*500000 → 300000 .*Applied: 0 created, 1 updated/s,
    ["nightly"],
  ],
  "A leaked key": [
    /enabled → disabled.*1 to create, 0 to update, 0 to delete.*0 to create, 0 to update, 1 to delete/s,
    ["bot-2"],
  ],
  "Rename a key": [
    /Applied: 1 created.*key1 → search-prod.*Applied: 0 created, 1 updated.*No changes\./s,
    ["search-prod"],
  ],
  "A file that says all there is": [
    /Applied: 2 created.*- search-trial .*Applied: 0 created, 0 updated, 1 deleted/s,
    ["search-prod"],
  ],
};

test("every recipe is run", () => {
  expect([...RECIPES.keys()]).toEqual(Object.keys(SHOWN));
});

test.each(Object.entries(SHOWN))("recipe: %s", async (title, [shown, keys]) => {
  const at = await testbed([]);
  const runs: CliRun[] = [];
  for (const { kind, text } of RECIPES.get(title) ?? []) {
    if (kind === "yaml") at.write(text);
    else runs.push(await shell(at, `set -e\n${text}`));
  }
  expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
  expect(runs.map(({ stdout }) => stdout).join("")).toMatch(shown);
  expect(at.sandbox.store.all().map(({ name }) => name)).toEqual(expect.arrayContaining([...keys]));
  expect(at.sandbox.store.all()).toHaveLength(keys.length);
});

test("the first lines of docs/ci.md lead to a pull request with the workflow in it", async () => {
  const [, [first] = []] = partsOf("docs/ci.md")[0] ?? [];
  const script = first?.text ?? "";
  expect(script.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  const at = await testbed([], { seed: [{ name: "batch", remain_quota: 500_000 }] });
  const [remote, repository] = [join(at.folder, "remote.git"), join(at.folder, "repository")];
  mkdirSync(repository);
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: repository,
      env: { PATH: process.env["PATH"], HOME: at.folder },
      encoding: "utf8",
    });
  writeFileSync(join(at.folder, ".gitconfig"), "[user]\n  name = a\n  email = a@example.com\n");
  git("init", "--quiet", "--bare", remote);
  git("init", "--quiet", "--initial-branch", "main");
  git("remote", "add", "origin", remote);
  git("commit", "--quiet", "--allow-empty", "-m", "begin");
  const log = join(at.folder, "gh.log");
  const run = await shell(at, `set -e\ncd repository\n${script}`, { GH_LOG: log });
  expect(run).toMatchObject({ code: 0 });
  expect(git("ls-tree", "-r", "--name-only", "origin/cometkeys").split("\n")).toEqual([
    ".github/workflows/cometkeys.yml",
    "keys.schema.json",
    "keys.yaml",
    "",
  ]);
  expect(readFileSync(log, "utf8").trimEnd().split("\n")).toEqual([
    "secret set COMETAPI_ACCESS_TOKEN",
    "api -X PUT repos/{owner}/{repo}/environments/production",
    "pr create --fill",
    "pr checks --watch",
    "pr merge --merge",
  ]);
});

test("docs/takeover.md brings 300 messy keys under git without changing one", async () => {
  const odd = ["a, b", " padded ", "twin", "twin", "x".repeat(60), "yes", "007", "- dash", "#x"];
  const seed = Array.from({ length: 300 }, (_, n) => ({
    name: odd[n] ?? `${["search", "ads", "team"][n % 3]}-${n}`,
    remain_quota: 1_000 * (n % 7),
    used_quota: n % 5,
    status: n % 11 === 0 ? 2 : 1,
    group: n % 4 === 0 ? "vip" : "",
    model_limits: n % 6 === 0 ? "a, b" : "",
    model_limits_enabled: n % 6 === 0,
    allow_ips: n % 9 === 0 ? "10.0.0.1,10.0.0.2" : "",
    expired_time: n % 8 === 0 ? 1_900_000_000 : -1,
  }));
  const at = await testbed([], { seed });
  const before = JSON.stringify(at.sandbox.store.all());
  rmSync(join(at.folder, "keys.yaml"));
  for (const args of [
    ["init", "-q"],
    ["config", "user.name", "a"],
    ["config", "user.email", "a@example.com"],
  ]) {
    execFileSync("git", args, { cwd: at.folder });
  }
  const shown: string[] = [];
  for (const [, steps] of partsOf("docs/takeover.md")) {
    for (const { text } of steps) {
      const run = await shell(at, `set -e\n${text}`);
      expect({ text, code: run.code, stderr: run.code === 0 ? "" : run.stderr }).toEqual({
        text,
        code: 0,
        stderr: "",
      });
      shown.push(run.stdout);
    }
  }
  expect(shown[0]).toContain("300 of 1000 keys");
  expect(shown[1]).toMatch(/^Wrote keys\.yaml: 29\d keys\n.*No changes\./s);
  expect(shown.at(-1)).toContain("No changes.");
  const rest = readFileSync(join(at.folder, "rest.txt"), "utf8");
  expect(rest).toContain("- name: team-");
  expect(rest).not.toMatch(/- name: (search|ads)-/);
  expect(JSON.stringify(at.sandbox.store.all())).toBe(before);
  expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
});
