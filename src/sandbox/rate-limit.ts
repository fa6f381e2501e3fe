import { err, ok, type Result } from "../model/result.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { tooManyRequests, type Answer } from "./answer.ts";

/** At most `requests` in any `seconds`. */
export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** Gives the refusal for a request that comes too soon, undefined for one that may pass. */
export type Limiter = () => Answer | undefined;

/**
 * A sliding window over the requests that passed; `now` is in milliseconds. Refused requests do
 * not count, so a client is served again as soon as its oldest request leaves the window. The
 * `Retry-After` is nevertheless the whole window: an upper bound, as the real server sends it.
 */
export function createRateLimiter(limit: RateLimit, now: () => number): Limiter {
  let passed: readonly number[] = [];
  return () => {
    const at = now();
    passed = passed.filter((earlier) => at - earlier < limit.seconds * 1000);
    if (passed.length >= limit.requests) return tooManyRequests(limit.seconds);
    passed = [...passed, at];
    return undefined;
  };
}

/** Reads `REQUESTS/SECONDS`, as in `360/180`. */
export function parseRateLimit(text: string): Result<RateLimit, Diagnostic> {
  const [, requests, seconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (requests === undefined || seconds === undefined) {
    return err({
      severity: "error",
      code: "usage",
      message: `the rate limit ${JSON.stringify(text)} is not REQUESTS/SECONDS`,
      fix: "write two positive integers, for example 360/180",
    });
  }
  return ok({ requests: Number(requests), seconds: Number(seconds) });
}
