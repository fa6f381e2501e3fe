import { isLoopback } from "../http/proxy.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import type { GitHubContext } from "./context.ts";

export interface ApiTarget {
  readonly apiUrl: string;
  readonly token: Secret;
  /** `/repos/OWNER/NAME`. */
  readonly repositoryPath: string;
}

/** Whom to ask about this repository; a problem, before any request, where the run does not tell. */
export function apiTarget(context: GitHubContext): Result<ApiTarget, CommentProblem> {
  const { apiUrl, token, repository } = context;
  if (token === undefined) {
    const message =
      "GITHUB_TOKEN is not set: hand it to the step with `env: GITHUB_TOKEN: ${{ github.token }}`";
    return no("no-token", message);
  }
  // What a header cannot hold would come back inside an error message.
  if (!/^[\x21-\x7e]+$/.test(token.reveal())) {
    return no("no-token", "GITHUB_TOKEN holds white space or characters no token has");
  }
  if (repository === undefined) {
    return no("no-repository", "GITHUB_REPOSITORY is not set or not in the form owner/name");
  }
  if (!isSafeUrl(apiUrl)) {
    return no("api-url", "GITHUB_API_URL is not an https address");
  }
  return ok({ apiUrl, token, repositoryPath: `/repos/${repository}` });
}

/** Plain http would show the token to the network. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const plain = username === "" && password === "" && search === "" && hash === "";
  return plain && (protocol === "https:" || (protocol === "http:" && isLoopback(text)));
}

function no(kind: CommentProblem["kind"], message: string): Result<never, CommentProblem> {
  return err(commentProblem(kind, message));
}
