import type { Result } from "../model/result.ts";
import { editComment, MAX_COMMENT_LENGTH, type WrittenComment } from "./comment.ts";
import { no, type GitHubProblem } from "./context.ts";
import { findComment, ownLogin } from "./find-comment.ts";
import { mergedPull } from "./merged-pull.ts";
import { openRepository, type GitHubRequest } from "./rest.ts";

interface OutcomeRequest extends GitHubRequest {
  /** From `commentMarker`, for the files and environment of the plan. */
  readonly marker: string;
  /** The outcome in at most about so many characters of Markdown, in which every `<` is of a tag. */
  readonly render: (limit: number) => string;
}

/**
 * Writes what an apply did into the comment that showed its plan, on the pull request whose merge made
 * this run's commit; an earlier outcome there is replaced. Only our own comment, and none is made: one
 * without a plan would look like one. Never rejects.
 */
export async function addOutcome(
  request: OutcomeRequest,
): Promise<Result<WrittenComment, GitHubProblem>> {
  const repository = openRepository(request, "write");
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
  const text = withOutcome(comment.value.body, request.render);
  return text === undefined
    ? no(`the comment on pull request ${pull.value} has no plan, or no room for the outcome`)
    : editComment(repository.value, comment.value, text);
}

/** Begins the outcome. No text of others has such a line, for their `<` is escaped. */
const OUTCOME = "<!-- cometkeys:outcome -->";

/** Less than an outcome takes that names nothing. */
const LEAST_ROOM = 1_000;

/** The digest stays the last line, and the hashes the one before it: `apply --expect-comment` reads them there. */
function withOutcome(body: string, render: OutcomeRequest["render"]): string | undefined {
  const lines = body.replaceAll("\r\n", "\n").trimEnd().split("\n");
  const isHashes = lines.at(-3)?.startsWith("[changes]: # (") === true;
  const last = lines.slice(isHashes ? -3 : -1);
  if (last.at(-1)?.startsWith("Digest: `") !== true) return undefined;
  const rest = lines.slice(0, -last.length);
  const outcomeAt = rest.indexOf(OUTCOME);
  const plan = (outcomeAt === -1 ? rest : rest.slice(0, outcomeAt)).join("\n").trimEnd();
  const around = `${plan}\n\n${OUTCOME}\n\n\n\n${last.join("\n")}\n`;
  const room = MAX_COMMENT_LENGTH - around.length;
  if (room < LEAST_ROOM) return undefined;
  const outcome = render(room - LEAST_ROOM).trimEnd();
  const text = `${plan}\n\n${OUTCOME}\n${outcome}\n\n${last.join("\n")}\n`;
  return text.length > MAX_COMMENT_LENGTH ? undefined : text;
}
