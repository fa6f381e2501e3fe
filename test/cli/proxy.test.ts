import { createServer, connect } from "node:net";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { createServer as createTlsSocketServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { actionsJob } from "../support/actions.ts";
import { selfSigned } from "../support/certificate.ts";
import { complaints } from "../support/complaints.ts";
import { github } from "../support/github.ts";
import { listen } from "../support/listen.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, keysYaml, testbed } from "../support/testbed.ts";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A proxy that notes the first line of every request and refuses it. */
async function refusingProxy(): Promise<{
  readonly url: string;
  readonly seen: readonly string[];
}> {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => {
      seen.push(data.toString("latin1").split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
  });
  const port = await listen(server);
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${port}`, seen };
}

const cwdWithKeys = (): string =>
  tempFolder({ "keys.yaml": keysYaml(["{ name: worker, remain_quota: 500 }"]) });

// A reserved name: no lookup finds it, so whatever arrives went through the proxy.
const REMOTE = {
  COMETAPI_BASE_URL: "https://example.invalid",
  COMETAPI_ACCESS_TOKEN: "0123456789abcdef",
};

describe("proxy variables", () => {
  it("HTTPS_PROXY, in either case, carries every request to a remote server, as CONNECT", async () => {
    const runs = ["HTTPS_PROXY", "https_proxy"].map(async (variable) => {
      const proxy = await refusingProxy();
      // What HTTP_PROXY says is not asked for, not even as an address.
      const env = { ...REMOTE, [variable]: proxy.url, HTTP_PROXY: "127.0.0.1:9" };
      return { proxy, run: await runCli(["plan"], { cwd: cwdWithKeys(), env }) };
    });
    for (const { proxy, run } of await Promise.all(runs)) {
      expect(complaints(run, 9, "the proxy variables")).toEqual([]);
      expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT example.invalid:443 HTTP/1.1"]));
    }
  });

  it("NO_PROXY keeps a server off the proxy", async () => {
    const proxy = await refusingProxy();
    const env = { ...REMOTE, HTTPS_PROXY: proxy.url, NO_PROXY: "localhost,.invalid" };
    const run = await runCli(["plan"], { cwd: cwdWithKeys(), env });
    expect(complaints(run, 9, "https://example.invalid could not be reached")).toEqual([]);
    expect(proxy.seen).toEqual([]);
  });

  it("are never used for this machine", async () => {
    const proxy = await refusingProxy();
    const place = await testbed(["{ name: worker, remain_quota: 500 }"]);
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, http_proxy: proxy.url };
    expect(await place.run("apply --auto-approve", { env })).toMatchObject({ code: 0 });
    expect(proxy.seen).toEqual([]);
  });

  it("HTTPS_PROXY carries what is asked of GitHub, and NO_PROXY keeps it off the proxy", async () => {
    const place = await testbed(["{ name: worker, remain_quota: 500 }"]);
    const proxy = await refusingProxy();
    const { env } = actionsJob(await github(), 7);
    const remote = { ...env, GITHUB_API_URL: "https://github.invalid", HTTPS_PROXY: proxy.url };
    const refused = await place.run("plan --comment", { env: remote });
    expect(refused.code).toBe(0);
    expect(refused.stderr).toContain("GitHub's API could not be reached (ERR_PROXY_TUNNEL)");
    expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT github.invalid:443 HTTP/1.1"]));

    const before = proxy.seen.length;
    await place.run("plan --comment", { env: { ...remote, NO_PROXY: ".invalid" } });
    expect(proxy.seen).toHaveLength(before);
  });

  it("a comment reaches GitHub through a proxy", async () => {
    const HOST = "github.example";
    const place = await testbed(["{ name: worker, remain_quota: 500 }"]);
    const stub = await github();
    const certificate = selfSigned(HOST);
    const front = createTlsSocketServer(certificate, (socket) => {
      const onward = connect(Number(new URL(stub.url).port), "127.0.0.1").on("error", () => {});
      socket.on("error", () => {});
      socket.pipe(onward).pipe(socket);
    });
    const target = await listen(front);
    closers.push(() => front.close());
    const seen: string[] = [];
    const proxy = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => {
        seen.push(data.toString("latin1").split("\r\n")[0] ?? "");
        const onward = connect(target, "127.0.0.1").on("error", () => {});
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
    });
    const port = await listen(proxy);
    closers.push(() => proxy.close());

    const run = await place.run("plan --comment", {
      env: {
        ...actionsJob(stub, 7).env,
        GITHUB_API_URL: `https://${HOST}`,
        HTTPS_PROXY: `http://127.0.0.1:${port}`,
        NODE_EXTRA_CA_CERTS: join(tempFolder({ "ca.pem": certificate.cert }), "ca.pem"),
      },
    });
    expect(run.stderr).toContain("Comment created:");
    expect(stub.comments(7)).toHaveLength(1);
    expect(new Set(seen)).toEqual(new Set([`CONNECT ${HOST}:443 HTTP/1.1`]));
  });

  it("a proxy that closes its doors after the list: nothing was sent, so nothing is in doubt", async () => {
    const HOST = "keys.example";
    // A key that is there shows whose account it is, and no quota is shown, so the list is all that is
    // asked for.
    const seed = [{ name: "other" }];
    const place = await testbed(["{ name: worker, unlimited_quota: true }"], { seed });
    const { sandbox } = place;
    // TLS in front of the sandbox; each answer ends its connection, so each request wants a tunnel.
    const certificate = selfSigned(HOST);
    const front = createTlsServer(certificate, (request, response) => {
      void (async () => {
        const { authorization = "" } = request.headers;
        const answer = await fetch(sandbox.url + request.url, { headers: { authorization } });
        response.writeHead(answer.status, {
          "Content-Type": "application/json",
          Connection: "close",
        });
        response.end(await answer.text());
      })();
    });
    const target = await listen(front);
    closers.push(() => front.close());
    let tunnels = 0;
    const proxy = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        tunnels += 1;
        if (tunnels > 1) return socket.end("HTTP/1.1 503 Closed\r\nContent-Length: 0\r\n\r\n");
        const onward = connect(target, "127.0.0.1").on("error", () => {});
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        return socket.pipe(onward).pipe(socket);
      });
    });
    const port = await listen(proxy);
    closers.push(() => proxy.close());

    const trusted = tempFolder({ "ca.pem": certificate.cert });
    const env = {
      ...accessTo(sandbox),
      COMETAPI_BASE_URL: `https://${HOST}`,
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: join(trusted, "ca.pem"),
    };
    const run = await place.run("apply --auto-approve --format json --settle 60s", { env });
    expect(run.code).toBe(9);
    expect(JSON.parse(run.stdout)).toMatchObject({
      results: [{ name: "worker", status: "not_attempted", error: { code: "server-unreachable" } }],
    });
    // One for the list, and a POST whose connection never opened is tried four times.
    expect(tunnels).toBe(5);
  });
});
