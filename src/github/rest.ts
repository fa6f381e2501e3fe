import { createSend, type HttpAnswer, type SendResult } from "../http/send.ts";
import { isLoopback } from "../http/proxy.ts";
import { parseBoundedJson } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { no, type GitHubContext, type GitHubProblem } from "./context.ts";

/** What every use of GitHub's API is given. */
export interface GitHubRequest {
  readonly context: GitHubContext;
  readonly fetch: typeof globalThis.fetch;
  /** For one request and its whole answer; default 15 s. */
  readonly timeoutMs?: number;
}

export interface Repository {
  readonly rest: Rest;
  /** `/repos/OWNER/NAME`. */
  readonly path: string;
}

/**
 * One request to GitHub's REST API; never rejects, never follows a redirect. A read, or an edit to a
 * fixed text, may be carried out twice, and is sent once more if the first left it unclear whether
 * it was; a POST never is.
 */
export type Rest = (request: RestRequest) => Promise<Result<RestAnswer, RestFailure>>;

interface RestRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Path and query under the API's address, starting with `/`. */
  readonly path: string;
  readonly body?: { readonly body: string };
}

interface RestAnswer {
  readonly json: unknown;
  /** The answer announces a further page. Its address is never used. */
  readonly hasNext: boolean;
}

interface RestFailure extends GitHubProblem {
  /** GitHub said no: it did not carry the request out, and a repeat would change nothing. */
  readonly clear: boolean;
  /** A 403 for want of permission, not of patience. */
  readonly forbidden: boolean;
}

/** What the job needs for pull requests, so that a refusal can name the permission. */
type Access = "read" | "write";

const TIMEOUT_MS = 15_000;

/** A page of 100 comments of full length in four-byte characters stays below this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** A hundred comments have some twenty thousand, commas of their texts aside. */
const MAX_PARTS = 1_000_000;

/** GitHub's API for the repository of this run; a problem, before any request, where the run does not tell. */
export function openRepository(
  { context, fetch, timeoutMs = TIMEOUT_MS }: GitHubRequest,
  access: Access,
): Result<Repository, GitHubProblem> {
  const { apiUrl, token, repository, proxy } = context;
  if (token === undefined) {
    return no(
      "GITHUB_TOKEN is not set: hand it to the step with `env: GITHUB_TOKEN: ${{ github.token }}`",
    );
  }
  // What a header cannot hold would come back inside an error message.
  if (!/^[\x21-\x7e]+$/.test(token.reveal())) {
    return no("GITHUB_TOKEN holds white space or characters no token has");
  }
  if (repository === undefined) {
    return no("GITHUB_REPOSITORY is not set or not in the form owner/name");
  }
  if (!isSafeUrl(apiUrl)) return no("GITHUB_API_URL is not an https address");

  const send = createSend({ baseUrl: apiUrl, fetch, proxy, maxAnswerBytes: MAX_ANSWER_BYTES });
  const once: Rest = async (request) => {
    const result = await send({
      method: request.method,
      path: request.path,
      headers: headersFor(token, request),
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    return result.kind === "answer" ? readAnswer(result.answer, access) : err(noAnswer(result));
  };
  const rest: Rest = async (request) => {
    const first = await once(request);
    return first.ok || first.error.clear || request.method === "POST" ? first : once(request);
  };
  return ok({ rest, path: `/repos/${repository}` });
}

/** Plain http would show the token to the network. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const plain = username === "" && password === "" && search === "" && hash === "";
  return plain && (protocol === "https:" || (protocol === "http:" && isLoopback(text)));
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

function readAnswer(answer: HttpAnswer, access: Access): Result<RestAnswer, RestFailure> {
  const { status, text, link = "" } = answer;
  if (status < 200 || status > 299) {
    const limited = isLimited(answer);
    return err({
      message: limited
        ? `GitHub's API has had enough requests for now (${status})`
        : refusal(status, access),
      clear: status < 500,
      forbidden: status === 403 && !limited,
    });
  }
  try {
    const json = parseBoundedJson(text, MAX_PARTS);
    return ok({ json, hasNext: /;\s*rel="?next\b/.test(link) });
  } catch {
    return err(unclear("GitHub's API answered with something other than JSON (GITHUB_API_URL)"));
  }
}

function isLimited({ status, rateLimitRemaining, retryAfter }: HttpAnswer): boolean {
  const isSpent = rateLimitRemaining === "0" || retryAfter !== undefined;
  return status === 429 || (status === 403 && isSpent);
}

function refusal(status: number, access: Access): string {
  if (status < 400) {
    return `GitHub's API answered with a redirect (${status}), which is not followed because it would carry the token: check GITHUB_API_URL, and whether the repository was renamed`;
  }
  switch (status) {
    case 401:
      return "GitHub does not take the token in GITHUB_TOKEN (401)";
    case 403:
    case 404:
      return `the token in GITHUB_TOKEN may not ${access} comments here (${status}): give the job \`permissions: pull-requests: ${access}\``;
    default:
      return status >= 500
        ? `GitHub's API failed (${status})`
        : `GitHub's API refused the request (${status})`;
  }
}

/**
 * Nothing of an error is quoted beyond its code: it could repeat the token, as `fetch` does when a
 * header's value is unfit.
 */
function noAnswer(result: Exclude<SendResult, { kind: "answer" }>): RestFailure {
  const timedOut = result.kind === "broken" && result.why === "aborted";
  const why = timedOut ? "no answer in time" : (result.code ?? "connection broken");
  return unclear(
    `GitHub's API could not be reached (${why}): check GITHUB_API_URL and the network`,
  );
}

function unclear(message: string): RestFailure {
  return { message, clear: false, forbidden: false };
}
