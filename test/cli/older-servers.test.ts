import { describe, expect, it } from "vitest";
import { listItem } from "../support/live-pages.ts";
import { httpServer, sendJson } from "../support/http-server.ts";
import { runCli, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml } from "../support/testbed.ts";

function run(args: string, baseUrl: string): Promise<CliRun> {
  const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: name-7, remain_quota: 5 }"]) });
  const env = { COMETAPI_BASE_URL: baseUrl, COMETAPI_ACCESS_TOKEN: "0123456789abcdef" };
  return runCli(args.split(" "), { cwd, env });
}

describe("a server that reads `size` instead of `page_size`", () => {
  it("is asked 3 times for 250 keys, not 25 times", async () => {
    const server = await httpServer((request, response) => {
      const query = new URL(request.url ?? "", "http://x").searchParams;
      const page = Number(query.get("p"));
      const size = Number(query.get("size") ?? 10);
      const ids = Array.from({ length: 250 }, (_, index) => 250 - index);
      const items = ids.slice((page - 1) * size, page * size).map(listItem);
      const data = { page, page_size: size, total: ids.length, items };
      sendJson(response, 200, { success: true, message: "", data });
    });
    expect(await run("plan --detailed-exitcode", server.url)).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(3);
  });
});
