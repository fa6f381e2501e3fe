import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import {
  commentsPath,
  findComment,
  firstLine,
  notComments,
  ownLogin,
  parseComment,
  type CommentSearch,
  type OwnComment,
} from "./find-comment.ts";
import { openRepository, type GitHubRequest, type Repository } from "./rest.ts";

interface CommentRequest extends GitHubRequest {
  /** From `commentMarker`; becomes the first line. */
  readonly marker: string;
  /** Markdown, with or without the marker before it. */
  readonly body: string;
}

export interface WrittenComment {
  readonly url: string;
  readonly action: "created" | "updated" | "unchanged";
}

/** GitHub's limit. It counts characters; UTF-16 units are never fewer. */
export const MAX_COMMENT_LENGTH = 65_536;

/**
 * Makes the pull request carry exactly this text in one comment of ours: edits the comment that
 * bears the marker and was written by the token's own user, or writes a new one. Of several (two
 * runs began at once) the oldest is edited, the others stay. Never rejects.
 */
export async function upsertComment(
  request: CommentRequest,
): Promise<Result<WrittenComment, GitHubProblem>> {
  const { pullRequest, isFork } = request.context;
  if (pullRequest === undefined) {
    return no("this run is not about a pull request, so there is none to comment on");
  }
  if (isFork === true) {
    return no(
      "the pull request comes from a fork, where GITHUB_TOKEN may only read: no comment is written",
    );
  }
  const repository = openRepository(request, "write");
  if (!repository.ok) return repository;
  const { marker, body } = request;
  const text = firstLine(body) === marker ? body : `${marker}\n${body}`;
  if (text.length > MAX_COMMENT_LENGTH) {
    return no(
      `the comment would have ${text.length} characters, more than the ${MAX_COMMENT_LENGTH} GitHub takes`,
    );
  }
  const author = await ownLogin(repository.value);
  if (!author.ok) return author;
  const search = { marker, author: author.value, pullRequest };
  return writeOnce(repository.value, search, text);
}

/**
 * A POST whose answer is lost may have been carried out: the list is read again, and only a comment
 * that is not there is posted a second time.
 */
async function writeOnce(
  repository: Repository,
  search: CommentSearch,
  text: string,
): ReturnType<typeof upsertComment> {
  const path = commentsPath(repository, search);
  for (let posts = 0; posts <= 2; posts += 1) {
    const found = await findComment(repository, search);
    if (!found.ok) return found;
    if (found.value !== undefined) {
      const written = await editComment(repository, found.value, text);
      const ours = posts > 0 && written.ok && written.value.action === "unchanged";
      return ours ? ok({ ...written.value, action: "created" }) : written;
    }
    if (posts === 2) break;
    const answer = await repository.rest({ method: "POST", path, body: { body: text } });
    const comment = answer.ok ? parseComment(answer.value.json) : undefined;
    if (comment !== undefined) return ok({ url: comment.url, action: "created" });
    if (!answer.ok && answer.error.clear) return answer;
  }
  return no(
    "GitHub's API did not say whether it took the comment, and does not list it; it was tried twice",
  );
}

/** Gives a comment another text, where it has not that one already. */
export async function editComment(
  repository: Repository,
  { id, body, url }: OwnComment,
  text: string,
): Promise<Result<WrittenComment, GitHubProblem>> {
  // GitHub may store other line ends and no blank lines at the end.
  const isSame = body.replaceAll("\r\n", "\n").trimEnd() === text.trimEnd();
  if (isSame) return ok({ url, action: "unchanged" });
  const path = `${repository.path}/issues/comments/${id}`;
  const answer = await repository.rest({ method: "PATCH", path, body: { body: text } });
  if (!answer.ok) return answer;
  const edited = parseComment(answer.value.json);
  return edited === undefined ? notComments() : ok({ url: edited.url, action: "updated" });
}
