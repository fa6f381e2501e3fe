import type { HttpAnswer, HttpRequest, Send, SendResult } from "./send.ts";

/** The largest answer read; a list page of 100 keys has about 50 kB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Failures that happen before a connection carries a request: looking up the host, connecting, a
 * proxy that opens no tunnel, and the TLS handshake. Only these make a repeat of a write safe.
 */
const BEFORE_THE_REQUEST =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_PROXY_TUNNEL|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_CERT_\w+)$/;

export interface FetchSendOptions {
  /** Base URL without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** An undici dispatcher for a proxy; opaque here. */
  readonly dispatcher?: unknown;
}

/** A `Send` over the global `fetch`, which keeps connections open between requests. */
export function createFetchSend(options: FetchSendOptions): Send {
  return async (request) => {
    let response: Response;
    try {
      response = await options.fetch(options.baseUrl + request.path, requestInit(request, options));
    } catch (error) {
      return failedRequest(error, request.signal);
    }
    try {
      return { kind: "answer", answer: await readAnswer(response) };
    } catch (error) {
      if (request.signal.aborted) return { kind: "broken", why: "aborted", reason: "given up" };
      return { kind: "broken", why: "cut", reason: describe(error) };
    }
  };
}

function requestInit(request: HttpRequest, options: FetchSendOptions): RequestInit {
  const init: Record<string, unknown> = {
    method: request.method,
    headers: request.headers,
    // A redirect would carry the access token to a host nobody reviewed.
    redirect: "manual",
    signal: request.signal,
  };
  if (request.body !== undefined) init["body"] = request.body;
  if (options.dispatcher !== undefined) init["dispatcher"] = options.dispatcher;
  return init;
}

async function readAnswer(response: Response): Promise<HttpAnswer> {
  const retryAfter = response.headers.get("retry-after");
  const date = response.headers.get("date");
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    text: await readText(response),
    ...(retryAfter === null ? {} : { retryAfter }),
    ...(date === null ? {} : { date }),
  };
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer over ${MAX_ANSWER_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function failedRequest(error: unknown, signal: AbortSignal): SendResult {
  if (signal.aborted) return { kind: "broken", why: "aborted", reason: "given up" };
  const causes = innermostErrors(error);
  const neverSent = causes.length > 0 && causes.every(isBeforeTheRequest);
  const reason = describe(causes[0] ?? error);
  return neverSent ? { kind: "not-sent", reason } : { kind: "broken", why: "reset", reason };
}

/** The errors fetch wraps: in `cause`, and for a connect to several addresses in `errors`. */
function innermostErrors(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof AggregateError) return error.errors.flatMap(innermostErrors);
  return error.cause === undefined ? [error] : innermostErrors(error.cause);
}

/** An open connection can break with the same codes; then the system call was not the connect. */
function isBeforeTheRequest(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const connecting = syscall === undefined || syscall === "connect" || syscall === "getaddrinfo";
  return connecting && code !== undefined && BEFORE_THE_REQUEST.test(code);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || message.includes(code)) return message;
  return message === "" ? code : `${code}: ${message}`;
}
