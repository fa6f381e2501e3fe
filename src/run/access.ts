import { maskCommand } from "../github/runner.ts";
import { isLoopback, readProxy } from "../http/proxy.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { parseDuration } from "../model/duration.ts";
import { err, ok, type Result } from "../model/result.ts";
import { Secret } from "../model/secret.ts";
import type { Io } from "./io.ts";
import { count } from "./flag-values.ts";
import { DEFAULT_DEADLINE, LONGEST_MS, type ServerFlags } from "./options.ts";
import { readFileWhole } from "./read-file.ts";
import { isInActions } from "./report.ts";

type Env = Readonly<Record<string, string | undefined>>;

interface BaseUrl {
  /** Without a trailing slash. */
  readonly url: string;
  readonly loopback: boolean;
}

/** The server's address, and how to talk to it; times in ms. */
export interface ServerSettings {
  readonly baseUrl: BaseUrl;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly settleMs: number;
}

/** Whom to talk to and as whom. */
export interface Access {
  readonly settings: ServerSettings;
  readonly token: Secret;
  readonly userId: number | undefined;
}

/** Reads everything a server needs from flags and environment, with all problems at once. */
export async function readAccess(
  flags: ServerFlags,
  io: Io,
): Promise<Result<Access, readonly Diagnostic[]>> {
  const settings = readServerSettings(flags, io.env);
  // Known from here on, also where nothing comes of it: a frame of a keys file may show it.
  const token = await readToken(flags.tokenFile, io.env, io.redactor.add);
  const userId = readUserId(io.env);
  // Findings, errors and plans name the server; a key that it sends could have them name another.
  if (settings.ok) io.redactor.keep(settings.value.baseUrl.url);
  if (settings.ok && token.ok && userId.ok) {
    // The runner of GitHub Actions hides a value in its log from the moment it is told to. This is
    // the one text that holds a secret on purpose: the runner reads it from the step's output and
    // does not show it; anywhere else nobody would swallow it. The redactor would cut the value out
    // and leave nothing to mask, so it goes past it.
    if (isInActions(io)) io.unredacted(`${maskCommand(token.value)}\n`);
    return ok({ settings: settings.value, token: token.value, userId: userId.value });
  }
  return err([
    ...(settings.ok ? [] : settings.error),
    ...(token.ok ? [] : [token.error]),
    ...(userId.ok ? [] : [userId.error]),
  ]);
}

/** What is told beside an error of the server. */
export interface Situation {
  readonly baseUrl: string;
  /** `COMETAPI_USER_ID` is set. */
  readonly userIdSent: boolean;
}

export function situationOf({ settings, userId }: Access): Situation {
  return { baseUrl: settings.baseUrl.url, userIdSent: userId !== undefined };
}

export function readServerSettings(
  flags: ServerFlags,
  env: Env,
): Result<ServerSettings, readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const keep = <T>(result: Result<T, Diagnostic>): T | undefined => {
    if (result.ok) return result.value;
    problems.push(result.error);
    return undefined;
  };
  const fromEnv = env["COMETAPI_BASE_URL"]?.trim() || undefined;
  const from = flags.baseUrl === undefined ? "COMETAPI_BASE_URL" : "--base-url";
  const baseUrl = keep(parseBaseUrl(flags.baseUrl ?? fromEnv ?? DEFAULT_BASE_URL, from));
  if (baseUrl?.loopback === false) keep(readProxy(env));
  const concurrency = keep(count("--concurrency", flags.concurrency ?? "8", 1, 64));
  const timeoutMs = keep(duration("--timeout", flags.timeout ?? "30s", 1));
  const deadlineMs = keep(duration("--deadline", flags.deadline ?? DEFAULT_DEADLINE, 1));
  const settleMs = keep(duration("--settle", flags.settle ?? "5s", 100));
  if (
    problems.length > 0 ||
    baseUrl === undefined ||
    concurrency === undefined ||
    timeoutMs === undefined ||
    deadlineMs === undefined ||
    settleMs === undefined
  ) {
    return err(problems);
  }
  return ok({ baseUrl, concurrency, timeoutMs, deadlineMs, settleMs });
}

function duration(flag: string, text: string, leastMs: number): Result<number, Diagnostic> {
  const ms = parseDuration(text);
  const fix = "write a number with its unit: 500ms, 30s, 5m, 72h, 14d";
  if (ms === undefined) return err(problem("usage", `${flag} ${text}: not a duration`, fix));
  if (ms < leastMs) return err(problem("usage", `${flag} ${text}: at least ${leastMs}ms`, fix));
  if (ms > LONGEST_MS) return err(problem("usage", `${flag} ${text}: at most 24d`, fix));
  return ok(ms);
}

const DEFAULT_BASE_URL = "https://api.cometapi.com";

