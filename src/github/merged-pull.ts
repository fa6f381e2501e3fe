import { isInteger, isJsonObject } from "../model/json.ts";
import { ok, type Result } from "../model/result.ts";
import { no, type GitHubContext, type GitHubProblem } from "./context.ts";
import type { Repository } from "./rest.ts";

interface Pull {
  readonly number: number;
  readonly merged: boolean;
  /** Of an open pull request, the commit of a merge that was only tried. */
  readonly mergeCommit: string | undefined;
}

/**
 * The number of the pull request whose merge made this run's commit. Merging, squashing and rebasing all
 * name the commit they leave on the branch; a pull request that only contains the commit counts
 * when there is no other. Never a guess: several are a problem.
 */
export async function mergedPull(
  { rest, path }: Repository,
  { sha }: GitHubContext,
): Promise<Result<number, GitHubProblem>> {
  if (sha === undefined) return no("GITHUB_SHA is not set or not the id of a commit");
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
