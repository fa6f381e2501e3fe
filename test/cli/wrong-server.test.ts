import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { deafAddress, httpServer, sendJson } from "../support/http-server.ts";
import { runCli, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml } from "../support/testbed.ts";

const COMMANDS = ["plan", "apply --auto-approve", "list", "export"];

function runAll(baseUrl: string): Promise<readonly CliRun[]> {
  const cwd = tempFolder({ "keys.yaml": keysYaml(["{ name: worker, remain_quota: 500 }"]) });
  const env = { COMETAPI_BASE_URL: baseUrl, COMETAPI_ACCESS_TOKEN: "0123456789abcdef" };
  return Promise.all(COMMANDS.map((command) => runCli(command.split(" "), { cwd, env })));
}

const html = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "Content-Type": "text/html" });
  response.end("<!doctype html><html><body>Welcome</body></html>");
};

const WRONG: readonly (readonly [string, (response: ServerResponse) => void, string])[] = [
  [
    "redirects (301)",
    (response) => response.writeHead(301, { Location: "/elsewhere" }).end(),
    "HTTP 301 (a redirect)",
  ],
  ["answers HTML with 200", (response) => html(response, 200), "HTML instead of JSON"],
  ["answers 404 with HTML", (response) => html(response, 404), "HTTP 404"],
  [
    "answers 404 with JSON",
    (response) => sendJson(response, 404, { error: { message: "Invalid URL (GET /api/token/)" } }),
    "HTTP 404: Invalid URL (GET /api/token/)",
  ],
  [
    "answers other JSON",
    (response) => sendJson(response, 200, { status: "ok" }),
    'JSON without "success"',
  ],
  [
    "answers a bare array",
    (response) => sendJson(response, 200, { success: true, message: "", data: [] }),
    "a bare array instead of pages",
  ],
  [
    "counts pages from 0",
    (response) => {
      const data = { page: 0, page_size: 100, total: 0, items: [] };
      sendJson(response, 200, { success: true, message: "", data });
    },
    "page 0 where page 1 was asked for",
  ],
];

/** What servers of the family do that are out of scope. */
const UNSUPPORTED = new Set(["answers a bare array", "counts pages from 0"]);

describe("a base URL that is not this API", () => {
  it.each(WRONG)(
    "that %s ends every command with 9 and names COMETAPI_BASE_URL",
    async (what, answer, said) => {
      const server = await httpServer((_request, response) => answer(response));
      for (const run of await runAll(server.url)) {
        expect(complaints(run, 9, said, server.url, "COMETAPI_BASE_URL")).toEqual([]);
        expect(run.stdout).toBe("");
        const scope = UNSUPPORTED.has(what);
        expect(run.stderr.includes("(one-api does both) are not supported")).toBe(scope);
        expect(run.stderr.includes("the base URL is probably wrong")).toBe(!scope);
      }
      // Asking again would not make it another server; following a redirect would show the token.
      expect(server.requests).toHaveLength(COMMANDS.length);
      expect(new Set(server.requests)).toEqual(
        new Set(["GET /api/token/?p=1&page_size=100&size=100"]),
      );
    },
  );

  it("that nobody listens on ends every command with 9 after 4 tries, and says so", async () => {
    const url = await deafAddress();
    for (const run of await runAll(url)) {
      expect(complaints(run, 9, `${url} could not be reached: `, "(tried 4 times)")).toEqual([]);
      expect(run.stderr).toContain("COMETAPI_BASE_URL");
      expect(run.stderr.match(/trying again/g)).toHaveLength(3);
    }
  });
});
