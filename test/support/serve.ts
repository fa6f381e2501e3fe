import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Serving {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** How many connections were opened to it. */
  readonly connections: () => number;
}

/** An HTTP server on a loopback socket for the length of a test. */
export function serveHttp(listener: RequestListener): Promise<Serving> {
  return listen(createServer(listener));
}

/** A TCP server for the length of a test: what HTTP servers do not do on purpose. */
export function serveTcp(onSocket: (socket: Socket) => void): Promise<Serving> {
  return listen(createTcpServer(onSocket));
}

/** The URL of a loopback port that nothing listens on. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = urlOf(server);
  await new Promise((resolve) => void server.close(resolve));
  return url;
}

async function listen(server: Server): Promise<Serving> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on("connection", (socket: Socket) => {
    count += 1;
    sockets.add(socket);
    // A client that hangs up is part of many tests.
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => void server.close(resolve));
  });
  return { url: urlOf(server), connections: () => count };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}
