import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runExport } from "../../src/commands/export.ts";
import { runInit } from "../../src/commands/init.ts";
import type { Io } from "../../src/run/io.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import { fakeTerminal, type FakeIo } from "../support/fake-io.ts";
import { tempFolder } from "../support/temp-folder.ts";

const started = process.cwd();
let sandbox: Sandbox | undefined;

beforeEach(() => process.chdir(tempFolder()));

afterEach(async () => {
  process.chdir(started);
  await sandbox?.close();
});

/** A world whose deadline comes as soon as the list has been read. */
async function lateWorld(): Promise<FakeIo> {
  sandbox = await startSandbox({ seed: [{ name: "a", remain_quota: 1 }] });
  const env = { COMETAPI_BASE_URL: sandbox.url, COMETAPI_ACCESS_TOKEN: sandbox.token };
  const io = fakeTerminal(env, () => "");
  let isListed = false;
  const clock: Io["clock"] = {
    ...io.clock,
    timer: (ms, fire) => {
      if (!isListed || ms < 600_000) return io.clock.timer(ms, fire);
      const turn = setImmediate(fire);
      return () => clearImmediate(turn);
    },
  };
  const fetch: Io["fetch"] = async (input, init) => {
    const answer = await io.fetch(input, init);
    isListed = true;
    return answer;
  };
  return { ...io, clock, fetch };
}

test.each<[string, (io: Io) => Promise<number>]>([
  ["export", (io) => runExport({ out: "keys.yaml" }, io)],
  ["init --from-live", (io) => runInit({ fromLive: true }, io, "1.2.3")],
])("%s ends at the deadline while it looks what a file can say", async (_, run) => {
  const io = await lateWorld();
  expect(await run(io)).toBe(9);
  expect(io.written().stderr).toContain("error[deadline]: --deadline was reached");
  expect(existsSync("keys.yaml")).toBe(false);
});
