import { isJsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { CommentProblem } from "./comment-problem.ts";
import { notComments } from "./find-comment.ts";
import type { Rest } from "./rest.ts";
import { sendTwice } from "./send-twice.ts";

/** Who writes with the token that GitHub Actions gives a job. */
const ACTIONS_LOGIN = "github-actions[bot]";

/**
 * The login whose comments are ours. The token of a job belongs to no user, so asking who it is
 * answers 403.
 */
export async function ownLogin(rest: Rest): Promise<Result<string, CommentProblem>> {
  const answer = await sendTwice(rest, { method: "GET", path: "/user" });
  if (!answer.ok) {
    const { problem, status } = answer.error;
    const ofJob = status === 403 && problem.kind === "no-permission";
    return ofJob ? ok(ACTIONS_LOGIN) : err(problem);
  }
  const login = isJsonObject(answer.value.json) ? answer.value.json["login"] : undefined;
  return typeof login === "string" && login !== "" ? ok(login) : err(notComments());
}
