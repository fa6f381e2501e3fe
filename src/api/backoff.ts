import type { Random } from "../model/ports.ts";

/** How often a read is tried in all. */
export const READ_TRIES = 4;

/** Wait before try `n` + 1 of a read (`n` from 1), in ms: 0.5, 1, 2 s, each within a quarter. */
export function readDelay(n: number, random: Random): number {
  return 500 * 2 ** (n - 1) * (0.75 + random() / 2);
}

/** Wait after the `n`-th 429 in a row (`n` from 1) that names no time: full jitter, in ms. */
export function limitDelay(n: number, random: Random): number {
  return random() * Math.min(30_000, 500 * 2 ** n);
}

/**
 * `Retry-After` in ms from now, from seconds or an HTTP date; undefined for anything else.
 * The date is compared with `now`, which should be the server's clock where it is known.
 */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (!/[A-Za-z]/.test(trimmed)) return undefined;
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
