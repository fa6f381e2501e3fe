import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { httpServer } from "../support/http-server.ts";
import { CLI, runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml } from "../support/testbed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("validate", () => {
  it("needs no token and sends nothing, even where a server is configured", async () => {
    const server = await httpServer((_, response) => void response.end());
    const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: a, remain_quota: 1 }"]) });
    const env = { COMETAPI_BASE_URL: server.url };
    const run = await runCli(["validate"], { cwd, env });
    expect(run).toEqual({ code: 0, signal: null, stdout: "Valid: 1 key in 1 file.\n", stderr: "" });
    expect(server.requests).toEqual([]);
  });

  it("takes a folder as its visible YAML files, with names unique over all of them", async () => {
    const cwd = tempFolder({
      "keys/b.yml": keysYaml(["{ name: b, remain_quota: 1 }"]),
      "keys/a.yaml": keysYaml(["{ name: a, remain_quota: 1 }", "{ name: c, remain_quota: 1 }"]),
      "keys/.hidden.yaml": "not: valid",
      "keys/notes.txt": "not: valid",
      "keys/deeper/d.yaml": "not: valid",
      "more/again.yaml": keysYaml(["{ name: b, remain_quota: 1 }"]),
    });
    const run = await runCli(["validate", "-f", "keys"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "Valid: 3 keys in 2 files.\n", stderr: "" });
    const twice = await runCli(["validate", "-f", "keys", "-f", "more"], { cwd });
    expect(complaints(twice, 3, "more/again.yaml:3:", "name-duplicate", "b.yml")).toEqual([]);
  });

  it("keys: [] is valid and a file without keys is not", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml([]), "none.yaml": "version: 1\n" });
    const empty = await runCli(["validate"], { cwd });
    expect(empty).toMatchObject({ code: 0, stdout: "Valid: 0 keys in 1 file.\n" });
    expect(
      complaints(await runCli(["validate", "-f", "none.yaml"], { cwd }), 3, "none.yaml:1:"),
    ).toEqual([]);
  });

  it("warnings are told and do not change the exit code", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: a, remain_quota: 0 }"]) });
    const run = await runCli(["validate"], { cwd });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(/^keys\.yaml:3:\d+: warning\[quota-zero\]: /);
  });
});

describe("schema", () => {
  it.each(["", "keys", "plan", "plan-file", "apply-result", "list", "validate", "doctor"])(
    "%s prints the published file, a valid JSON Schema",
    async (name) => {
      const run = await runCli(["schema", ...(name === "" ? [] : [name])]);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      const schema: object = JSON.parse(run.stdout);
      const file = `${ROOT}/schemas/${name === "" ? "keys" : name}.schema.json`;
      expect(schema).toEqual(JSON.parse(readFileSync(file, "utf8")));
      expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true);
    },
  );
});

describe("demo", () => {
  it("runs the whole loop on the example file and ends with nothing left to do", async () => {
    const run = await runCli(["demo"], { cwd: ROOT });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout.match(/^\$ cometkeys \w+/gm)).toEqual([
      "$ cometkeys validate",
      "$ cometkeys plan",
      "$ cometkeys apply",
      "$ cometkeys plan",
    ]);
    expect(run.stdout).toMatch(/^Applied: [1-9]\d* created, /m);
    expect(run.stdout).toMatch(
      /\nNo changes\.\n\d+ unchanged, 0 unmanaged\.\n(Digest: .*\n)?\nNext: /,
    );
    // Apply has the same plan, which the reader has just seen.
    expect(run.stdout.match(/^\+ ci-prod$/gm)).toHaveLength(1);
    expect(run.stdout).toContain("(the plan above)");
    expect(run.stdout).toMatch(/remain_quota +\d+ \(\$/);
    expect(run.stderr).not.toContain("error[");
  });

  it("without room for its file says so, and that is no bug", async () => {
    const env = { TMPDIR: "/nowhere/at/all" };
    const run = await runCli(["demo"], { cwd: tempFolder(), env });
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain("the example file cannot be written");
  });

  it("tells what is wrong with the file once", async () => {
    const run = await runCli(["demo", "-f", "no.yaml"], { cwd: tempFolder() });
    expect(complaints(run, 3, "no.yaml")).toEqual([]);
  });

  it("runs in any folder, with the example that is built in, and leaves nothing there", async () => {
    const cwd = tempFolder();
    const run = await runCli(["demo"], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("No changes.");
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("sandbox", () => {
  it("prints its URL, serves the CLI through the lines it prints, and ends with 0 on SIGTERM", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: a, remain_quota: 1 }"]) });
    const child = spawn(process.execPath, [CLI, "sandbox"], { env: {}, stdio: "pipe" });
    let printed = "";
    // Ends as well when the process does, so that a failure to start is one of the assertions.
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      printed += String(chunk);
      if (/^export COMETAPI_ACCESS_TOKEN=.+$/m.test(printed)) break;
    }
    const lines = [...printed.matchAll(/^export (\w+)=(.+)$/gm)];
    const env = Object.fromEntries(lines.map(([, name, value]) => [name ?? "", value ?? ""]));
    expect(env["COMETAPI_BASE_URL"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await runCli(["apply", "--auto-approve"], { cwd, env })).toMatchObject({ code: 0 });
    expect(await runCli(["plan", "--detailed-exitcode"], { cwd, env })).toMatchObject({ code: 0 });
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("is the account's that --user-id names, for a file that is pinned to it", async () => {
    const sandbox = ["sandbox", "--user-id", "5678"];
    const child = spawn(process.execPath, [CLI, ...sandbox], { env: {}, stdio: "pipe" });
    const [chunk] = await once(child.stdout, "data");
    const lines = [...String(chunk).matchAll(/^export (\w+)=(.+)$/gm)];
    const env = Object.fromEntries(lines.map(([, name, value]) => [name ?? "", value ?? ""]));
    const keys = (user: number): string =>
      `version: 1\naccount: { user_id: ${user} }\nkeys:\n  - { name: a, remain_quota: 1 }\n`;
    const cwd = tempFolder({ "keys.yaml": keys(5678), "other.yaml": keys(1) });
    const apply = ["apply", "--auto-approve"];
    expect(await runCli(apply, { cwd, env })).toMatchObject({ code: 0 });
    expect(await runCli([...apply, "-f", "other.yaml"], { cwd, env })).toMatchObject({ code: 5 });
    const wrong = await runCli(["list"], { cwd, env: { ...env, COMETAPI_USER_ID: "9" } });
    expect(wrong.code).toBe(4);
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  it("many requests that wait out --latency at a time are no leak to Node", async () => {
    const child = spawn(process.execPath, [CLI, "sandbox", "--latency", "300ms"], { env: {} });
    const told: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => told.push(chunk.toString()));
    const [line] = await once(child.stdout, "data");
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))?.[0] ?? "";
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/api/models`)));
    const ended = once(child, "close");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(told).toEqual([]);
  });
});

describe("help and version", () => {
  it("--version prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8"));
    expect(await runCli(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it("--help names every command, the environment and the exit codes", async () => {
    const run = await runCli(["--help"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const words = [
      "validate",
      "plan",
      "apply",
      "list",
      "export",
      "doctor",
      "schema",
      "sandbox",
      "demo",
    ];
    for (const word of [...words, "COMETAPI_ACCESS_TOKEN", "Exit codes"]) {
      expect(run.stdout).toContain(word);
    }
  });

  it("plan --help shows its flags, and apply's own are not among them", async () => {
    const run = await runCli(["plan", "--help"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("--detailed-exitcode");
    expect(run.stdout).not.toContain("--auto-approve");
  });
});
