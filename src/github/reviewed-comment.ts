import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import { findComment, ownLogin, type OwnComment } from "./find-comment.ts";
import { mergedPull } from "./merged-pull.ts";
import { openRepository, type GitHubRequest, type Repository } from "./rest.ts";

export interface ReviewedRequest extends GitHubRequest {
  /** From `commentMarker`, for the files and environment of the plan. */
  readonly marker: string;
}

interface ReviewedComment {
  readonly repository: Repository;
  readonly pull: number;
  readonly comment: OwnComment;
}

/** Our own comment with the plan, on the pull request whose merge made this run's commit. Never rejects. */
export async function reviewedComment(
  request: ReviewedRequest,
  access: "read" | "write",
): Promise<Result<ReviewedComment, GitHubProblem>> {
  const repository = openRepository(request, access);
  if (!repository.ok) return repository;
  const pull = await mergedPull(repository.value, request.context);
  if (!pull.ok) return pull;
  const author = await ownLogin(repository.value);
  if (!author.ok) return author;
  const search = { pullRequest: pull.value, marker: request.marker, author: author.value };
  const comment = await findComment(repository.value, search);
  if (!comment.ok) return comment;
  if (comment.value === undefined) {
    return no(
      `pull request ${pull.value} has no comment of \`plan --comment\` for these files and this environment`,
    );
  }
  return ok({ repository: repository.value, pull: pull.value, comment: comment.value });
}

/** Begins what an apply has added. No text of others has such a line, for their `<` is escaped. */
export const OUTCOME = "<!-- cometkeys:outcome -->";

/** A comment's parts, as they stand one below the other; what an apply has added is left out. */
interface CommentParts {
  readonly plan: string;
  /** The line that holds the hashes of the changes, and the one with the digest. */
  readonly last: readonly string[];
  readonly digest: string;
  /** In few characters each. Absent where there were too many for a comment. */
  readonly hashes?: readonly string[];
}

/**
 * Only the last line counts, and the one before it. What stands above shows names and texts of others, one of
 * which may look like a digest. `undefined` where there is no digest: no plan was made.
 */
export function partsOf(body: string): CommentParts | undefined {
  const lines = body.split(/\r?\n/).map((line) => line.trimEnd());
  const at = lines.findLastIndex((line) => line !== "");
  const digest = /^Digest: `(sha256:[0-9a-f]{64})`$/.exec(lines[at] ?? "")?.[1];
  if (digest === undefined) return undefined;
  const before = lines.findLastIndex((line, index) => index < at && line !== "");
  const hashes = /^\[changes\]: # \(([\w -]+)\)$/.exec(lines[before] ?? "")?.[1];
  const above = lines.slice(0, hashes === undefined ? at : before);
  const outcomeAt = above.indexOf(OUTCOME);
  const plan = (outcomeAt === -1 ? above : above.slice(0, outcomeAt)).join("\n").trimEnd();
  const last = [...(hashes === undefined ? [] : [lines[before] ?? ""]), lines[at] ?? ""];
  return { plan, last, digest, ...(hashes === undefined ? {} : { hashes: hashes.split(" ") }) };
}
