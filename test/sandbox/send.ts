import type { Sandbox } from "../../src/sandbox/server.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a client sees of one request: an answer, a broken connection or nothing before it gave up. */
export type Seen =
  | ({ readonly kind: "answer" } & Reply)
  | { readonly kind: "broken" }
  | { readonly kind: "silence" };

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Give up when this aborts; after five minutes otherwise. */
  readonly giveUp?: AbortSignal;
}

/** Sends one request over a socket; the token is added unless headers are given. */
export async function send(sandbox: Sandbox, path: string, sent: Sent = {}): Promise<Reply> {
  const { method = "GET", headers = { Authorization: sandbox.token }, body } = sent;
  const response = await fetch(sandbox.url + path, {
    method,
    headers,
    redirect: "manual",
    signal: sent.giveUp ?? AbortSignal.timeout(300_000),
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** As `send`, with a failure as a value. */
export async function look(sandbox: Sandbox, path: string, sent: Sent = {}): Promise<Seen> {
  try {
    return { kind: "answer", ...(await send(sandbox, path, sent)) };
  } catch (error) {
    const gaveUp = error instanceof Error && /^(Timeout|Abort)Error$/.test(error.name);
    return { kind: gaveUp ? "silence" : "broken" };
  }
}

/** The JSON of an answer. */
export async function json(sandbox: Sandbox, path: string, sent: Sent = {}): Promise<unknown> {
  return JSON.parse((await send(sandbox, path, sent)).text);
}
