import { gzipSync } from "node:zlib";
import { EnvHttpProxyAgent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { describe, expect, test } from "vitest";
import { createSendRequest } from "../../src/api/send-request.ts";
import { createSend, type HttpRequest, type SendResult } from "../../src/http/send.ts";
import { Secret } from "../../src/model/secret.ts";
import { closedPort, serveHttp, serveTcp } from "../support/serve.ts";

const METHODS = ["GET", "POST"] as const;
const OK = '{"success":true,"data":1}';

function sendTo(url: string, request: Partial<HttpRequest> = {}): Promise<SendResult> {
  return createSend({ baseUrl: url, fetch: globalThis.fetch })({
    method: "GET",
    path: "/api/token/",
    headers: { Authorization: "raw" },
    signal: new AbortController().signal,
    ...request,
  });
}

const withBody = (method: "GET" | "POST"): Partial<HttpRequest> =>
  method === "GET" ? { method } : { method, body: "{}" };

test("an answer is read to its end with what the client needs of its headers", async () => {
  const { url } = await serveHttp((_request, response) => {
    const headers = { "Content-Type": "application/json", "Retry-After": "7" };
    response.writeHead(418, headers).end("ü".repeat(100_000));
  });
  expect(await sendTo(url)).toEqual({
    kind: "answer",
    answer: {
      status: 418,
      contentType: "application/json",
      retryAfter: "7",
      date: expect.stringMatching(/GMT$/),
      text: "ü".repeat(100_000),
    },
  });
});

test("no compression is asked for; one step of it is read all the same, and several are not", async () => {
  const asked: unknown[] = [];
  const once = gzipSync(OK);
  const { url } = await serveHttp(({ headers, url: path }, response) => {
    asked.push(headers["accept-encoding"]);
    const twice = path === "/twice";
    response.writeHead(200, { "Content-Encoding": twice ? "gzip, gzip" : "gzip" });
    response.end(twice ? gzipSync(once) : once);
  });
  expect(await sendTo(url)).toMatchObject({ answer: { text: OK } });
  expect(await sendTo(url, { path: "/twice" })).toMatchObject({ kind: "broken", why: "cut" });
  expect(asked).toEqual(["identity", "identity"]);
});

test("an answer that is not read is not waited for", async () => {
  const { url } = await serveHttp((_request, response) => {
    // It has no end.
    response.writeHead(200, { "Content-Encoding": "gzip, gzip" }).write(gzipSync(OK));
  });
  expect(await sendTo(url)).toMatchObject({ kind: "broken", why: "cut" });
});

test("a server on this machine is asked directly, whatever proxy the runtime was told of", async () => {
  const { url } = await serveHttp((_request, response) => response.end(OK));
  const httpProxy = await closedPort();
  const before = getGlobalDispatcher();
  // As Node itself does with NODE_USE_ENV_PROXY, from version 24 on.
  setGlobalDispatcher(new EnvHttpProxyAgent({ httpProxy, noProxy: "" }));
  try {
    expect(await sendTo(url)).toMatchObject({ answer: { text: OK } });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  } finally {
    setGlobalDispatcher(before);
  }
});

test("a request arrives with its path, headers and body as they are", async () => {
  let seen = "";
  const { url } = await serveHttp((request, response) => {
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      seen += `${request.method} ${request.url} ${request.headers.authorization} ${chunk}`;
    });
    request.on("end", () => response.end(OK));
  });
  await sendTo(url, { method: "PUT", path: "/api/token/?status_only=true", body: '{"ü":1}' });
  expect(seen).toBe('PUT /api/token/?status_only=true raw {"ü":1}');
});

