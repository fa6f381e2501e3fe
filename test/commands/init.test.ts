import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runInit } from "../../src/commands/init.ts";
import { PLAIN } from "../../src/render/view.ts";
import type { Io } from "../../src/run/io.ts";
import { writeNewFiles } from "../../src/init/new-files.ts";
import {
  GITHUB_WORKFLOW_FILE,
  githubWorkflow,
  GITLAB_PIPELINE_FILE,
  gitlabPipeline,
  STARTER_POLICY,
} from "../../src/init/templates.ts";
import { createRedactor } from "../../src/run/redact.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import { expectGolden } from "../support/golden.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

type InitFlags = Parameters<typeof runInit>[0];

const VERSION = "1.2.3";
const OPTIONS = { file: "keys.yaml", version: VERSION };
const FIXTURES = join(import.meta.dirname, "../../fixtures/init");
const NOW = 1_800_000_000;

const started = process.cwd();
let sandbox: Sandbox | undefined;
let folder = "";

beforeEach(() => {
  folder = tempFolder();
  process.chdir(folder);
});

afterEach(async () => {
  process.chdir(started);
  await sandbox?.close();
  sandbox = undefined;
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function init(flags: InitFlags, env: Record<string, string> = {}): Promise<Run> {
  let [stdout, stderr] = ["", ""];
  const redactor = createRedactor();
  const io: Io = {
    env,
    stdout: (text) => {
      stdout += redactor.clean(text);
      return Promise.resolve(true);
    },
    stderr: (text) => {
      stderr += redactor.clean(text);
    },
    stderrTaken: async () => {},
    unredacted: () => {},
    view: { stdout: PLAIN, stderr: PLAIN },
    interactive: () => false,
    liveProgress: () => false,
    ask: () => Promise.resolve(""),
    fetch: (input, request) => globalThis.fetch(input, request),
    clock: {
      now: () => performance.now(),
      wall: Date.now,
      timer: (ms, fire) => {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
      },
    },
    deadlineAt: performance.now() + 900_000,
    random: () => 0.5,
    redactor,
    onSignal: () => () => {},
  };
  return { code: await runInit(flags, io, VERSION), stdout, stderr };
}

function file(path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

describe("init", () => {
  test("writes a file that is valid as it is, with its schema beside it for the editor", async () => {
    const run = await init({});
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^Wrote keys\.yaml\nWrote keys\.schema\.json\n\nNext:\n/);
    expect(file("keys.yaml").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=./keys.schema.json",
    );
    const published = join(started, "schemas/keys.schema.json");
    expect(JSON.parse(file("keys.schema.json"))).toEqual(
      JSON.parse(readFileSync(published, "utf8")),
    );
    expect(await runCli(["validate"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
  });

  test("writes an example that is valid once it is no comment any more", async () => {
    await init({});
    const example = file("keys.yaml")
      .replace("keys: []\n", "")
      .replaceAll(/^# (?=(account|defaults|keys):|  )/gm, "")
      .replaceAll(/^#$/gm, "");
    const cwd = tempFolder({ "keys.yaml": example });
    const run = await runCli(["validate"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "Valid: 3 keys in 1 file.\n", stderr: "" });
  });

  test("overwrites nothing: names all that is there, and writes no file at all", async () => {
    folder = tempFolder({ "keys.schema.json": "mine", [GITLAB_PIPELINE_FILE]: "mine too" });
    process.chdir(folder);
    const run = await init({ github: true, gitlab: true });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain(
      `keys.schema.json, ${GITLAB_PIPELINE_FILE} exist already; nothing was written`,
    );
    expect([file("keys.schema.json"), file(GITLAB_PIPELINE_FILE)]).toEqual(["mine", "mine too"]);
    expect(existsSync("keys.yaml")).toBe(false);
    expect(existsSync(GITHUB_WORKFLOW_FILE)).toBe(false);
  });

  test("keeps a keys file that is there when a workflow for it is asked for", async () => {
    folder = tempFolder({ "keys.yaml": "mine" });
    process.chdir(folder);
    const run = await init({ github: true });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(
      /^keys\.yaml is there already, kept\nWrote keys\.schema\.json\nWrote \.github\//,
    );
    const second = await init({ gitlab: true });
    expect(second.stdout).toMatch(
      /^keys\.yaml is there already, kept\nWrote \.gitlab-ci\.cometkeys\.yml\n\n/,
    );
    expect(file("keys.yaml")).toBe("mine");
    expect(file(GITHUB_WORKFLOW_FILE)).toBe(githubWorkflow(OPTIONS));
    expect(file(GITLAB_PIPELINE_FILE)).toBe(gitlabPipeline(OPTIONS));
  });

  test("writes a policy, which the next steps and the pipelines use", async () => {
    const run = await init({ policy: true, github: true, gitlab: true });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("Wrote policy.yaml\n");
    expect(run.stdout).toContain("cometkeys validate --policy policy.yaml\n");
    expect(file("policy.yaml")).toBe(STARTER_POLICY);
    expect(await runCli(["validate", "--policy", "policy.yaml"], { cwd: folder })).toMatchObject({
      code: 0,
    });
    expect(file(GITHUB_WORKFLOW_FILE)).toBe(githubWorkflow({ ...OPTIONS, policy: true }));
    expect(file(GITLAB_PIPELINE_FILE)).toBe(gitlabPipeline({ ...OPTIONS, policy: true }));
  });

  test("keeps a keys file and a policy that are there", async () => {
    folder = tempFolder({ "keys.yaml": "mine", "policy.yaml": "mine too" });
    process.chdir(folder);
    const run = await init({ policy: true, github: true });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("policy.yaml is there already, kept\n");
    expect([file("keys.yaml"), file("policy.yaml")]).toEqual(["mine", "mine too"]);
    expect(await init({ policy: true })).toMatchObject({ code: 3 });
  });

  test.each<[string, InitFlags]>([
    ["nothing else", {}],
    ["its content", { fromLive: true, github: true }],
  ])("a keys file that is there is an error where %s is asked for", async (_, flags) => {
    folder = tempFolder({ "keys.yaml": "mine" });
    process.chdir(folder);
    const run = await init(flags);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("move it away, or name another file with --file");
    expect(file("keys.yaml")).toBe("mine");
    expect(existsSync("keys.schema.json")).toBe(false);
    expect(existsSync(GITHUB_WORKFLOW_FILE)).toBe(false);
  });

  test("does not send to --file for a workflow that is there: its place is fixed", async () => {
    folder = tempFolder({ [GITHUB_WORKFLOW_FILE]: "mine", "keys.yaml": "mine too" });
    process.chdir(folder);
    const run = await init({ github: true });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("move it away; no file is ever overwritten");
    expect(run.stderr).not.toContain("--file");
    expect(existsSync("keys.schema.json")).toBe(false);
  });

  test("warns of a workflow below the root of a git repository, where nobody reads it", async () => {
    folder = tempFolder({ ".git/HEAD": "", "sub/folder/a": "", "sub/.keep": "" });
    process.chdir(join(folder, "sub/folder"));
    const run = await init({ github: true });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("which is ../..: GitHub reads workflows only there");
    process.chdir(folder);
    expect(await init({ github: true })).toMatchObject({ code: 0, stderr: "" });
    process.chdir(join(folder, "sub"));
    expect(await init({})).toMatchObject({ code: 0, stderr: "" });
  });

  test("does not write through a link that leads nowhere", async () => {
    symlinkSync(join(folder, "elsewhere"), join(folder, "keys.yaml"));
    expect(await init({})).toMatchObject({ code: 3 });
    expect(await init({ github: true })).toMatchObject({ code: 3 });
    expect(existsSync("elsewhere")).toBe(false);
  });

  test.each<[string, string, InitFlags]>([
    [".github", "", { github: true }],
    [".github", "workflows", { github: true }],
    ["keys", "", { gitlab: true, file: "keys/keys.yaml" }],
  ])(
    "writes nothing where the folder %s is a link that leads out of the tree (%j in it)",
    async (link, inside, flags) => {
      const outside = tempFolder();
      mkdirSync(join(outside, inside), { recursive: true });
      symlinkSync(outside, join(folder, link));
      const run = await init(flags);
      expect(run).toMatchObject({ code: 3, stdout: "" });
      expect(run.stderr).toContain(`for ${link} is a link; nothing was written`);
      expect(readdirSync(outside)).toEqual(inside === "" ? [] : [inside]);
      expect(readdirSync(folder)).toEqual([link]);
    },
  );

  test("takes .. by its letters, for what is there as for what is written", async () => {
    const elsewhere = tempFolder({ "keys.yaml": "", "deep/x": "" });
    symlinkSync(join(elsewhere, "deep"), join(folder, "link"));
    expect(await init({ github: true, file: "link/../keys.yaml" })).toMatchObject({ code: 0 });
    expect(file("keys.yaml")).toContain("version: 1");
  });

  test("what one names oneself, without a pipeline, may lead anywhere", async () => {
    symlinkSync(tempFolder(), join(folder, "keys"));
    expect(await init({ file: "keys/keys.yaml" })).toMatchObject({ code: 0 });
  });

  test("writes nothing where a link leads into another repository in the tree", async () => {
    folder = tempFolder({ ".git/HEAD": "", "sub/.git/HEAD": "", "sub/x/README.md": "" });
    process.chdir(folder);
    mkdirSync(".github");
    symlinkSync("../sub/x", ".github/workflows");
    const run = await init({ github: true });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("for .github/workflows is a link; nothing was written");
    expect(readdirSync("sub/x")).toEqual(["README.md"]);
  });

  test("nor into the root of one", async () => {
    folder = tempFolder({ ".git/HEAD": "", "sub/.git/HEAD": "" });
    process.chdir(folder);
    mkdirSync(".github");
    symlinkSync("../sub", ".github/workflows");
    const run = await init({ github: true });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("for .github/workflows is a link; nothing was written");
    expect(readdirSync("sub")).toEqual([".git"]);
  });

  test("writes nothing where a link leads by so long a way that nobody can tell where to", async () => {
    const outside = tempFolder();
    folder = tempFolder({ ".git/HEAD": "", "x/README.md": "" });
    process.chdir(folder);
    symlinkSync(`${"x/../".repeat(70)}${relative(folder, outside)}`, ".github");
    const run = await init({ github: true });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("for .github is a link; nothing was written");
    expect(readdirSync(outside)).toEqual([]);
  });

  test("writes through a link that stays in its tree", async () => {
    folder = tempFolder({ ".git/HEAD": "", "ci/README.md": "" });
    process.chdir(folder);
    symlinkSync("ci", ".github");
    expect(await init({ github: true })).toMatchObject({ code: 0 });
    expect(file("ci/workflows/cometkeys.yml")).not.toBe("");
  });

  test("takes back what it wrote when a later file cannot be written", async () => {
    folder = tempFolder({ ".github": "a file", "b.yaml": "mine" });
    process.chdir(folder);
    const problems = await writeNewFiles(
      [
        { path: "a.yaml", text: "a" },
        { path: "b.yaml", text: "b" },
      ],
      { path: "keys.yaml", flag: "--file" },
    );
    expect(problems).toMatchObject([{ code: "output-unwritable" }]);
    expect(problems[0]?.message).toMatch(/^b\.yaml exists already/);
    expect([existsSync("a.yaml"), file("b.yaml")]).toEqual([false, "mine"]);
    const run = await init({ file: "new.yaml", github: true });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`${GITHUB_WORKFLOW_FILE} cannot be written (ENOTDIR)`);
    expect(existsSync("new.yaml")).toBe(false);
  });

  test("a second keys file in a folder shares the schema of the first", async () => {
    await init({});
    const run = await init({ file: "team-b.yaml" });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^Wrote team-b\.yaml\n\n/);
  });

  test("writes into folders that are not there yet", async () => {
    const run = await init({ file: "keys/prod.yaml", github: true, gitlab: true });
    expect(run.code).toBe(0);
    expect(existsSync("keys/keys.schema.json")).toBe(true);
    expect(file(GITHUB_WORKFLOW_FILE)).toBe(githubWorkflow({ ...OPTIONS, file: "keys/prod.yaml" }));
    expect(file(GITLAB_PIPELINE_FILE)).toBe(gitlabPipeline({ ...OPTIONS, file: "keys/prod.yaml" }));
  });

  test("writes a workflow with the action, pinned by a commit", async () => {
    const action = `acme/cometkeys@${"a".repeat(40)}`;
    const run = await init({ github: true, action });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(file(GITHUB_WORKFLOW_FILE)).toBe(githubWorkflow({ ...OPTIONS, action }));
  });

  test.each<[string, InitFlags]>([
    ["a tag can be moved", { github: true, action: "acme/cometkeys@v1" }],
    ["no owner", { github: true, action: `cometkeys@${"a".repeat(40)}` }],
    ["no workflow", { action: `acme/cometkeys@${"a".repeat(40)}` }],
    ["the jobs write a file of this name", { gitlab: true, file: "cometkeys-plan.json" }],
    ["YAML takes it for a number", { github: true, file: "1e3" }],
    ["git keeps it", { github: true, file: ".git/keys.yaml" }],
  ])("refuses what could never work: %s", async (_why, flags) => {
    expect(await init(flags)).toMatchObject({ code: 3, stdout: "" });
    expect(readdirSync(".")).toEqual([]);
  });

  test.each(["a b.yaml", "$(id).yaml", "-f.yaml", "../keys.yaml", "ключи.yaml", "a\nb.yaml"])(
    "a workflow for %j is refused: the path means something else in a shell line",
    async (path) => {
      expect(await init({ file: path, github: true })).toMatchObject({ code: 3, stdout: "" });
      expect(existsSync(GITHUB_WORKFLOW_FILE)).toBe(false);
    },
  );
});

describe("init --from-live", () => {
  const SEED = [
    {
      name: "ci-prod",
      remain_quota: 400,
      used_quota: 100,
      model_limits: "gpt-4o,claude-sonnet-4",
      model_limits_enabled: true,
    },
    {
      name: "playground",
      unlimited_quota: true,
      group: "auto",
      cross_group_retry: true,
      status: 2,
    },
    {
      name: "until",
      remain_quota: 9,
      expired_time: 1_900_000_000,
      allow_ips: "10.0.0.0/8\n2001:db8::1",
    },
    { name: "twin", remain_quota: 1 },
    { name: "twin", remain_quota: 2 },
    {
      name: "half",
      remain_quota: 5,
      model_limits: "a, b",
      model_limits_enabled: true,
      allow_ips: "10.0.0.1,10.0.0.2",
    },
    { name: " padded ", remain_quota: 5 },
    { name: "sk-0123456789abcdefghijABCDEFGHIJklmn", remain_quota: 5 },
  ];

  async function seeded(): Promise<Record<string, string>> {
    sandbox = await startSandbox({ now: () => NOW, seed: SEED });
    return { COMETAPI_BASE_URL: sandbox.url, COMETAPI_ACCESS_TOKEN: sandbox.token };
  }

  test("describes the account so that a plan with it has no changes", async () => {
    const env = await seeded();
    const run = await init({ fromLive: true }, env);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^Wrote keys\.yaml: 4 keys\n/);
    expectGolden(join(FIXTURES, "from-live.yaml"), file("keys.yaml"));
    expectGolden(join(FIXTURES, "from-live.notes.txt"), run.stderr);
    const plan = await runCli(["plan", "--detailed-exitcode"], { cwd: folder, env });
    expect(plan.stdout).toContain("No changes.");
    expect(plan.code).toBe(0);
  });

  test("puts no key's value and no token into the file or the output", async () => {
    const env = await seeded();
    const { stdout, stderr } = await init({ fromLive: true, verbose: true }, env);
    const all = [file("keys.yaml"), stdout, stderr].join("\n");
    expect(sandbox?.token).toBeDefined();
    expect(all).not.toContain(sandbox?.token);
    expect(all).not.toMatch(/sk-[A-Za-z0-9]{20}/);
    const listed = await fetch(`${sandbox?.url}/api/token/?p=1&page_size=100`, {
      headers: { authorization: sandbox?.token ?? "" },
    });
    const keys = [...(await listed.text()).matchAll(/"key":"([^"]+)"/g)].map(([, key = ""]) => key);
    expect(keys).toHaveLength(SEED.length);
    expect(keys.filter((key) => all.includes(key))).toEqual([]);
  });

  test("--quiet leaves out the notes, the file keeps them", async () => {
    const env = await seeded();
    expect(await init({ fromLive: true, quiet: true }, env)).toMatchObject({ stderr: "" });
    expect(file("keys.yaml")).toContain("Left out");
  });

  test("asks the server nothing when a file is in the way", async () => {
    const env = await seeded();
    folder = tempFolder({ "keys.yaml": "mine" });
    process.chdir(folder);
    expect(await init({ fromLive: true }, env)).toMatchObject({ code: 3 });
    expect(sandbox?.requests).toEqual([]);
  });

  test("writes nothing without a token, or when the server cannot be read", async () => {
    const env = await seeded();
    expect(await init({ fromLive: true }, {})).toMatchObject({ code: 4 });
    const wrong = { ...env, COMETAPI_ACCESS_TOKEN: "another-token" };
    expect(await init({ fromLive: true }, wrong)).toMatchObject({ code: 4 });
    expect(existsSync("keys.yaml")).toBe(false);
    expect(existsSync("keys.schema.json")).toBe(false);
  });

  test("writes nothing for an administrator's list of several accounts", async () => {
    sandbox = await startSandbox({
      now: () => NOW,
      adminList: true,
      seed: [
        { name: "a", user_id: 1 },
        { name: "b", user_id: 2 },
      ],
    });
    const env = { COMETAPI_BASE_URL: sandbox.url, COMETAPI_ACCESS_TOKEN: sandbox.token };
    expect(await init({ fromLive: true }, env)).toMatchObject({ code: 5 });
    expect(existsSync("keys.yaml")).toBe(false);
  });
});
