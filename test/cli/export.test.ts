import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { testbed, type Testbed } from "../support/testbed.ts";

const SEED = [
  { name: "team-a", remain_quota: 400, used_quota: 100, group: "vip" },
  { name: "team-b", remain_quota: 5, allow_ips: "10.0.0.1\n10.0.0.2" },
  { name: "other", unlimited_quota: true, status: 2 },
  { name: "twin", remain_quota: 1 },
  { name: "twin", remain_quota: 1 },
];

const namesIn = (text: string): readonly string[] =>
  parse(text).keys.map(({ name }: { readonly name: string }) => name);

async function account(): Promise<Testbed> {
  return testbed([], { seed: SEED });
}

describe("export prints the account as a keys file", () => {
  test("that plans to no changes, without a write and without a key's value", async () => {
    const at = await account();
    const run = await at.run("export");
    expect(run).toMatchObject({ code: 0 });
    expect(namesIn(run.stdout)).toEqual(["other", "team-a", "team-b"]);
    expect(run.stderr).toContain('"twin" (id 4, 5): 2 live keys have this name');
    writeFileSync(join(at.folder, "keys.yaml"), run.stdout);
    const plan = await at.run("plan --detailed-exitcode");
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain("No changes.");
    expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
    for (const { key } of at.sandbox.store.all()) expect(run.stdout).not.toContain(key.slice(0, 8));
  });

  test("--only takes those of these names", async () => {
    const at = await account();
    expect(namesIn((await at.run("export --only team-*")).stdout)).toEqual(["team-a", "team-b"]);
    const none = await at.run("export --only nobody");
    expect(none).toMatchObject({ code: 0 });
    expect(namesIn(none.stdout)).toEqual([]);
    expect(none.stderr).toContain("no live key has such a name");
  });

  test("--out writes a new file, and never over one that is there", async () => {
    const at = await account();
    const run = await at.run("export --out all.yaml --quiet");
    expect(run).toMatchObject({ code: 0, stdout: "Wrote all.yaml: 3 keys\n", stderr: "" });
    const text = readFileSync(join(at.folder, "all.yaml"), "utf8");
    const asked = at.sandbox.requests.length;
    const again = await at.run("export --out all.yaml");
    expect(again).toMatchObject({ code: 3, stdout: "" });
    expect(again.stderr).toContain("name another file with --out");
    expect(readFileSync(join(at.folder, "all.yaml"), "utf8")).toBe(text);
    expect(at.sandbox.requests).toHaveLength(asked);
  });
});

describe("export --missing", () => {
  test("prints only what no file declares, which can be pasted into one", async () => {
    const at = await account();
    at.declare("{ name: team-a, remain_quota: 500 }");
    const run = await at.run("export --missing");
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^ {2}- name: other\n/);
    const file = join(at.folder, "keys.yaml");
    const text = `${readFileSync(file, "utf8").trimEnd()}\n${run.stdout}`;
    writeFileSync(file, text);
    expect(namesIn(text)).toEqual(["team-a", "other", "team-b"]);
    expect((await at.run("plan")).stdout).toContain("3 unchanged, 2 unmanaged.");
  });

  test("prints nothing where every key is declared, and says so", async () => {
    const at = await testbed(["{ name: a, remain_quota: 1 }"], { seed: [{ name: "a" }] });
    const run = await at.run("export --missing");
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain("every live key is declared");
  });

  test("asks nothing of the server where a file is broken", async () => {
    const at = await account();
    at.write("version: 1\nkeys: 5\n");
    expect(await at.run("export --missing")).toMatchObject({ code: 3, stdout: "" });
    expect(at.sandbox.requests).toEqual([]);
  });
});

test("-f alone is a slip: an export is of the account", async () => {
  const at = await account();
  const run = await at.run("export -f keys.yaml");
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(run.stderr).toContain("-f goes with --missing");
});

test("an administrator's list of several accounts is refused", async () => {
  const seed = [
    { name: "a", user_id: 1 },
    { name: "b", user_id: 2 },
  ];
  const at = await testbed([], { adminList: true, seed });
  const run = await at.run("export --out all.yaml");
  expect(run).toMatchObject({ code: 5, stdout: "" });
  expect(existsSync(join(at.folder, "all.yaml"))).toBe(false);
});

test("a value that a build server would carry out as a command is written as an escape", async () => {
  const name = "##[error]all keys leaked";
  const at = await testbed([], { seed: [{ name, remain_quota: 5, group: "##[add-mask]x" }] });
  const run = await at.run("export");
  expect(run.stdout).not.toContain("##[");
  writeFileSync(join(at.folder, "keys.yaml"), run.stdout);
  expect((await at.run("plan")).stdout).toContain("No changes.");
});

test("a pipe that nobody writes to ends with the deadline", async () => {
  const at = await account();
  execFileSync("mkfifo", [join(at.folder, "fifo")]);
  const run = await at.run("export --missing -f fifo --deadline 1s");
  expect(run).toMatchObject({ code: 9 });
});

test("an account whose lists no keys file holds is refused before each is read back", async () => {
  const models = Array.from({ length: 5_000 }, (_, n) => `model-${n}`).join(",");
  const seed = Array.from({ length: 30 }, (_, n) => ({ name: `k${n}`, model_limits: models }));
  const at = await testbed([], { seed });
  const run = await at.run("export");
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(run.stderr).toContain("export some of them at a time");
});
