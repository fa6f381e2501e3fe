import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StopReason } from "../../src/model/ports.ts";
import { Secret } from "../../src/model/secret.ts";
import { prepareDelivery } from "../../src/run/delivery.ts";
import { fakeTerminal } from "../support/fake-io.ts";
import { gone, hangs, made, pidIn } from "../support/processes.ts";
import { LONG_MS, programs, TOKEN } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SETTINGS = {
  baseUrl: { url: "https://example.com", loopback: false },
  concurrency: 1,
  timeoutMs: LONG_MS,
  deadlineMs: LONG_MS,
  settleMs: 0,
};

/** A run that can be stopped, and its answer once its places have been looked at. */
function prepared(env: Readonly<Record<string, string>>, flags: object, paths: readonly string[]) {
  const writes = new AbortController();
  let reason: StopReason | undefined;
  const stop = { writes: writes.signal, requests: writes.signal, reason: () => reason };
  const deliver = paths.map((path) => ({
    sink: { kind: "file", path, format: "dotenv", variable: "CI" } as const,
    at: { file: "keys.yaml", line: 1, column: 1 },
  }));
  const answer = prepareDelivery(
    [{ name: "ci", deliver }],
    flags,
    { settings: SETTINGS, token: new Secret(TOKEN), userId: undefined },
    {
      stop: { ...stop, deadlineAt: Infinity, lookMs: 0 },
      tryKey: () => Promise.reject(new Error("no key is tried before one is there")),
    },
    fakeTerminal(env, () => "no"),
  );
  const end = (why: StopReason): void => {
    reason = why;
    writes.abort();
  };
  return { answer, end };
}

test.each([
  ["deadline", "deadline"],
  ["sigint", "interrupted"],
] as const)("a run that ends by %s while its places are looked at says so", async (why, code) => {
  const [root, ready] = [tempFolder(), tempFolder()];
  mkdirSync(join(root, ".git"));
  const { path } = programs({ git: hangs(ready) });
  const flags = { sinkDir: root };
  const { answer, end } = prepared({ PATH: path }, flags, ["keys.env"]);
  await made(join(ready, "ready"));
  end(why);
  const result = await answer;
  expect(result.ok ? [] : result.error.map(({ code }) => code)).toEqual([code]);
  expect(await gone(pidIn(join(ready, "ready")))).toBe(true);
});

/** What is said before anything is written. */
async function refused(flags: object, paths: readonly string[]): Promise<readonly string[]> {
  const result = await prepared({ PATH: "" }, flags, paths).answer;
  return result.ok ? [] : result.error.map(({ message }) => message);
}

test("a file that the run reads is no place, nor one of --keys-out", async () => {
  const root = tempFolder({ "keys.env": "", "other.env": "" });
  symlinkSync("keys.env", join(root, "linked"));
  const readFiles = { reviewed: [join(root, "linked")] };
  expect(await refused({ sinkDir: root, readFiles }, ["keys.env"])).toEqual([
    '"file:keys.env#CI": keys.env: this run reads or writes that file otherwise',
  ]);
  expect(await refused({ sinkDir: root, readFiles }, ["other.env"])).toEqual([]);
  const keysOut = join(root, "keys.env");
  expect((await refused({ keysOut, readFiles }, [])).join()).toContain("reads or writes that file");
});

test("nor is one that the run writes for others: the runner's, or where its result goes", async () => {
  const root = tempFolder({ "out.env": "" });
  const env = { PATH: "", GITHUB_OUTPUT: join(root, "out.env") };
  const result = await prepared(env, { sinkDir: root }, ["out.env"]).answer;
  expect(result).toMatchObject({ ok: false, error: [{ code: "sink-unfit" }] });
});

test("a file is not for --keys-out and for a place at once, and is named once", async () => {
  const root = tempFolder();
  const keysOut = join(root, "keys.env");
  expect(await refused({ sinkDir: root, keysOut }, ["keys.env"])).toEqual([
    `--keys-out: ${keysOut}: this run reads or writes that file otherwise; name another file`,
  ]);
  expect(await refused({ sinkDir: root, keysOut }, ["other.env"])).toEqual([]);
});
