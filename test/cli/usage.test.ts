import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml, testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: worker, remain_quota: 500 }"];

describe("apply without a terminal and without --auto-approve", () => {
  it("ends with 3, says how to approve, and writes nothing", async () => {
    const place = await testbed(ENTRIES);
    const run = await place.run("apply", { input: "yes\n" });
    expect(complaints(run, 3, "confirmation-missing", "--auto-approve", "cometkeys plan")).toEqual(
      [],
    );
    expect(run.stdout).toBe("");
    expect(place.sandbox.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(place.sandbox.store.all()).toEqual([]);
  });
});

describe("a mistake in the command line ends with 3, names the flag and sends nothing", () => {
  const MISTAKES: readonly (readonly [args: string, ...said: string[]])[] = [
    ["plan --format yaml", "--format yaml", "text, json"],
    ["validate --format yaml", "--format yaml", "text, json"],
    ["plan --timeout 30", "--timeout 30", "30s"],
    ["plan --deadline 15", "--deadline 15", "5m"],
    ["apply --auto-approve --settle 5", "--settle 5"],
    ["apply --auto-approve --settle 99ms", "--settle 99ms", "at least 100ms"],
    ["plan --concurrency 0", "--concurrency 0", "from 1 to 64"],
    ["plan --concurrency 65", "--concurrency 65", "from 1 to 64"],
    ["plan --max-keys many", "--max-keys many"],
    ["plan --base-url https://server.example/v1/x", '"/v1/x"', "write https://server.example"],
    ["plan --base-url https://server.example/api/token/", '"/api/token"', "https://server.example"],
    ["plan --base-url http://server.example", "plain http", "https"],
    ["plan --base-url server.example", "not an http(s) URL"],
    ["plan --base-url https://me:pw@server.example", "user name or password"],
    ["plan --no-such-flag", "unknown option '--no-such-flag'", "--help"],
    ["plan --onyl worker", "unknown option '--onyl' (Did you mean --only?)"],
    ["plan keys.yaml", "too many arguments", "cometkeys plan -f keys.yaml"],
    ["apply keys.yaml", "keys.yaml is no saved plan", "cometkeys apply -f keys.yaml"],
    ["plan --token=abcdefghij", "--token", "COMETAPI_ACCESS_TOKEN or --token-file"],
    ["plan --file", "argument missing", "--help"],
    ["aply", "unknown command 'aply'", "apply"],
    ["plan --json", "unknown option '--json'", "write --format json"],
    ["apply -y", "unknown option '-y'", "write --auto-approve"],
    ["plan -v", "unknown option '-v'", "write --verbose"],
    ["plan --detailed-exit", "write --detailed-exitcode"],
    ["help nothing", "unknown command 'nothing'", "--help"],
    ["apply none.json", "the plan none.json cannot be read", "cometkeys plan --out"],
    ["schema nothing", '"nothing"', "write one of: keys, plan"],
    ["sandbox --latency 50", "--latency 50", "50ms"],
    ["sandbox --port 70000", "--port 70000"],
  ];

  it.each(MISTAKES)("%s", async (args, ...said) => {
    const place = await testbed(ENTRIES);
    expect(complaints(await place.run(args), 3, ...said)).toEqual([]);
    expect(place.sandbox.requests).toEqual([]);
  });

  it("without any command, with the help", async () => {
    const run = await runCli([]);
    expect(complaints(run, 3, "no command was given", "--help")).toEqual([]);
    expect(run.stderr).toContain("Commands:");
    expect(run.stdout).toBe("");
  });

  it("and all mistakes are told in one run, those of the file too", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: a, remain_quota: 1e6 }"]) });
    const env = { COMETAPI_BASE_URL: "http://server.example", COMETAPI_USER_ID: "me" };
    const run = await runCli(["apply", "--timeout", "30", "--max-keys", "x"], { cwd, env });
    for (const said of [
      "--auto-approve",
      "--timeout 30",
      "--max-keys x",
      "COMETAPI_BASE_URL: plain http",
      "COMETAPI_USER_ID is not a number",
      "COMETAPI_ACCESS_TOKEN is not set",
      "keys.yaml:3:",
    ]) {
      expect(run.stderr).toContain(said);
    }
    // Missing credentials come before a faulty file in the order of exit codes.
    expect(run.code).toBe(4);
  });
});

describe("loudness", () => {
  it("--quiet silences progress and notes, never warnings and errors", async () => {
    const place = await testbed(
      ["{ name: worker, remain_quota: 0 }", "{ name: live, remain_quota: 5 }"],
      { seed: [{ name: "live", remain_quota: 5, status: 2 }] },
    );
    place.faults("post refuse");
    const loud = await place.run("apply --auto-approve --verbose");
    const quiet = await place.run("apply --auto-approve --quiet");
    expect([loud.code, quiet.code]).toEqual([6, 6]);
    expect(loud.stderr).toMatch(
      /^GET \/api\/token\/\?p=1&page_size=100&size=100 → success \(\d+ ms\)$/m,
    );
    expect(loud.stderr).toMatch(/^POST \/api\/token\/ → refused/m);
    expect(loud.stderr).toContain("note[not-enabled]");
    expect(quiet.stderr).toContain("warning[quota-zero]");
    expect(quiet.stderr).not.toMatch(/note\[|GET |POST |\[1\/1\]/);
    expect(quiet.stdout).toBe(loud.stdout);
  });

  it("stdout carries the result only, without colours or control characters", async () => {
    const place = await testbed(ENTRIES, { seed: [{ name: "\u001b[31mred\u202e", id: 9 }] });
    for (const run of await Promise.all([place.run("plan"), place.run("list")])) {
      // oxlint-disable-next-line no-control-regex
      expect(run.stdout + run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });
});
