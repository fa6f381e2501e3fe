import { readProxy } from "../http/proxy.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { DEFAULT_BASE_URL, parseBaseUrl, type BaseUrl } from "./base-url.ts";
import { parseDuration } from "./duration.ts";
import { problem } from "./problem.ts";

/** The flags of every command that talks to the server, as given. */
export interface ServerFlags {
  readonly baseUrl?: string;
  readonly tokenFile?: string;
  readonly concurrency?: string;
  readonly timeout?: string;
  readonly deadline?: string;
  readonly settle?: string;
}

/** The same, checked and with defaults; times in ms. */
export interface ServerSettings {
  readonly baseUrl: BaseUrl;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly settleMs: number;
}

export function readServerSettings(
  flags: ServerFlags,
  env: Readonly<Record<string, string | undefined>>,
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
  const concurrency = keep(count("--concurrency", flags.concurrency ?? "4", 1, 64));
  const timeoutMs = keep(duration("--timeout", flags.timeout ?? "30s", 1));
  const deadlineMs = keep(duration("--deadline", flags.deadline ?? "15m", 1));
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

/** A whole number within bounds. */
export function count(
  flag: string,
  text: string,
  least: number,
  most: number,
): Result<number, Diagnostic> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return ok(value);
  return err(
    problem(
      "usage",
      `${flag} ${text}: not a number from ${least} to ${most}`,
      `write ${flag} with a whole number from ${least} to ${most}`,
    ),
  );
}

/** Timers hold at most about 24.8 days. */
const LONGEST_MS = 2_147_483_647;

function duration(flag: string, text: string, leastMs: number): Result<number, Diagnostic> {
  const ms = parseDuration(text);
  const fix = "write a number with its unit: 500ms, 30s, 5m, 72h, 14d";
  if (ms === undefined) return err(problem("usage", `${flag} ${text}: not a duration`, fix));
  if (ms < leastMs) return err(problem("usage", `${flag} ${text}: at least ${leastMs}ms`, fix));
  if (ms > LONGEST_MS) return err(problem("usage", `${flag} ${text}: at most 24d`, fix));
  return ok(ms);
}
