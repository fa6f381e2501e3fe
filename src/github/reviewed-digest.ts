import { isInteger, isJsonObject } from "../model/json.ts";
import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import { findComment, ownLogin } from "./find-comment.ts";
import { openRepository, type GitHubRequest, type Repository } from "./rest.ts";

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
  const { sha } = request.context;
  if (sha === undefined) return no("GITHUB_SHA is not set or not the id of a commit");
  const pull = await mergedPull(repository.value, sha);
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

interface Pull {
  readonly number: number;
  readonly merged: boolean;
  /** Of an open pull request, the commit of a merge that was only tried. */
  readonly mergeCommit: string | undefined;
}

/**
 * The number of the pull request whose merge made the commit. Merging, squashing and rebasing all
 * name the commit they leave on the branch; a pull request that only contains the commit counts
 * when there is no other. Never a guess: several are a problem.
 */
async function mergedPull(
  { rest, path }: Repository,
  sha: string,
): Promise<Result<number, GitHubProblem>> {
  const answer = await rest({ method: "GET", path: `${path}/commits/${sha}/pulls?per_page=100` });
  if (!answer.ok) return answer;
  const { json, hasNext } = answer.value;
  const pulls = Array.isArray(json) ? json.map(parsePull) : [undefined];
  if (!pulls.every((pull) => pull !== undefined)) {
    return no("GitHub's API answered with something other than pull requests (GITHUB_API_URL)");
  }
  const merged = pulls.filter((pull) => pull.merged);
  const exact = merged.filter(({ mergeCommit }) => mergeCommit === sha);
  const [pull, ...others] = exact.length > 0 ? exact : merged;
  const short = sha.slice(0, 12);
  if (others.length > 0 || hasNext) {
    return no(
      `several merged pull requests hold the commit ${short}, so none of them tells what was reviewed`,
    );
  }
  return pull === undefined
    ? no(`no merged pull request holds the commit ${short}: it was pushed without one`)
    : ok(pull.number);
}

function parsePull(item: unknown): Pull | undefined {
  if (!isJsonObject(item)) return undefined;
  const { number, merged_at: mergedAt, merge_commit_sha: mergeCommit } = item;
  if (!isInteger(number) || number <= 0) return undefined;
  // Absent is not the same as null: an answer that does not tell is none to build on.
  if (typeof mergedAt !== "string" && mergedAt !== null) return undefined;
  return {
    number,
    merged: mergedAt !== null,
    mergeCommit: typeof mergeCommit === "string" ? mergeCommit.toLowerCase() : undefined,
  };
}