describe("a refused connection promises that nothing was sent", () => {
  test.each(METHODS)("%s", async (method) => {
    expect(await sendTo(await closedPort(), withBody(method))).toEqual({
      kind: "not-sent",
      reason: expect.stringContaining("ECONNREFUSED"),
      code: "ECONNREFUSED",
    });
  });

  test("also where a name stands for several addresses", async () => {
    const url = (await closedPort()).replace("127.0.0.1", "localhost");
    expect(await sendTo(url, withBody("POST"))).toMatchObject({ kind: "not-sent" });
  });
});

describe("a failure promises that nothing was sent only where its cause shows it", () => {
  const coded = (code: string, cause?: Error): Error =>
    Object.assign(new Error(`connect ${code}`, { cause }), { code });
  const failing = (cause: unknown) =>
    createSend({
      baseUrl: "https://keys.example",
      fetch: () => Promise.reject(new TypeError("fetch failed", { cause })),
    })({ method: "POST", path: "/", headers: {}, signal: new AbortController().signal });

  test.each([
    ["a name that is not known", coded("ENOTFOUND"), "not-sent"],
    ["a certificate nobody trusts", coded("SELF_SIGNED_CERT_IN_CHAIN"), "not-sent"],
    ["a proxy that opened no tunnel", coded("ERR_PROXY_TUNNEL"), "not-sent"],
    ["a connect timeout", coded("UND_ERR_CONNECT_TIMEOUT"), "not-sent"],
    ["a cause within the cause", coded("UND_ERR", coded("ECONNREFUSED")), "not-sent"],
    [
      "all addresses refused",
      new AggregateError([coded("ECONNREFUSED"), coded("EHOSTUNREACH")]),
      "not-sent",
    ],
    [
      "one address refused and one reset",
      new AggregateError([coded("ECONNREFUSED"), coded("ECONNRESET")]),
      "broken",
    ],
    ["addresses without any error", new AggregateError([]), "broken"],
    ["a reset", coded("ECONNRESET"), "broken"],
    [
      "a host lost while an open connection was read",
      Object.assign(coded("EHOSTUNREACH"), { syscall: "read" }),
      "broken",
    ],
    [
      "a host not reached by connecting",
      Object.assign(coded("EHOSTUNREACH"), { syscall: "connect" }),
      "not-sent",
    ],
    ["a broken pipe", coded("EPIPE"), "broken"],
    ["an error without a code", new Error("odd"), "broken"],
    ["no error at all", "odd", "broken"],
  ])("%s", async (_cause, cause, kind) => {
    expect(await failing(cause)).toMatchObject({ kind });
  });
});

