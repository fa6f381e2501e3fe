import { isInteger, isJsonObject, type JsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { commentProblem, type CommentProblem } from "./comment-problem.ts";
import type { Rest } from "./rest.ts";
import { sendTwice } from "./send-twice.ts";

export interface OwnComment {
  readonly id: number;
  readonly body: string;
  readonly url: string;
}

const PAGE_SIZE = 100;
const MAX_PAGES = 50;

export interface CommentSearch {
  /** `/repos/OWNER/NAME/issues/NUMBER/comments`. */
  readonly path: string;
  readonly marker: string;
  /** The login the token writes as. */
  readonly author: string;
}

/**
 * The oldest comment of `author` that begins with the marker, or `undefined` when there is none.
 * Anybody can write the marker into a comment of theirs, so the author decides; and a bot that
 * quotes others may carry it somewhere, so it must stand first. Pages are asked for by number; what
 * the answer says about further pages only tells that there are any.
 */
export async function findComment(
  rest: Rest,
  search: CommentSearch,
): Promise<Result<OwnComment | undefined, CommentProblem>> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const path = `${search.path}?per_page=${PAGE_SIZE}&page=${page}`;
    const answer = await sendTwice(rest, { method: "GET", path });
    if (!answer.ok) return err(answer.error.problem);
    const { json, hasNext } = answer.value;
    if (!Array.isArray(json)) return err(notComments());
    const own = json.filter((item): item is JsonObject => isOwn(item, search));
    // GitHub lists by id, the oldest first: what several runs wrote at once is on the same page or
    // later.
    const [oldest] = own.map(parseComment).toSorted((a, b) => (a?.id ?? 0) - (b?.id ?? 0));
    if (own.length > 0) return oldest === undefined ? err(notComments()) : ok(oldest);
    if (json.length < PAGE_SIZE && !hasNext) return ok(undefined);
  }
  const message = `the pull request has more than ${MAX_PAGES * PAGE_SIZE} comments; ours was not looked for beyond`;
  return err(commentProblem("too-many-comments", message));
}

/** A comment from an answer of the API. */
export function parseComment(item: unknown): OwnComment | undefined {
  if (!isJsonObject(item)) return undefined;
  const { id, body, html_url: url } = item;
  if (!isInteger(id) || id <= 0 || typeof body !== "string" || typeof url !== "string") {
    return undefined;
  }
  return URL.canParse(url) && /^https?:/.test(url)
    ? { id, body, url: new URL(url).href }
    : undefined;
}

function isOwn(item: unknown, { author, marker }: CommentSearch): boolean {
  if (!isJsonObject(item) || !isJsonObject(item["user"])) return false;
  const { body } = item;
  return item["user"]["login"] === author && typeof body === "string" && firstLine(body) === marker;
}

function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}

export function notComments(): CommentProblem {
  return commentProblem(
    "unexpected-answer",
    "GitHub's API answered with something other than comments (GITHUB_API_URL)",
  );
}
