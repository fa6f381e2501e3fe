import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { listItem } from "../support/live-pages.ts";
import { httpServer, sendJson } from "../support/http-server.ts";
import { runCli, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PINNED =
  "version: 1\naccount: { user_id: 5678 }\nkeys: [{ name: name-7, remain_quota: 5 }]\n";

function run(args: string, baseUrl: string): Promise<CliRun> {
  const cwd = tempFolder({ "keys.yaml": PINNED });
  const env = { COMETAPI_BASE_URL: baseUrl, COMETAPI_ACCESS_TOKEN: "0123456789abcdef" };
  return runCli(args.split(" "), { cwd, env });
}

describe("a server that reads `size` instead of `page_size`", () => {
  it("is asked 3 times for 250 keys, not 25 times", async () => {
    const server = await httpServer((request, response) => {
      if (request.url === "/api/user/self") return sendJson(response, 404, {});
      const query = new URL(request.url ?? "", "http://x").searchParams;
      const page = Number(query.get("p"));
      const size = Number(query.get("size") ?? 10);
      const ids = Array.from({ length: 250 }, (_, index) => 250 - index);
      const items = ids.slice((page - 1) * size, page * size).map(listItem);
      const data = { page, page_size: size, total: ids.length, items };
      return sendJson(response, 200, { success: true, message: "", data });
    });
    expect(await run("plan --detailed-exitcode", server.url)).toMatchObject({ code: 0 });
    expect(server.requests.filter((line) => line.includes("/api/token/"))).toHaveLength(3);
  });
});

describe("a server that refuses the list with success:false", () => {
  const REFUSAL = { success: false, message: "SQL logic error" };
  const SELF = "GET /api/user/self";

  /** Refuses the list this many times; `self` is what it says of the token's own account. */
  async function refusing(times: number, self: readonly [status: number, body: unknown]) {
    let refused = 0;
    return httpServer((request, response) => {
      if (request.url === "/api/user/self") return sendJson(response, ...self);
      refused += 1;
      if (refused <= times) return sendJson(response, 200, REFUSAL);
      const data = { page: 1, page_size: 100, total: 1, items: [listItem(7)] };
      return sendJson(response, 200, { success: true, message: "", data });
    });
  }

  const KNOWN = [200, { success: true, message: "", data: { id: 5678 } }] as const;

  it("once, for a reason of its own: the list is tried again, and the account asked for once", async () => {
    const server = await refusing(1, KNOWN);
    const done = await run("plan", server.url);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stderr).toContain("SQL logic error; trying again");
    expect(server.requests).toHaveLength(3);
    expect(server.requests.filter((line) => line === SELF)).toHaveLength(1);
  });

  it.each([
    ["plan", "knows the account", KNOWN, 1],
    ["apply --auto-approve", "knows the account", KNOWN, 1],
    ["list", "knows the account", KNOWN, 1],
    ["init --from-live --file new.yaml", "knows the account", KNOWN, 1],
    ["plan", "has no such path", [404, {}], 1],
    // Such an answer is taken for a passing fault, and read again as such.
    ["plan", "answers that in another shape", [200, { id: 5678 }], 4],
  ] as const)("always, %s, and %s: 9 after 4 tries, quoting it", async (args, _, self, asked) => {
    const server = await refusing(99, self);
    const told = ["SQL logic error (tried 4 times)", "the server's own trouble"];
    expect(complaints(await run(args, server.url), 9, ...told)).toEqual([]);
    expect(server.requests.filter((line) => line !== SELF)).toHaveLength(4);
    expect(server.requests.filter((line) => line === SELF)).toHaveLength(asked);
  });

  it.each([
    ["with 401", [401, { code: "AUTH_UNAUTHORIZED", success: false, message: "no" }]],
    ["with success:false", [200, { success: false, message: "no" }]],
  ] as const)(
    "and the account too, %s: the credentials are refused, 4 at once",
    async (_, self) => {
      const server = await refusing(99, self);
      const told = ["COMETAPI_ACCESS_TOKEN", "SQL logic error"];
      expect(complaints(await run("plan", server.url), 4, ...told)).toEqual([]);
      expect(server.requests).toHaveLength(2);
    },
  );
});
