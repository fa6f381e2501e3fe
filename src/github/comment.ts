import { err, ok, type Result } from "../model/result.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import { commentTarget } from "./comment-target.ts";
import type { GitHubContext } from "./context.ts";
import { findComment, notComments, parseComment, type OwnComment } from "./find-comment.ts";
import { ownLogin } from "./own-login.ts";
import { createRest, DEFAULT_TIMEOUT_MS, type Rest } from "./rest.ts";
import { sendTwice } from "./send-twice.ts";

export interface CommentRequest {
  readonly context: GitHubContext;
  /** From `commentMarker`; becomes the first line. */
  readonly marker: string;
  /** Markdown, with or without the marker before it. */
  readonly body: string;
  readonly fetch: typeof globalThis.fetch;
  /** For each request; default 15 s. */
  readonly timeoutMs?: number;
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
): Promise<Result<WrittenComment, CommentProblem>> {
  const target = commentTarget(request.context);
  if (!target.ok) return target;
  const text = withMarker(request.marker, request.body);
  if (text.length > MAX_COMMENT_LENGTH) {
    const message = `the comment would have ${text.length} characters, more than the ${MAX_COMMENT_LENGTH} GitHub takes`;
    return err(commentProblem("too-long", message));
  }
  const { apiUrl, token, repositoryPath, pullRequest } = target.value;
  const { fetch, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const rest = createRest({ apiUrl, token, fetch, timeoutMs, access: "write" });
  const author = await ownLogin(rest);
  if (!author.ok) return author;
  const path = `${repositoryPath}/issues/${pullRequest}/comments`;
  const find = () => findComment(rest, { path, marker: request.marker, author: author.value });
  const edit = (comment: OwnComment) =>
    editComment(rest, `${repositoryPath}/issues/comments/${comment.id}`, comment, text);
  return writeOnce(rest, { path, text, find, edit });
}

interface Writing {
  readonly path: string;
  readonly text: string;
  readonly find: () => ReturnType<typeof findComment>;
  readonly edit: (comment: OwnComment) => Promise<Result<WrittenComment, CommentProblem>>;
}

/**
 * A POST whose answer is lost may have been carried out: the list is read again, and only a comment
 * that is not there is posted a second time.
 */
async function writeOnce(
  rest: Rest,
  { path, text, find, edit }: Writing,
): Promise<Result<WrittenComment, CommentProblem>> {
  for (let posts = 0; posts <= 2; posts += 1) {
    const found = await find();
    if (!found.ok) return found;
    if (found.value !== undefined) {
      const written = await edit(found.value);
      const ours = posts > 0 && written.ok && written.value.action === "unchanged";
      return ours ? ok({ ...written.value, action: "created" }) : written;
    }
    if (posts === 2) break;
    const answer = await rest({ method: "POST", path, body: { body: text } });
    const comment = answer.ok ? parseComment(answer.value.json) : undefined;
    if (comment !== undefined) return ok({ url: comment.url, action: "created" });
    if (!answer.ok && answer.error.clear) return err(answer.error.problem);
  }
  const message =
    "GitHub's API did not say whether it took the comment, and does not list it; it was tried twice";
  return err(commentProblem("unclear", message));
}

async function editComment(
  rest: Rest,
  path: string,
  comment: OwnComment,
  text: string,
): Promise<Result<WrittenComment, CommentProblem>> {
  if (sameText(comment.body, text)) return ok({ url: comment.url, action: "unchanged" });
  const answer = await sendTwice(rest, { method: "PATCH", path, body: { body: text } });
  if (!answer.ok) return err(answer.error.problem);
  const edited = parseComment(answer.value.json);
  return edited === undefined ? err(notComments()) : ok({ url: edited.url, action: "updated" });
}

/** GitHub may store other line ends and no blank lines at the end. */
function sameText(stored: string, text: string): boolean {
  return stored.replaceAll("\r\n", "\n").trimEnd() === text.trimEnd();
}

function withMarker(marker: string, body: string): string {
  return body.split("\n", 1)[0]?.trimEnd() === marker ? body : `${marker}\n${body}`;
}