/** Checks the base URL from `--base-url` or `COMETAPI_BASE_URL`. */
export function parseBaseUrl(text: string, from: string): Result<BaseUrl, Diagnostic> {
  const wrong = (message: string, fix: string): Result<never, Diagnostic> =>
    err(problem("usage", `${from}: ${message}`, fix));

  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return wrong("not an http(s) URL", `write the server's address, such as ${DEFAULT_BASE_URL}`);
  }
  if (url.username !== "" || url.password !== "") {
    return wrong("it holds a user name or password", "the token goes into COMETAPI_ACCESS_TOKEN");
  }
  if (url.search !== "" || url.hash !== "") {
    return wrong("it holds a query or fragment", "write only the server's address");
  }
  // The official command line's own variable of this name ends in /v1.
  const path = url.pathname.replace(/(?<!\/)\/+$/, "").replace(/\/v1$/, "");
  const tail = /\/(v1|api)(\/.*)?$/.exec(path);
  if (tail !== null) {
    const without = url.origin + path.slice(0, tail.index);
    return wrong(`"${tail[0]}" does not belong in it`, `write ${without}`);
  }
  const loopback = isLoopback(url.href);
  if (url.protocol === "http:" && !loopback) {
    return wrong("plain http would show the access token to the network", "use https");
  }
  return ok({ url: url.origin + path, loopback });
}

const TOKEN_FIX =
  "create a personal access token in the console (Personal Settings) and put it, raw, into COMETAPI_ACCESS_TOKEN or a file named with --token-file";

/**
 * The access token from `--token-file` or `COMETAPI_ACCESS_TOKEN`; never a flag's value.
 *
 * @param know Is told the token, and what may be it in a text that is refused.
 */
export async function readToken(
  tokenFile: string | undefined,
  env: Env,
  know: (secret: string) => void,
): Promise<Result<Secret, Diagnostic>> {
  const read = await tokenText(tokenFile, env);
  if (!read.ok) return read;
  const { text, from } = read.value;
  const unfit = (message: string, fix = TOKEN_FIX): Result<never, Diagnostic> => {
    for (const word of secretsIn(text)) know(word);
    return err(problem("credentials-unfit", `${from} ${message}`, fix));
  };

  if (/^Bearer\s/i.test(text))
    return unfit("begins with Bearer", "the token goes raw, without Bearer");
  if (/^(["']).*\1$/.test(text)) return unfit("is in quotes", "write the token without quotes");
  if (text.startsWith("sk-")) {
    return unfit("holds a model key (sk-…); managing keys needs a personal access token");
  }
  // Anything else could not be sent in a header, could not be cut out of a JSON document that stays one, or is
  // a file with more than the token in it.
  if (!/^[!#-[\]-~]+$/.test(text)) return unfit("holds white space or characters no token has");
  know(text);
  return ok(new Secret(text));
}

/** In quotes, after `Bearer` or a name, or twice, a token is still one. */
function secretsIn(whole: string): readonly string[] {
  // A variable's name is none, and stands in what is said of it.
  const text = whole.replaceAll(/\b[A-Z_]+=/g, " ").trim();
  if (/^\S+$/.test(text) && text.length <= LONGEST_TOKEN) return [text];
  const words = text.split(/[\s"'=,;]+/).filter(({ length }) => length >= SHORTEST_WORD);
  return words.slice(0, MOST_WORDS);
}

/** Shorter words of a file that holds something else are no tokens. */
const SHORTEST_WORD = 16;
const LONGEST_TOKEN = 1_000;
const MOST_WORDS = 100;

async function tokenText(
  tokenFile: string | undefined,
  env: Env,
): Promise<Result<{ readonly text: string; readonly from: string }, Diagnostic>> {
  if (tokenFile === undefined) {
    const text = env["COMETAPI_ACCESS_TOKEN"]?.trim() ?? "";
    if (text !== "") return ok({ text, from: "COMETAPI_ACCESS_TOKEN" });
    const how = env["COMETAPI_ACCESS_TOKEN"] === undefined ? "not set" : "empty";
    const fork = "; in a pull request from a fork, secrets are not available: run `validate` there";
    return err(problem("credentials-missing", `COMETAPI_ACCESS_TOKEN is ${how}`, TOKEN_FIX + fork));
  }
  const bytes = await readFileWhole(tokenFile, MAX_TOKEN_BYTES);
  if (!bytes.ok) {
    // Without the path: it may be the token itself, written where the name of its file belongs.
    const { error } = bytes;
    const reason = error.kind === "system" ? error.code : "it is no file that holds a token";
    const fix = "give the path of a readable file that holds the token, never the token itself";
    return err(problem("credentials-missing", `--token-file cannot be read (${reason})`, fix));
  }
  const text = new TextDecoder().decode(bytes.value).trim();
  if (text !== "") return ok({ text, from: `the file of --token-file (${tokenFile})` });
  return err(problem("credentials-missing", `--token-file ${tokenFile} is empty`, TOKEN_FIX));
}

/** Far more than any token has. */
const MAX_TOKEN_BYTES = 65_536;

/** `COMETAPI_USER_ID`, which some servers of the family want in a header. */
export function readUserId(env: Env): Result<number | undefined, Diagnostic> {
  const text = env["COMETAPI_USER_ID"]?.trim() ?? "";
  if (text === "") return ok(undefined);
  if (/^[1-9]\d{0,14}$/.test(text)) return ok(Number(text));
  return err(
    problem(
      "usage",
      "COMETAPI_USER_ID is not a number",
      "write the account's user id, such as 5678",
    ),
  );
}
