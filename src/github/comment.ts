import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import {
  findComment,
  firstLine,
  notComments,
  ownLogin,
  parseComment,
  type OwnComment,
} from "./find-comment.ts";
import { openRepository, type GitHubRequest, type Rest } from "./rest.ts";

export interface CommentRequest extends GitHubRequest {
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
  const { rest, path } = repository.value;
  const author = await ownLogin(rest);
  if (!author.ok) return author;
  const list = `${path}/issues/${pullRequest}/comments`;
  return writeOnce(rest, {
    list,
    text,
    find: () => findComment(rest, { path: list, marker, author: author.value }),
    edit: (comment) => editComment(rest, `${path}/issues/comments/${comment.id}`, comment, text),
  });
}

interface Writing {
  readonly list: string;
  readonly text: string;
  readonly find: () => ReturnType<typeof findComment>;
  readonly edit: (comment: OwnComment) => ReturnType<typeof upsertComment>;
}

/**
 * A POST whose answer is lost may have been carried out: the list is read again, and only a comment
 * that is not there is posted a second time.
 */
async function writeOnce(
  rest: Rest,
  { list, text, find, edit }: Writing,
): ReturnType<typeof upsertComment> {
  for (let posts = 0; posts <= 2; posts += 1) {
    const found = await find();
    if (!found.ok) return found;
    if (found.value !== undefined) {
      const written = await edit(found.value);
      const ours = posts > 0 && written.ok && written.value.action === "unchanged";
      return ours ? ok({ ...written.value, action: "created" }) : written;
    }
    if (posts === 2) break;
    const answer = await rest({ method: "POST", path: list, body: { body: text } });
    const comment = answer.ok ? parseComment(answer.value.json) : undefined;
    if (comment !== undefined) return ok({ url: comment.url, action: "created" });
    if (!answer.ok && answer.error.clear) return answer;
  }
  return no(
    "GitHub's API did not say whether it took the comment, and does not list it; it was tried twice",
  );
}

async function editComment(
  rest: Rest,
  path: string,
  comment: OwnComment,
  text: string,
): ReturnType<typeof upsertComment> {
  if (sameText(comment.body, text)) return ok({ url: comment.url, action: "unchanged" });
  const answer = await rest({ method: "PATCH", path, body: { body: text } });
  if (!answer.ok) return answer;
  const edited = parseComment(answer.value.json);
  return edited === undefined ? notComments() : ok({ url: edited.url, action: "updated" });
}

/** GitHub may store other line ends and no blank lines at the end. */
function sameText(stored: string, text: string): boolean {
  return stored.replaceAll("\r\n", "\n").trimEnd() === text.trimEnd();
}
