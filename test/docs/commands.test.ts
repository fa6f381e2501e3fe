import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { CLI, runProgram, type CliRun } from "../support/run-cli.ts";
import { leaksIn } from "../support/leaks.ts";
import { executable, programs as recorded } from "../support/sink-programs.ts";
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

/** The programs a document's commands call; `apply` and `deliver` have nobody to ask here. */
function programs(): string {
  const bin = tempFolder({
    cometkeys: `#!/bin/sh\ncase $1 in apply | deliver) set -- "$@" --auto-approve ;; esac\nif [ "$1" = apply ]; then set -- "$@" $APPLY_FLAGS; fi\nexec "${process.execPath}" "${CLI}" "$@"\n`,
    gh: '#!/bin/sh\nprintf "%s\\n" "$*" >> "$GH_LOG"\n',
  });
  for (const name of ["cometkeys", "gh"]) chmodSync(join(bin, name), 0o755);
  return bin;
}

function shell(at: Testbed, script: string, env: Record<string, string> = {}): Promise<CliRun> {
  const path = `${programs()}:${env["PATH"] ?? process.env["PATH"]}`;
  return runProgram("sh", ["-c", script], {
    cwd: at.folder,
    env: { ...accessTo(at.sandbox), HOME: at.folder, ...env, PATH: path },
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

const DELIVERY = new Map(partsOf("docs/delivery.md"));

/** The blocks of one part of docs/delivery.md as they stand, and the scripts that it shows. */
function delivery(title: string): { readonly steps: readonly Step[]; readonly scripts: string[] } {
  const [, part = ""] = readFileSync("docs/delivery.md", "utf8").split(`\n## ${title}\n`);
  const [own = ""] = part.split("\n## ");
  const scripts = Array.from(own.matchAll(/```shell\n(.*?)```/gs), ([, text = ""]) => text);
  return { steps: DELIVERY.get(title) ?? [], scripts };
}

/** A settle time that costs a test nothing, on a server that waits for nobody. */
const FAST = { APPLY_FLAGS: "--settle 100ms" };

async function play(
  at: Testbed,
  steps: readonly Step[],
  env: Record<string, string> = {},
): Promise<readonly CliRun[]> {
  const runs: CliRun[] = [];
  for (const { kind, text } of steps) {
    if (kind === "yaml") at.write(text);
    else runs.push(await shell(at, `set -e\n${text}`, { ...FAST, ...env }));
  }
  expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
  const keys = at.sandbox.store.all().map(({ key }) => key);
  expect(leaksIn(runs.map(({ stdout, stderr }) => stdout + stderr).join(), keys)).toEqual([]);
  return runs;
}

test("the first example of docs/delivery.md ends with the key in its file, and shows the plan that is made", async () => {
  const { steps } = delivery("A first example");
  const at = await testbed([], { quotaPerUnit: 500_000 });
  const [run] = await play(at, steps);
  const page = readFileSync("docs/delivery.md", "utf8");
  const [, shown = ""] = /```\n(Widens access: ci .*?)```/s.exec(page) ?? [];
  const printed = run?.stdout.replaceAll(/^(Digest: sha256:)[0-9a-f]{64}$/gm, "$1…");
  expect(printed?.slice(0, shown.length)).toBe(shown);
  const [key] = at.sandbox.store.all();
  expect(readFileSync(join(at.folder, "comet/ci.env"), "utf8")).toBe(`COMET_KEY=sk-${key?.key}\n`);
  expect((await at.run("plan --detailed-exitcode")).code).toBe(5);
  const env = { COMETKEYS_ALLOW_SINKS: "file:comet/*" };
  expect((await at.run("plan --detailed-exitcode", { env })).code).toBe(0);

  await play(at, delivery("Keys that are live already").steps, env);
});

test("docs/delivery.md gives keys to a person, and takes a key away that was left", async () => {
  const at = await testbed([], { masked: true });
  await play(at, delivery("For yourself").steps);
  const [laptop] = at.sandbox.store.all();
  const value = `sk-${laptop?.key}`;
  expect(readFileSync(join(at.folder, "mine.env"), "utf8")).toBe(`LAPTOP=${value}\n`);
  expect(JSON.parse(readFileSync(join(at.folder, "mine.json"), "utf8"))).toEqual({ LAPTOP: value });

  const left = await testbed([], { seed: [{ name: "ci~new", remain_quota: 5 }] });
  await play(left, delivery("Keys named ~new").steps);
  expect(left.sandbox.store.all()).toEqual([]);
});

const ITEM = '{ "fields": [{ "id": "username" }, { "id": "credential", "value": "" }] }';

/** Each recipe: the programs it starts, each with what it prints, and the arguments they are started with. */
const SINKS: Readonly<
  Record<string, readonly [bodies: Readonly<Record<string, string>>, argv: readonly string[]]>
> = {
  Vault: [{ vault: "" }, ["vault kv put -mount=secret comet/ci key=-"]],
  Kubernetes: [
    { kubectl: 'cat "$d/stdin"' },
    [
      "kubectl create secret generic comet-ci --namespace=apps --from-file=key=/dev/stdin --dry-run=client --output=yaml",
      "kubectl apply --server-side --filename=-",
    ],
  ],
  AWS: [
    { aws: "" },
    ["aws secretsmanager put-secret-value --secret-id comet/ci --secret-string file:///dev/stdin"],
  ],
  "1Password": [
    { op: `if [ "$2" = get ]; then printf '%s' '${ITEM}'; fi` },
    ["op item get comet-ci --vault CI --format json", "op item edit comet-ci --vault CI"],
  ],
  "GitLab CI/CD variables": [
    { glab: "" },
    ["glab variable update COMET_KEY --repo=acme/api --masked --protected"],
  ],
};

const [, RECIPE_PAGE = ""] = readFileSync("docs/delivery.md", "utf8").split("\n# Recipes");

test("every recipe of docs/delivery.md is run", () => {
  const titles = Array.from(RECIPE_PAGE.matchAll(/^## (.*)$/gm), ([, title]) => title);
  expect(titles).toEqual(Object.keys(SINKS));
});

const hasJq = (process.env["PATH"] ?? "").split(":").some((at) => existsSync(join(at, "jq")));

test.each(Object.entries(SINKS).filter(([title]) => hasJq || title !== "1Password"))(
  "delivery by %s: the value is on stdin, and in no argument and no variable",
  async (title, [bodies, argv]) => {
    const { steps, scripts } = delivery(title);
    const at = await testbed([]);
    const tools = recorded(bodies);
    // The scripts lie where this machine lets them: the first one, under the name that the recipe has for it.
    const own = tempFolder();
    const [, name = ""] = /\/usr\/local\/bin\/([\w-]+)/.exec(steps[0]?.text ?? "") ?? [];
    if (name !== "") executable(join(own, name), scripts[0] ?? "");
    const here = steps.map(({ kind, text }) => ({
      kind,
      text: text.replaceAll("/usr/local/bin", own),
    }));
    await play(at, here, { PATH: `${tools.path}:${process.env["PATH"]}`, key: "x", item: "x" });
    const started = tools.started();
    const called = started.map(({ argv: [program = "", ...args] }) =>
      [basename(program), ...args].join(" "),
    );
    expect(called.toSorted()).toEqual([...argv].toSorted());
    const [live] = at.sandbox.store.all();
    const value = `sk-${live?.key}`;
    expect(live?.name).toBe("ci");
    const taken = started.filter(({ stdin }) => stdin.includes(value));
    expect(taken).toHaveLength(title === "1Password" ? 1 : argv.length);
    for (const { argv: args, env } of started) {
      expect(leaksIn([...args, ...Object.values(env)].join("\n"), [value])).toEqual([]);
    }
    if (title !== "1Password") return;
    expect(JSON.parse(taken[0]?.stdin ?? "")).toEqual({
      fields: [{ id: "username" }, { id: "credential", value }],
    });
  },
);

test("docs/trust.md replaces the access token with commands that gh and cometkeys take", async () => {
  const at = await testbed([]);
  const log = join(at.folder, "gh.log");
  const [, steps = []] =
    partsOf("docs/trust.md").find(([title]) => title === "Replace the access token") ?? [];
  await play(at, steps, { GH_LOG: log });
  expect(readFileSync(log, "utf8").trimEnd().split("\n")).toEqual([
    "workflow disable cometkeys.yml",
    "run list --workflow cometkeys.yml --status in_progress",
    "secret set COMETAPI_ACCESS_TOKEN",
    "secret set COMETAPI_ACCESS_TOKEN --env production",
    "workflow enable cometkeys.yml",
    "workflow run cometkeys.yml",
  ]);
});

test("docs/first-run.md leads to one key and back, and changes nothing else", async () => {
  const at = await testbed([], { seed: [{ name: "a", remain_quota: 5 }, { name: "b" }] });
  const before = JSON.stringify(at.sandbox.store.all());
  const file = join(at.folder, "keys.yaml");
  rmSync(file);
  const parts = partsOf("docs/first-run.md").filter(([title]) => /^\d\. /.test(title));
  expect(parts.map(([title]) => title[0])).toEqual(["1", "2", "3", "4", "5", "6"]);
  const shown: string[] = [];
  let exported = "";
  for (const [, steps] of parts) {
    for (const { kind, text } of steps) {
      if (kind === "yaml") {
        exported ||= readFileSync(file, "utf8");
        writeFileSync(file, exported + text);
        continue;
      }
      const run = await shell(at, text.startsWith("diff") ? text : `set -e\n${text}`, FAST);
      expect({ text, code: run.code }).toEqual({ text, code: text.startsWith("diff") ? 1 : 0 });
      shown.push(run.stdout);
    }
  }
  expect(shown[2]).toContain("No changes.");
  expect(shown[3]).toContain("Plan: 1 to create, 0 to update, 0 to delete");
  expect(shown[4]).toMatch(/Applied: 1 created.*No changes\./s);
  expect(shown[5]).toContain("cometkeys-first-run");
  expect(shown[6]).toContain("Applied: 0 created, 1 updated, 0 deleted.");
  expect(shown[7]).toContain("Applied: 0 created, 0 updated, 1 deleted.");
  expect(JSON.stringify(at.sandbox.store.all())).toBe(before);
});
