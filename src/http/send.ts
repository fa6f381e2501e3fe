import { isLoopback, type Proxy } from "./proxy.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One HTTP request, complete but for the origin. */
export interface HttpRequest {
  readonly method: Method;
  /** Path and query under the base URL, starting with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** One answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter?: string | undefined;
  /** The `Date` header: the server's clock. */
  readonly date?: string | undefined;
  /** The `Link` header, in which GitHub names further pages. */
  readonly link?: string | undefined;
  /** `X-RateLimit-Remaining`: how many requests GitHub still takes. */
  readonly rateLimitRemaining?: string | undefined;
  readonly text: string;
}

/**
 * What became of a request. `not-sent` promises that no byte of it reached a server; anything that
 * broke later is `broken`, because the server may have acted on it. A `reason` can quote a header,
 * a token included; a `code`, of the innermost error, cannot.
 */
export type SendResult =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "not-sent"; readonly reason: string; readonly code?: string | undefined }
  | {
      readonly kind: "broken";
      readonly why: "reset" | "cut" | "timeout" | "aborted";
      readonly reason: string;
      readonly code?: string | undefined;
    };

/** Carries one request; never rejects, never retries, never follows a redirect. */
export type Send = (request: HttpRequest) => Promise<SendResult>;

interface SendOptions {
  /** Base URL without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Never used for a server on this machine. */
  readonly proxy?: Proxy | undefined;
  /** The largest answer read; default 16 MiB, where a list page of 100 keys has about 50 kB. */
  readonly maxAnswerBytes?: number;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A `Send` over the global `fetch`, which keeps connections open between requests. It knows no
 * proxies on Node 20; undici is loaded only when one is used.
 */
export function createSend(options: SendOptions): Send {
  const { maxAnswerBytes = MAX_ANSWER_BYTES, baseUrl } = options;
  const agent = agentFor(options);
  return async (request) => {
    let response: Response;
    try {
      response = await options.fetch(baseUrl + request.path, requestInit(request, await agent));
    } catch (error) {
      return failedRequest(error, request.signal);
    }
    try {
      if (isStacked(response)) {
        // Not waited for: how long it takes is up to the server, too.
        void response.body?.cancel().catch(() => {});
        return { kind: "broken", why: "cut", reason: "an answer that is compressed several times" };
      }
      return { kind: "answer", answer: await readAnswer(response, maxAnswerBytes) };
    } catch (error) {
      if (request.signal.aborted) return GIVEN_UP;
      const code = codeOf(innermostErrors(error)[0]);
      return { kind: "broken", why: "cut", reason: describe(error), code };
    }
  };
}

async function agentFor({ baseUrl, proxy }: SendOptions): Promise<unknown> {
  if (proxy !== undefined && !isLoopback(baseUrl)) {
    return (await import("./proxy-agent.ts")).createProxyAgent(proxy);
  }
  return runtimeHasProxy() ? (await import("./proxy-agent.ts")).createDirectAgent() : undefined;
}

/**
 * Newer Nodes send every fetch through a proxy by themselves where they are told to
 * (`NODE_USE_ENV_PROXY`, `--use-env-proxy`): a token for this machine would go there too, and what became
 * of a request whose tunnel never opened could not be told.
 */
function runtimeHasProxy(): boolean {
  const dispatcher: unknown = Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1"));
  return (
    typeof dispatcher === "object" && dispatcher !== null && dispatcher.constructor.name !== "Agent"
  );
}

const GIVEN_UP: SendResult = { kind: "broken", why: "aborted", reason: "given up" };

/** The dispatcher is of another undici than Node's own, whose types do not fit: opaque here. */
function requestInit(request: HttpRequest, dispatcher: unknown): RequestInit {
  const { method, headers, body, signal } = request;
  const init: Record<string, unknown> = {
    method,
    headers: { "accept-encoding": "identity", ...headers },
    // A redirect would carry the access token to a host nobody reviewed.
    redirect: "manual",
    signal,
    ...(body === undefined ? {} : { body }),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  };
  return init;
}

/** What the last step of several gives is all that can be counted, and those before it can make gigabytes. */
function isStacked({ headers }: Response): boolean {
  return headers.get("content-encoding")?.includes(",") ?? false;
}

async function readAnswer(response: Response, maxBytes: number): Promise<HttpAnswer> {
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
  return {
    status: response.status,
    contentType: header("content-type") ?? "",
    retryAfter: header("retry-after"),
    date: header("date"),
    link: header("link"),
    rateLimitRemaining: header("x-ratelimit-remaining"),
    text: await readText(response, maxBytes),
  };
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`an answer over ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Failures that happen before a connection carries a request: looking up the host, connecting, a
 * proxy that opens no tunnel, and the TLS handshake. Only these make a repeat of a write safe.
 */
const BEFORE_THE_REQUEST =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_PROXY_TUNNEL|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_CERT_\w+)$/;

function failedRequest(error: unknown, signal: AbortSignal): SendResult {
  if (signal.aborted) return GIVEN_UP;
  const causes = innermostErrors(error);
  const neverSent = causes.length > 0 && causes.every(isBeforeTheRequest);
  const reason = describe(causes[0] ?? error);
  const code = codeOf(causes[0]);
  return neverSent
    ? { kind: "not-sent", reason, code }
    : { kind: "broken", why: "reset", reason, code };
}

/** The errors fetch wraps: in `cause`, and for a connect to several addresses in `errors`. */
function innermostErrors(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof AggregateError) return error.errors.flatMap(innermostErrors);
  return error.cause === undefined ? [error] : innermostErrors(error.cause);
}

/** An open connection can break with the same codes; then the system call was not the connect. */
function isBeforeTheRequest(error: Error): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  const connecting = syscall === undefined || syscall === "connect" || syscall === "getaddrinfo";
  return connecting && BEFORE_THE_REQUEST.test(codeOf(error) ?? "");
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  const code = codeOf(error);
  if (code === undefined || message.includes(code)) return message;
  // The rest tells where in OpenSSL that was.
  if (code.startsWith("ERR_SSL_")) return code;
  return message === "" ? code : `${code}: ${message}`;
}

/** Only what looks like a code, so that it can be shown. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z][A-Z\d_]{2,40}$/.test(code) ? code : undefined;
}
