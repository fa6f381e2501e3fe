import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";

/** The whole body as text; undefined when the client went away before its end. */
export async function readText(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
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
