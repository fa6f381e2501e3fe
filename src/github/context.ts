import { readProxy, type Proxy } from "../http/proxy.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";
import { err, type Result } from "../model/result.ts";
import { Secret } from "../model/secret.ts";

/** What a run on GitHub Actions can know about itself. Everything but the API's address may lack. */
export interface GitHubContext {
  /** Without a trailing slash; another one on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository?: string | undefined;
  /** The commit this run is about, 40 or 64 lower-case hexadecimal digits. */
  readonly sha?: string | undefined;
  /** `GITHUB_TOKEN`; a workflow has to hand it over by name. */
  readonly token?: Secret | undefined;
  /** The number of the pull request this run is about. */
  readonly pullRequest?: number | undefined;
  /** Whether that pull request comes from another repository; absent where the event says nothing. */
  readonly isFork?: boolean | undefined;
  /** The file behind the job summary. */
  readonly stepSummary?: string | undefined;
  /** The file that takes the step's outputs. */
  readonly output?: string | undefined;
  /** The page of this run. */
  readonly runUrl?: string | undefined;
  /** What leads to the API. */
  readonly proxy?: Proxy | undefined;
}

/**
 * Why GitHub or its runner took nothing, or told nothing: one sentence for the user that never holds
 * a token, nor the text that was to be written.
 */
export interface GitHubProblem {
  readonly message: string;
}

export function no(message: string): Result<never, GitHubProblem> {
  return err({ message });
}

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_API_URL = "https://api.github.com";

/**
 * The surroundings of a run on GitHub Actions, `undefined` anywhere else. A variable that is not
 * set, or an event file that cannot be read or understood, only leaves its fields out: the checks
 * of a pull request must not fail because of it.
 */
export async function readGitHubContext(
  env: Env,
  readFile: (path: string) => Promise<string>,
): Promise<GitHubContext | undefined> {
  if (env["GITHUB_ACTIONS"] !== "true") return undefined;
  const get = (name: string): string | undefined => env[name]?.trim() || undefined;
  const event = await readEvent(get("GITHUB_EVENT_PATH"), readFile);
  const token = get("GITHUB_TOKEN");
  // One that cannot be read has been told of where the server needs it.
  const proxy = readProxy(env);
  return {
    apiUrl: (get("GITHUB_API_URL") ?? DEFAULT_API_URL).replace(/(?<!\/)\/+$/, ""),
    repository: repositoryOf(get("GITHUB_REPOSITORY")),
    sha: commitOf(get("GITHUB_SHA")),
    token: token === undefined ? undefined : new Secret(token),
    pullRequest: pullRequestOf(event) ?? pullRequestOfRef(get("GITHUB_REF")),
    isFork: isFork(event),
    stepSummary: get("GITHUB_STEP_SUMMARY"),
    output: get("GITHUB_OUTPUT"),
    runUrl: runUrlOf(get),
    proxy: proxy.ok ? proxy.value : undefined,
  };
}

async function readEvent(
  path: string | undefined,
  readFile: (path: string) => Promise<string>,
): Promise<JsonObject> {
  if (path === undefined) return {};
  try {
    const event: unknown = JSON.parse(await readFile(path));
    return isJsonObject(event) ? event : {};
  } catch {
    return {};
  }
}

function runUrlOf(get: (name: string) => string | undefined): string | undefined {
  const server = get("GITHUB_SERVER_URL") ?? "";
  const repository = repositoryOf(get("GITHUB_REPOSITORY"));
  const id = get("GITHUB_RUN_ID") ?? "";
  const attempt = get("GITHUB_RUN_ATTEMPT") ?? "1";
  const isPlain =
    /^https?:\/\/[\w.:-]+$/.test(server) && /^\d{1,20} \d{1,9}$/.test(`${id} ${attempt}`);
  if (!isPlain || repository === undefined) return undefined;
  return `${server}/${repository}/actions/runs/${id}/attempts/${attempt}`;
}

/** The name becomes part of a path, so nothing else than a name passes. */
function repositoryOf(text: string | undefined): string | undefined {
  const parts = /^([\w.-]+)\/([\w.-]+)$/.exec(text ?? "");
  const dots = [parts?.[1], parts?.[2]].some((part) => part === "." || part === "..");
  return parts === null || dots ? undefined : parts[0];
}

/** It becomes part of a path too. */
function commitOf(text: string | undefined): string | undefined {
  const sha = text?.toLowerCase();
  return sha !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(sha) ? sha : undefined;
}

function pullRequestOf(event: JsonObject): number | undefined {
  const pull = member(event, "pull_request");
  if (pull !== undefined) return numberOf(pull);
  // A comment on a pull request arrives as a comment on an issue that has a pull request.
  const issue = member(event, "issue");
  return issue !== undefined && isJsonObject(issue["pull_request"]) ? numberOf(issue) : undefined;
}

function pullRequestOfRef(ref: string | undefined): number | undefined {
  const digits = /^refs\/pull\/([1-9]\d{0,14})\/merge$/.exec(ref ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A head without a repository is one whose fork was deleted. */
function isFork(event: JsonObject): boolean | undefined {
  const pull = member(event, "pull_request");
  const head = pull && member(pull, "head");
  const base = pull && member(pull, "base");
  const baseName = base && member(base, "repo")?.["full_name"];
  if (head === undefined || typeof baseName !== "string") return undefined;
  return member(head, "repo")?.["full_name"] !== baseName;
}

function member(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  return isJsonObject(value) ? value : undefined;
}

function numberOf({ number }: JsonObject): number | undefined {
  return Number.isSafeInteger(number) && Number(number) > 0 ? Number(number) : undefined;
}
