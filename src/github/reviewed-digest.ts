import { err, ok, type Result } from "../model/result.ts";
import { apiTarget } from "./api-target.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import type { GitHubContext } from "./context.ts";
import { findComment } from "./find-comment.ts";
import { mergedPull } from "./merged-pull.ts";
import { ownLogin } from "./own-login.ts";
import { createRest, DEFAULT_TIMEOUT_MS } from "./rest.ts";

export interface ReviewedDigestRequest {
  readonly context: GitHubContext;
  /** From `commentMarker`, for the files and environment of the plan. */
  readonly marker: string;
  readonly fetch: typeof globalThis.fetch;
  /** For each request; default 15 s. */
  readonly timeoutMs?: number;
}

/**
 * The digest (`sha256:` and 64 hexadecimal digits) that stands in our own comment on the pull
 * request whose merge made this run's commit. Whoever may write to the repository may edit that
 * comment, so it tells what was shown, and is no signature. Only reads; never rejects.
 */
export async function reviewedDigest(
  request: ReviewedDigestRequest,
): Promise<Result<string, CommentProblem>> {
  const { context, marker, fetch, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const target = apiTarget(context);
  if (!target.ok) return target;
  if (context.sha === undefined) {
    return err(commentProblem("no-commit", "GITHUB_SHA is not set or not the id of a commit"));
  }
  const { apiUrl, token, repositoryPath } = target.value;
  const rest = createRest({ apiUrl, token, fetch, timeoutMs, access: "read" });
  const pull = await mergedPull(rest, repositoryPath, context.sha);
  if (!pull.ok) return pull;
  const author = await ownLogin(rest);
  if (!author.ok) return author;
  const path = `${repositoryPath}/issues/${pull.value}/comments`;
  const comment = await findComment(rest, { path, marker, author: author.value });
  if (!comment.ok) return comment;
  if (comment.value === undefined) {
    const message = `pull request ${pull.value} has no comment of \`plan --comment\` for these files and this environment`;
    return err(commentProblem("no-comment", message));
  }
  const digest = digestIn(comment.value.body);
  if (digest !== undefined) return ok(digest);
  const message = `the comment on pull request ${pull.value} ends without a digest: no plan was made there`;
  return err(commentProblem("no-plan", message));
}

/**
 * Only the last line counts. What stands above it shows names and texts of others, one of which may
 * look like a digest.
 */
function digestIn(body: string): string | undefined {
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  return /^Digest: `(sha256:[0-9a-f]{64})`$/.exec(lines.at(-1) ?? "")?.[1];
}
