import { err, ok, type Result } from "../model/result.ts";
import { apiTarget, type ApiTarget } from "./api-target.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import type { GitHubContext } from "./context.ts";

export interface CommentTarget extends ApiTarget {
  readonly pullRequest: number;
}

/** Where a comment would go; a problem, before any request, where none can be written. */
export function commentTarget(context: GitHubContext): Result<CommentTarget, CommentProblem> {
  const { pullRequest } = context;
  if (pullRequest === undefined) {
    const message = "this run is not about a pull request, so there is none to comment on";
    return err(commentProblem("no-pull-request", message));
  }
  if (context.isFork === true) {
    const message =
      "the pull request comes from a fork, where GITHUB_TOKEN may only read: no comment is written";
    return err(commentProblem("fork", message));
  }
  const target = apiTarget(context);
  return target.ok ? ok({ ...target.value, pullRequest }) : target;
}
