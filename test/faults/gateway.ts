import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";

export interface PassingRequest {
  /** Counted over all requests, from 1. */
  readonly number: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string;
}

export interface PassingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Decides what becomes of a request that has arrived whole. `forward` hands it to the server behind
 * and may be called at any time, also after the client has gone; `undefined` as an answer breaks
 * the connection.
 */
export type Gatekeeper = (
  request: PassingRequest,
  /** With another body than came, where one is given. */
  forward: (instead?: Pick<PassingRequest, "body">) => Promise<PassingAnswer>,
) => Promise<PassingAnswer | undefined>;

export interface Gateway {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Every request in order of arrival. */
  readonly passed: readonly PassingRequest[];
  /** Resolves when no connection is open and nothing is on its way any more. */
  readonly isQuiet: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const FORWARD: Gatekeeper = (_, forward) => forward();

/** A server on the loopback address in front of another one. */
export async function startGateway(
  target: string,
  gatekeeper: Gatekeeper = FORWARD,
): Promise<Gateway> {
  const passed: PassingRequest[] = [];
  const underWay = new Set<Promise<void>>();
  const sockets = new Set<Socket>();

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const serve = async (): Promise<void> => {
      const body = await readAll(incoming).catch(() => undefined);
      if (body === undefined) return;
      const { method = "GET", url: path = "/", headers } = incoming;
      const request = { number: passed.length + 1, method, path, body };
      passed.push(request);
      const { "content-length": _length, ...rest } = headers;
      const answer = await gatekeeper(request, (instead) =>
        send(target, { ...request, ...instead }, { ...rest, host: new URL(target).host }),
      );
      if (answer === undefined) outgoing.socket?.resetAndDestroy();
      else outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    };
    const exchange = serve().finally(() => underWay.delete(exchange));
    underWay.add(exchange);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    passed,
    isQuiet: async () => {
      while (sockets.size > 0 || underWay.size > 0) {
        await Promise.all([...underWay, ...[...sockets].map((socket) => once(socket, "close"))]);
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

async function send(
  target: string,
  { method, path, body }: PassingRequest,
  headers: IncomingMessage["headers"],
): Promise<PassingAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers, agent: false } as const;
    const outgoing = httpRequest(`${target}${path}`, options, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
  const text = await readAll(answer);
  const type = answer.headers["content-type"] ?? "text/plain";
  const date = answer.headers.date ?? new Date().toUTCString();
  return {
    status: answer.statusCode ?? 0,
    headers: { "Content-Type": type, Date: date },
    body: text,
  };
}
