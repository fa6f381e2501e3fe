import { existsSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { runDeliver } from "../../src/commands/deliver.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import { fakeTerminal } from "../support/fake-io.ts";
import { tempFolder } from "../support/temp-folder.ts";

const started = process.cwd();
let sandbox: Sandbox | undefined;

afterEach(async () => {
  process.chdir(started);
  await sandbox?.close();
});

test("whoever thinks longer than a run has still gets what was shown, policies included", async () => {
  const keys = "version: 1\nkeys: [{ name: ci, remain_quota: 5 }]\n";
  process.chdir(tempFolder({ "keys.yaml": keys, "policy.yaml": "required: [remain_quota]\n" }));
  sandbox = await startSandbox({ seed: [{ name: "ci", remain_quota: 5 }] });
  const env = { COMETAPI_BASE_URL: sandbox.url, COMETAPI_ACCESS_TOKEN: sandbox.token };
  let thought = 0;
  const io = fakeTerminal(env, () => {
    thought = 3_600_000;
    return "yes";
  });
  const clock = { ...io.clock, now: () => io.clock.now() + thought };
  const flags = { policy: ["policy.yaml"], keysOut: "mine.json" };
  expect(await runDeliver(flags, { ...io, clock }, ["ci"])).toBe(0);
  expect(io.questions).toHaveLength(1);
  expect(existsSync("mine.json")).toBe(true);
});
