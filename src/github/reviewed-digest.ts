import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import { findComment, ownLogin } from "./find-comment.ts";
import { mergedPull } from "./merged-pull.ts";
import { openRepository, type GitHubRequest } from "./rest.ts";

interface ReviewedDigestRequest extends GitHubRequest {
  /** From `commentMarker`, for the files and environment of the plan. */
  readonly marker: string;
}

/** What was reviewed: the digest (`sha256:` and 64 hexadecimal digits), and its changes' hashes. */
interface ReviewedDigest {
  readonly digest: string;
  /** Absent where there were too many for a comment. */
  readonly hashes?: readonly string[];
}

/**
 * The digest that stands in our own comment on the pull
 * request whose merge made this run's commit. Whoever may write to the repository may edit that
 * comment, so it tells what was shown, and is no signature. Only reads; never rejects.
 */
export async function reviewedDigest(
  request: ReviewedDigestRequest,
): Promise<Result<ReviewedDigest, GitHubProblem>> {
  const repository = openRepository(request, "read");
  if (!repository.ok) return repository;
  const pull = await mergedPull(repository.value, request.context);
  if (!pull.ok) return pull;
  const author = await ownLogin(repository.value);
  if (!author.ok) return author;
  const comment = await findComment(repository.value, {
    pullRequest: pull.value,
    marker: request.marker,
    author: author.value,
  });
  if (!comment.ok) return comment;
  if (comment.value === undefined) {
    return no(
      `pull request ${pull.value} has no comment of \`plan --comment\` for these files and this environment`,
    );
  }
  const digest = digestIn(comment.value.body);
  if (digest !== undefined) return ok(digest);
  return no(
    `the comment on pull request ${pull.value} ends without a digest: no plan was made there`,
  );
}

/**
 * Only the last line counts, and the one before it. What stands above shows names and texts of others,
 * one of which may look like a digest.
 */
function digestIn(body: string): ReviewedDigest | undefined {
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  const digest = /^Digest: `(sha256:[0-9a-f]{64})`$/.exec(lines.at(-1) ?? "")?.[1];
  const hashes = /^\[changes\]: # \(([\w -]+)\)$/.exec(lines.at(-2) ?? "")?.[1];
  return digest === undefined
    ? undefined
    : { digest, ...(hashes === undefined ? {} : { hashes: hashes.split(" ").map(inFull) }) };
}

/** In the comment a hash is written in fewer characters, so that those of a whole account fit. */
function inFull(hash: string): string {
  return Buffer.from(hash, "base64url").toString("hex");
}