describe("a connection that is reset promises nothing", () => {
  test.each(METHODS)("%s, before the request was read", async (method) => {
    const { url } = await serveTcp((socket) => socket.resetAndDestroy());
    expect(await sendTo(url, withBody(method))).toMatchObject({ kind: "broken", why: "reset" });
  });

  test.each(METHODS)("%s, after the request was read", async (method) => {
    const { url } = await serveTcp((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(await sendTo(url, withBody(method))).toMatchObject({ kind: "broken", why: "reset" });
  });

  test.each(METHODS)("%s, closed without a word after the request was read", async (method) => {
    const { url } = await serveTcp((socket) => socket.once("data", () => socket.end()));
    expect(await sendTo(url, withBody(method))).toMatchObject({ kind: "broken", why: "reset" });
  });

  test("an answer that is no HTTP is a broken one", async () => {
    const { url } = await serveTcp((socket) =>
      socket.once("data", () => socket.end("SSH-2.0\r\n")),
    );
    expect(await sendTo(url, withBody("POST"))).toMatchObject({ kind: "broken", why: "reset" });
  });
});

describe("a body that does not come to its end is cut", () => {
  test("shorter than its Content-Length", async () => {
    const { url } = await serveTcp((socket) => {
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${OK}`));
    });
    expect(await sendTo(url)).toMatchObject({ kind: "broken", why: "cut" });
  });

  test("reset in the middle of a chunked answer", async () => {
    const { url } = await serveHttp((_request, response) => {
      response.write(OK.slice(0, 10), () => response.socket?.resetAndDestroy());
    });
    expect(await sendTo(url)).toMatchObject({ kind: "broken", why: "cut" });
  });

  test("whole JSON without the last chunk is still cut", async () => {
    const { url } = await serveTcp((socket) => {
      const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      socket.once("data", () => socket.end(`${head}${OK.length.toString(16)}\r\n${OK}\r\n`));
    });
    expect(await sendTo(url)).toMatchObject({ kind: "broken", why: "cut" });
  });

  test("over the largest size that is read", async () => {
    const { url } = await serveHttp((_request, response) => {
      const megabyte = "x".repeat(1024 * 1024);
      for (let count = 0; count < 17; count += 1) response.write(megabyte);
      response.end();
    });
    expect(await sendTo(url)).toEqual({
      kind: "broken",
      why: "cut",
      reason: "an answer over 16777216 bytes",
    });
  });
});

describe("a server that hangs", () => {
  const exchange = async (url: string) => {
    const run = createSendRequest({
      send: createSend({ baseUrl: url, fetch: globalThis.fetch }),
      clock: {
        now: () => 0,
        wall: () => 0,
        timer: (ms, fire) => {
          const timer = setTimeout(fire, ms);
          return () => clearTimeout(timer);
        },
      },
      emit: () => {},
      words: (text: string) => text,
      token: new Secret("raw"),
      timeoutMs: 50,
    });
    return run({ method: "POST", path: "/", body: "{}" }, new AbortController().signal);
  };
  const timedOut = {
    limited: false,
    value: {
      answer: {
        kind: "unknown",
        why: "timeout",
        reason: "no answer within 0.05 s (--timeout)",
      },
      sentAt: 0,
    },
  };

  test("before its answer is given up after the timeout", async () => {
    const { url } = await serveHttp(() => {});
    expect(await exchange(url)).toEqual(timedOut);
  });

  test("in the middle of its answer is given up too: the timeout holds to the end of the body", async () => {
    const { url } = await serveHttp((_request, response) => {
      response.write(OK.slice(0, 10));
    });
    expect(await exchange(url)).toEqual(timedOut);
  });

  test.each(["before", "in the middle of"])(
    "%s its answer can be given up by the caller",
    async (when) => {
      const controller = new AbortController();
      const { url } = await serveHttp((_request, response) => {
        if (when !== "before") response.write(OK.slice(0, 10));
        setTimeout(() => controller.abort(), 20);
      });
      expect(await sendTo(url, { signal: controller.signal })).toMatchObject({
        kind: "broken",
        why: "aborted",
      });
    },
  );
});

test.each([301, 302, 307, 308])(
  "HTTP %i is answered, not followed: the other host sees nothing",
  async (status) => {
    let seen = 0;
    const other = await serveHttp((_request, response) => {
      seen += 1;
      response.end(OK);
    });
    const { url } = await serveHttp((_request, response) => {
      response.writeHead(status, { Location: `${other.url}/api/token/` }).end();
    });
    expect(await sendTo(url, withBody("POST"))).toMatchObject({
      kind: "answer",
      answer: { status },
    });
    expect([seen, other.connections()]).toEqual([0, 0]);
  },
);

test("requests one after the other share connections", async () => {
  const { url, connections } = await serveHttp((_request, response) => response.end(OK));
  for (let count = 0; count < 50; count += 1) {
    expect(await sendTo(url, withBody("POST"))).toMatchObject({ kind: "answer" });
  }
  expect(connections()).toBeLessThan(5);
});

test("a server that closes each connection is served all the same", async () => {
  const { url, connections } = await serveHttp((_request, response) => {
    response.writeHead(200, { Connection: "close" }).end(OK);
  });
  for (let count = 0; count < 3; count += 1) {
    expect(await sendTo(url)).toMatchObject({ kind: "answer" });
  }
  expect(connections()).toBe(3);
});
