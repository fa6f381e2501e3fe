import { createSend, type HttpAnswer, type SendResult } from "../http/send.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";

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

/** A page of 100 comments of full length in four-byte characters stays below this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Nothing of an error or answer is quoted beyond status and error code: either could repeat the
 * token, `fetch` itself does when a header's value is unfit.
 */
export function createRest({ apiUrl, token, fetch, timeoutMs, access }: RestOptions): Rest {
  const send = createSend({ baseUrl: apiUrl, fetch, maxAnswerBytes: MAX_ANSWER_BYTES });
  return async (request) => {
    const result = await send({
      method: request.method,
      path: request.path,
      headers: headersFor(token, request),
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    if (result.kind !== "answer") return err(noAnswer(result));
    const { status } = result.answer;
    return status >= 200 && status <= 299
      ? parseAnswer(result.answer)
      : err(failureOf(result.answer, access));
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

function parseAnswer({ text, link = "" }: HttpAnswer): Result<RestAnswer, RestFailure> {
  try {
    const json: unknown = JSON.parse(text);
    return ok({ json, hasNext: /;\s*rel="?next\b/.test(link) });
  } catch {
    const message = "GitHub's API answered with something other than JSON (GITHUB_API_URL)";
    return err({ problem: commentProblem("unexpected-answer", message), clear: false });
  }
}

function failureOf(answer: HttpAnswer, access: RestOptions["access"]): RestFailure {
  const { status } = answer;
  const failure = (kind: CommentProblem["kind"], message: string, clear = true): RestFailure => ({
    problem: commentProblem(kind, message),
    status,
    clear,
  });
  const limited = answer.rateLimitRemaining === "0" || answer.retryAfter !== undefined;
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

/** Whether a request that was sent was carried out, nobody knows. */
function noAnswer(result: Exclude<SendResult, { kind: "answer" }>): RestFailure {
  const timedOut = result.kind === "broken" && result.why === "aborted";
  const why = timedOut ? "no answer in time" : (result.code ?? "connection broken");
  const message = `GitHub's API could not be reached (${why}): check GITHUB_API_URL and the network`;
  return { problem: commentProblem("unreachable", message), clear: result.kind === "not-sent" };
}
