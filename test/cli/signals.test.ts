import { execFileSync } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startCli, type CliProcess } from "../faults/start-cli.ts";
import { github } from "../support/github.ts";
import type { GitHubStub } from "../support/github-stub.ts";
import { deafAddress } from "../support/http-server.ts";
import type { CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml } from "../support/testbed.ts";

type Signal = "SIGHUP" | "SIGINT" | "SIGTERM";

const CODES = { SIGHUP: "hung-up", SIGINT: "interrupted", SIGTERM: "terminated" } as const;
const KEYS = keysYaml(["{ name: worker, remain_quota: 500 }"]);

/** A folder in which `pipe` is a pipe that nobody has written to. */
function folderWithPipe(files: Readonly<Record<string, string>> = {}): string {
  const folder = tempFolder(files);
  execFileSync("mkfifo", [join(folder, "pipe")]);
  return folder;
}

async function start(args: string, cwd: string, env: Record<string, string> = {}) {
  const server = { COMETAPI_BASE_URL: await deafAddress(), COMETAPI_ACCESS_TOKEN: "0123456789" };
  return startCli(args.split(" "), { cwd, env: { ...server, ...env } });
}

/** Signals a run while it waits for its pipe. */
async function signalAtPipe(run: CliProcess, folder: string, signal: Signal): Promise<CliRun> {
  // Opening for writing waits until somebody reads.
  const pipe = await open(join(folder, "pipe"), "w");
  run.kill(signal);
  const ended = await run.ended;
  await pipe.close();
  return ended;
}

describe("a signal before the server is asked: the one document is written, and the run ends", () => {
  it.concurrent.each([
    ["plan -f pipe", "SIGINT", 130],
    ["drift -f pipe", "SIGTERM", 143],
    ["apply --auto-approve -f pipe", "SIGHUP", 129],
    ["apply pipe", "SIGINT", 130],
    ["validate -f pipe", "SIGTERM", 143],
    ["list --token-file pipe", "SIGINT", 130],
    ["plan --token-file pipe", "SIGHUP", 129],
  ] as const)("%s, %s: %i", async (args, signal, code) => {
    const folder = folderWithPipe({ "keys.yaml": KEYS });
    const process = await start(`${args} --format json`, folder);
    const run = await signalAtPipe(process, folder, signal);
    expect(run.code).toBe(code);
    const document = JSON.parse(run.stdout);
    const told = [expect.objectContaining({ severity: "error", code: CODES[signal] })];
    expect(document.diagnostics).toEqual(told);
    for (const list of ["changes", "results", "keys"]) expect(document[list] ?? []).toEqual([]);
    expect(run.stderr).toContain(`error[${CODES[signal]}]: interrupted by ${signal}`);
  });

  it.concurrent("in text it is told on stderr alone", async () => {
    const folder = folderWithPipe();
    const run = await signalAtPipe(await start("plan -f pipe", folder), folder, "SIGINT");
    expect([run.code, run.stdout]).toEqual([130, ""]);
  });
});

const jobOf = (stub: GitHubStub): Record<string, string> => ({
  GITHUB_ACTIONS: "true",
  GITHUB_API_URL: stub.url,
  GITHUB_REPOSITORY: stub.repository,
  GITHUB_TOKEN: stub.token,
  GITHUB_SHA: "a".repeat(40),
  GITHUB_REF: "refs/pull/7/merge",
});

it("the comment of `plan --comment` is left as it is, and GitHub is not waited for", async () => {
  const stub = await github();
  const folder = folderWithPipe();
  const process = await start("plan --comment -f pipe", folder, jobOf(stub));
  expect((await signalAtPipe(process, folder, "SIGINT")).code).toBe(130);
  expect(stub.requests).toEqual([]);
});

it("a signal while GitHub does not answer ends the run with its code", async () => {
  const stub = await github();
  stub.setFaults({ method: "GET", at: "commits", fault: { kind: "silence" } });
  const folder = tempFolder({ "keys.yaml": KEYS });
  const process = await start("apply --expect-comment --format json", folder, jobOf(stub));
  await expect.poll(() => stub.requests.length, { timeout: 20_000 }).toBe(1);
  process.kill("SIGTERM");
  const run = await process.ended;
  expect([run.code, run.signal]).toEqual([143, null]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    changes: [],
    results: [],
    diagnostics: [{ severity: "error", code: "terminated" }],
  });
});
