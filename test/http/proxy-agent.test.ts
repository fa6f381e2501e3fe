import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createSend, type SendResult } from "../../src/http/send.ts";
import { closedPort, serveTcp } from "../support/serve.ts";

/** A POST to a server that only the proxy could reach. */
function post(proxy: string): Promise<SendResult> {
  const baseUrl = "https://keys.invalid";
  const options = { baseUrl, fetch: globalThis.fetch, proxy: { httpsProxy: proxy, noProxy: "" } };
  return createSend(options)({
    method: "POST",
    path: "/",
    headers: {},
    body: "{}",
    signal: new AbortController().signal,
  });
}

const once = (answer: (socket: Socket) => void) => (socket: Socket) =>
  void socket.once("data", () => answer(socket));

describe("before a proxy has opened its tunnel nothing was sent", () => {
  test.each([403, 407, 502, 302])("it answers CONNECT with %i", async (status) => {
    const { url } = await serveTcp(
      once((socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)),
    );
    const reason = expect.stringContaining(`answered CONNECT with HTTP ${status}`);
    expect(await post(url)).toEqual({
      kind: "not-sent",
      reason,
      code: "ERR_PROXY_TUNNEL",
    });
  });

  test.each<readonly [string, (socket: Socket) => void]>([
    ["resets the connection", (socket) => socket.resetAndDestroy()],
    ["hangs up", (socket) => socket.end()],
    ["does not speak HTTP", (socket) => socket.end("SSH-2.0\r\n")],
  ])("it %s at CONNECT", async (_, answer) => {
    const { url, connections } = await serveTcp(once(answer));
    expect(await post(url)).toMatchObject({ kind: "not-sent" });
    expect(connections()).toBe(1);
  });

  test("nobody listens there", async () => {
    expect(await post(await closedPort())).toMatchObject({ kind: "not-sent" });
  });

  test.each<readonly [string, (socket: Socket) => void]>([
    ["resets", (socket) => socket.resetAndDestroy()],
    ["is none of TLS", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("the TLS handshake with it %s", async (_, answer) => {
    const { url } = await serveTcp(once(answer));
    expect(await post(url.replace("http:", "https:"))).toMatchObject({ kind: "not-sent" });
  });
});

test("a tunnel that breaks promises nothing", async () => {
  const { url } = await serveTcp(
    once((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.once("data", () => socket.resetAndDestroy());
    }),
  );
  expect(await post(url)).toMatchObject({ kind: "broken", why: "reset" });
});
