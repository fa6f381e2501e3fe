import type { Result } from "../model/result.ts";
import { editComment, MAX_COMMENT_LENGTH, type WrittenComment } from "./comment.ts";
import { no, type GitHubProblem } from "./context.ts";
import { OUTCOME, partsOf, reviewedComment, type ReviewedRequest } from "./reviewed-comment.ts";

interface OutcomeRequest extends ReviewedRequest {
  /** The outcome in at most about so many characters of Markdown, in which every `<` is of a tag. */
  readonly render: (limit: number) => string;
}

/**
 * Writes what an apply did into the comment that showed its plan; an earlier outcome there is replaced. Only our
 * own comment, and none is made: one without a plan would look like one. Never rejects.
 */
export async function addOutcome(
  request: OutcomeRequest,
): Promise<Result<WrittenComment, GitHubProblem>> {
  const found = await reviewedComment(request, "write");
  if (!found.ok) return found;
  const { repository, pull, comment } = found.value;
  const text = withOutcome(comment.body, request.render);
  return text === undefined
    ? no(`the comment on pull request ${pull} has no plan, or no room for the outcome`)
    : editComment(repository, comment, text);
}

/** Less than an outcome takes that names nothing. */
const LEAST_ROOM = 1_000;

/** The last lines stay the last: `apply --expect-comment` reads them there. */
function withOutcome(body: string, render: OutcomeRequest["render"]): string | undefined {
  const parts = partsOf(body);
  if (parts === undefined) return undefined;
  const textWith = (outcome: string): string =>
    [`${parts.plan}\n\n${OUTCOME}\n${outcome.trimEnd()}`, ...parts.last, ""].join("\n\n").trimEnd();
  const room = MAX_COMMENT_LENGTH - textWith("").length - 1;
  if (room < LEAST_ROOM) return undefined;
  const text = `${textWith(render(room - LEAST_ROOM))}\n`;
  return text.length > MAX_COMMENT_LENGTH ? undefined : text;
}
