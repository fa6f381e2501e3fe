import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import { readLimited } from "./read-limited.ts";

export interface RestOptions {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly token: Secret;
  readonly fetch: typeof globalThis.fetch;
  /** For one request and its whole answer. */
  readonly timeoutMs: number;
  /** What the job needs for pull requests, so that a refusal can name the permission. */
  readonly access: "read" | "write";
}

export const DEFAULT_TIMEOUT_MS = 15_000;

export interface RestRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Path and query under the API's address, starting with `/`. */
  readonly path: string;
  readonly body?: { readonly body: string };
}

export interface RestAnswer {
  readonly json: unknown;
  /** The answer announces a further page. Its address is never used. */
  readonly hasNext: boolean;
}

/** `clear`: the server certainly did not carry the request out, or never will. */
export interface RestFailure {
  readonly problem: CommentProblem;
  readonly status?: number;
  readonly clear: boolean;
}

/** One request to GitHub's REST API; never rejects, never repeats, never follows a redirect. */
export type Rest = (request: RestRequest) => Promise<Result<RestAnswer, RestFailure>>;

/**
 * Nothing of an error or answer is quoted beyond status and error code: either could repeat the
 * token, `fetch` itself does when a header's value is unfit.
 */
export function createRest(options: RestOptions): Rest {
  return async (request) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    let response: Response;
    try {
      response = await options.fetch(options.apiUrl + request.path, {
        method: request.method,
        headers: headersFor(options.token, request),
        // A redirect would carry the token to another host.
        redirect: "manual",
        signal,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
    } catch (error) {
      return err(noAnswer(error, signal.aborted));
    }
    try {
      const text = await readLimited(response);
      return response.status >= 200 && response.status <= 299
        ? parseAnswer(response, text)
        : err(failureOf(response, options.access));
    } catch (error) {
      return err(noAnswer(error, signal.aborted));
    }
  };
}

function headersFor(token: Secret, request: RestRequest): Record<string, string> {
  return {
    authorization: `Bearer ${token.reveal()}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    "user-agent": "cometkeys",
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
  };
}

function parseAnswer(response: Response, text: string): Result<RestAnswer, RestFailure> {
  try {
    const json: unknown = JSON.parse(text);
    return ok({ json, hasNext: /;\s*rel="?next\b/.test(response.headers.get("link") ?? "") });
  } catch {
    const message = "GitHub's API answered with something other than JSON (GITHUB_API_URL)";
    return err({ problem: commentProblem("unexpected-answer", message), clear: false });
  }
}

function failureOf({ status, headers }: Response, access: RestOptions["access"]): RestFailure {
  const failure = (kind: CommentProblem["kind"], message: string, clear = true): RestFailure => ({
    problem: commentProblem(kind, message),
    status,
    clear,
  });
  const limited = headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after");
  if (status === 429 || (status === 403 && limited)) {
    return failure("rate-limit", `GitHub's API has had enough requests for now (${status})`);
  }
  if (status >= 300 && status <= 399) {
    const message = `GitHub's API answered with a redirect (${status}), which is not followed because it would carry the token: check GITHUB_API_URL, and whether the repository was renamed`;
    return failure("redirect", message);
  }
  switch (status) {
    case 401:
      return failure("no-permission", "GitHub does not take the token in GITHUB_TOKEN (401)");
    case 403:
    case 404:
      return failure(
        "no-permission",
        `the token in GITHUB_TOKEN may not ${access} comments here (${status}): give the job \`permissions: pull-requests: ${access}\``,
      );
    default:
      return status >= 500
        ? failure("server-error", `GitHub's API failed (${status})`, false)
        : failure("refused", `GitHub's API refused the request (${status})`);
  }
}

/** Whether a request without an answer was carried out, nobody knows. */
function noAnswer(error: unknown, timedOut: boolean): RestFailure {
  const code = timedOut ? "no answer in time" : (errorCode(error) ?? "connection broken");
  const message = `GitHub's API could not be reached (${code}): check GITHUB_API_URL and the network`;
  return { problem: commentProblem("unreachable", message), clear: code === "ECONNREFUSED" };
}

/** The innermost error code, as `fetch` wraps it; only if it looks like one. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner !== undefined) return errorCode(inner);
  const code = "code" in error ? String(error.code) : "";
  return /^[A-Z][A-Z\d_]{2,40}$/.test(code) ? code : undefined;
}
