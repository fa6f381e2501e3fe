import type { IncomingMessage, ServerResponse } from "node:http";

/** A request as it arrived: `path` with its query, header names in lower case. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer before transport; `Date` and `Content-Length` are added when it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(status: number, body: unknown): Answer {
  const headers = { "Content-Type": "application/json; charset=utf-8" };
  return { status, headers, body: JSON.stringify(body) };
}

export function htmlAnswer(status: number, body: string): Answer {
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

/** HTTP 200 with `success: true`; `data` only where the endpoint has any. */
export function success(data?: unknown): Answer {
  return jsonAnswer(200, { data, message: "", success: true });
}

/** The server's way of saying no: HTTP 200 all the same. */
export function failure(message: string): Answer {
  return jsonAnswer(200, { message, success: false });
}

/** Too many requests: never a body; `Retry-After` (seconds) only where the server sends it. */
export function tooManyRequests(retryAfter?: number): Answer {
  const headers = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return { status: 429, headers, body: "" };
}

/** A redirect as Go writes it: a body only for GET, and a status that keeps the method otherwise. */
export function redirect(method: string, location: string): Answer {
  if (method !== "GET") return { status: 307, headers: { Location: location }, body: "" };
  const href = location.replaceAll("&", "&amp;").replaceAll('"', "&#34;");
  const page = htmlAnswer(301, `<a href="${href}">Moved Permanently</a>.\n\n`);
  return { ...page, headers: { ...page.headers, Location: location } };
}

/** The request once it is here whole; undefined when the client went away before its end. */
export async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  } catch {
    return undefined;
  }
  const { method = "GET", url: path = "/" } = incoming;
  const headers = Object.entries(incoming.headers).map(
    ([name, value = ""]) => [name, Array.isArray(value) ? value.join(", ") : value] as const,
  );
  const body = Buffer.concat(chunks).toString("utf8");
  return { method, path, headers: Object.fromEntries(headers), body };
}

/** Sends an answer whole; `now` (Unix seconds) becomes its `Date`. A client that left is no error. */
export function sendAnswer(outgoing: ServerResponse, answer: Answer, now: number): void {
  writeHead(outgoing, answer, now);
  outgoing.end(answer.body);
}

/**
 * Announces the whole body, sends half of it and destroys the connection. The write is flushed
 * first, so that the client sees a good status and a JSON text that breaks off.
 */
export function cutAnswer(outgoing: ServerResponse, answer: Answer, now: number): void {
  writeHead(outgoing, answer, now);
  const body = Buffer.from(answer.body);
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (half.length === 0) resetConnection(outgoing);
  else outgoing.write(half, () => outgoing.destroy());
}

/** Destroys the connection with a TCP reset, which no client can take for an orderly end. */
export function resetConnection(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy();
}

function writeHead(outgoing: ServerResponse, answer: Answer, now: number): void {
  outgoing.writeHead(answer.status, {
    ...answer.headers,
    "Content-Length": Buffer.byteLength(answer.body),
    Date: new Date(now * 1000).toUTCString(),
  });
}
