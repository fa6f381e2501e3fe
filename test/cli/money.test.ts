import { expect, test } from "vitest";
import { httpServer, sendJson } from "../support/http-server.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml, testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: ci, remain_quota: 800000 }", "{ name: tiny, remain_quota: 500 }"];
const SEED = [{ name: "ci", remain_quota: 200_000, used_quota: 300_000 }];

test("quotas are shown as money too where the server tells the rate, and the digest is the same", async () => {
  const [told, silent] = await Promise.all([
    testbed(ENTRIES, { seed: SEED, quotaPerUnit: 500_000 }),
    testbed(ENTRIES, { seed: SEED }),
  ]);
  const plan = await told.run("plan");
  expect(plan.stdout).toContain(
    "remain_quota         500000 ($1.00) → 800000 ($1.60)  (used 300000; remaining 200000 → 500000)\n",
  );
  expect(plan.stdout).toContain("remain_quota         500 (<$0.01)\n");
  expect(plan.stdout).toContain("Quota granted: 300500 ($0.60) more.\n");
  expect((await silent.run("plan")).stdout).not.toContain("$");

  const markdown = await told.run("plan --format markdown");
  expect(markdown.stdout.replaceAll("\\", "")).toContain("500000 ($1.00) → 800000 ($1.60)");
  const [json] = [JSON.parse((await told.run("plan --format json")).stdout)];
  expect(json.quota_per_unit).toBe(500_000);
  // The server is a part of it, so the two cannot be compared.
  expect(plan.stdout).toContain(json.digest);

  const list = await told.run("list");
  expect(list.stdout).toContain("200000 ($0.40)  300000 ($0.60)");
  expect(JSON.parse((await told.run("list --format json")).stdout).quota_per_unit).toBe(500_000);
});

test("a status page that never answers costs 5 s at most, gets no token and changes nothing", async () => {
  const seen: unknown[] = [];
  const server = await httpServer((request, response) => {
    if (request.url === "/api/status") return void seen.push(request.headers.authorization);
    const data = { page: 1, page_size: 100, total: 0, items: [] };
    return sendJson(response, 200, { success: true, data });
  }, true);
  const cwd = tempFolder({ "keys.yaml": keysYaml(ENTRIES) });
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: "a-token-of-this-test" };
  const run = await runCli(["plan", "--verbose"], { cwd, env });
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toContain("Quota granted: 800500 more.\n");
  expect(run.stderr).toMatch(/GET \/api\/status → unknown \(timeout\)/);
  expect(seen).toEqual([undefined]);
});

test("it is not asked where no quota is shown", async () => {
  const server = await httpServer((_request, response) => {
    const data = { page: 1, page_size: 100, total: 0, items: [] };
    sendJson(response, 200, { success: true, data });
  }, true);
  const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: a, unlimited_quota: true }"]) });
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: "a-token-of-this-test" };
  expect(await runCli(["plan"], { cwd, env })).toMatchObject({ code: 0 });
  expect(server.requests.filter((line) => line.includes("status"))).toEqual([]);
});
