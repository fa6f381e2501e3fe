import { isInteger, isJsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import type { Rest } from "./rest.ts";
import { sendTwice } from "./send-twice.ts";

interface Pull {
  readonly number: number;
  readonly merged: boolean;
  /** Of an open pull request, the commit of a merge that was only tried. */
  readonly mergeCommit: string | undefined;
}

const PAGE_SIZE = 100;

/**
 * The number of the pull request whose merge made the commit `sha` of the repository at
 * `repositoryPath`. Merging, squashing and rebasing all name the commit they leave on the branch; a
 * pull request that only contains the commit counts when there is no other. Never a guess: several
 * are a problem.
 */
export async function mergedPull(
  rest: Rest,
  repositoryPath: string,
  sha: string,
): Promise<Result<number, CommentProblem>> {
  const path = `${repositoryPath}/commits/${sha}/pulls?per_page=${PAGE_SIZE}`;
  const answer = await sendTwice(rest, { method: "GET", path });
  if (!answer.ok) return err(answer.error.problem);
  const { json, hasNext } = answer.value;
  const pulls = Array.isArray(json) ? json.map(parsePull) : [undefined];
  if (!pulls.every((pull) => pull !== undefined)) return err(notPulls());

  const merged = pulls.filter((pull) => pull.merged);
  const exact = merged.filter(({ mergeCommit }) => mergeCommit === sha);
  const [pull, ...others] = exact.length > 0 ? exact : merged;
  const short = sha.slice(0, 12);
  if (others.length > 0 || hasNext) {
    const message = `several merged pull requests hold the commit ${short}, so none of them tells what was reviewed`;
    return err(commentProblem("several-pull-requests", message));
  }
  if (pull === undefined) {
    const message = `no merged pull request holds the commit ${short}: it was pushed without one`;
    return err(commentProblem("no-pull-request", message));
  }
  return ok(pull.number);
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

function notPulls(): CommentProblem {
  return commentProblem(
    "unexpected-answer",
    "GitHub's API answered with something other than pull requests (GITHUB_API_URL)",
  );
}
