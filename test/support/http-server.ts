import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterTest } from "./after-test.ts";
import { listen } from "./listen.ts";

export interface HttpServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** `METHOD path` of every request, in order of arrival. */
  readonly requests: readonly string[];
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/**
 * A server on the loopback address that is closed after the test; bodies are read to their end. It has
 * no status page, and does not count who asks for it, unless the handler is to answer that too.
 */
export async function httpServer(handler: Handler, statusPage = false): Promise<HttpServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/api/status" && !statusPage) return void response.writeHead(404).end();
    requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => handler(request, response, body));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  afterTest(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url, requests };
}

/** Answers with JSON and the clock of this machine. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

/** An address of this machine on which nobody listens. */
export async function deafAddress(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
