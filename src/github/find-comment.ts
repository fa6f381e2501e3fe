import { posix } from "node:path";
import { isInteger, isJsonObject, type JsonObject } from "../model/json.ts";
import { ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { no, type GitHubProblem } from "./context.ts";
import type { Repository } from "./rest.ts";

export interface OwnComment {
  readonly id: number;
  readonly body: string;
  readonly url: string;
}

export interface CommentSearch {
  readonly pullRequest: number;
  readonly marker: string;
  /** The login the token writes as, from `ownLogin`. */
  readonly author: string;
}

/** Who writes with the token that GitHub Actions gives a job. */
const ACTIONS_LOGIN = "github-actions[bot]";

const PAGE_SIZE = 100;
const MAX_PAGES = 50;

/**
 * The first line of the one comment for this set of files and this environment: an HTML comment
 * that nobody sees. Order, repeats and a leading `./` of the files do not matter.
 */
export function commentMarker(files: readonly string[], environment: string | undefined): string {
  const set = [...new Set(files.map((file) => posix.normalize(file)))].toSorted();
  const hash = sha256(JSON.stringify([set, environment ?? null])).slice(0, 16);
  return `<!-- cometkeys:${hash} -->`;
}

/**
 * The login whose comments are ours. The token of a job belongs to no user, so asking who it is
 * answers 403.
 */
export async function ownLogin({ rest }: Repository): Promise<Result<string, GitHubProblem>> {
  const answer = await rest({ method: "GET", path: "/user" });
  if (!answer.ok) return answer.error.forbidden ? ok(ACTIONS_LOGIN) : answer;
  const login = isJsonObject(answer.value.json) ? answer.value.json["login"] : undefined;
  return typeof login === "string" && login !== "" ? ok(login) : notComments();
}

/**
 * The oldest comment of `author` that begins with the marker, or `undefined` when there is none.
 * Anybody can write the marker into a comment of theirs, so the author decides; and a bot that
 * quotes others may carry it somewhere, so it must stand first. Pages are asked for by number; what
 * the answer says about further pages only tells that there are any.
 */
export async function findComment(
  repository: Repository,
  search: CommentSearch,
): Promise<Result<OwnComment | undefined, GitHubProblem>> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const path = `${commentsPath(repository, search)}?per_page=${PAGE_SIZE}&page=${page}`;
    const answer = await repository.rest({ method: "GET", path });
    if (!answer.ok) return answer;
    const { json, hasNext } = answer.value;
    if (!Array.isArray(json)) return notComments();
    const own = json.filter((item): item is JsonObject => isOwn(item, search));
    // GitHub lists by id, the oldest first: what several runs wrote at once is on the same page or
    // later.
    const [oldest] = own.map(parseComment).toSorted((a, b) => (a?.id ?? 0) - (b?.id ?? 0));
    if (own.length > 0) return oldest === undefined ? notComments() : ok(oldest);
    if (json.length < PAGE_SIZE && !hasNext) return ok(undefined);
  }
  return no(
    `the pull request has more than ${MAX_PAGES * PAGE_SIZE} comments; ours was not looked for beyond`,
  );
}

export function commentsPath({ path }: Repository, { pullRequest }: CommentSearch): string {
  return `${path}/issues/${pullRequest}/comments`;
}

function isOwn(item: unknown, { author, marker }: CommentSearch): boolean {
  if (!isJsonObject(item) || !isJsonObject(item["user"])) return false;
  const { body } = item;
  return item["user"]["login"] === author && typeof body === "string" && firstLine(body) === marker;
}

export function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}

/** A comment from an answer of the API. */
export function parseComment(item: unknown): OwnComment | undefined {
  if (!isJsonObject(item)) return undefined;
  const { id, body, html_url: url } = item;
  if (!isInteger(id) || id <= 0 || typeof body !== "string" || typeof url !== "string") {
    return undefined;
  }
  if (body.length > MOST_BODY) return undefined;
  return url.length <= MOST_URL && URL.canParse(url) && /^https?:/.test(url)
    ? { id, body, url: new URL(url).href }
    : undefined;
}

/** GitHub takes 65,536 characters. */
const MOST_BODY = 262_144;

/** It is shown; GitHub's have some hundred characters. */
const MOST_URL = 2_000;

export function notComments(): Result<never, GitHubProblem> {
  return no("GitHub's API answered with something other than comments (GITHUB_API_URL)");
}
