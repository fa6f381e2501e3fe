import type { Emit } from "../model/events.ts";
import { sleep, type Clock, type Random } from "../model/ports.ts";
import { limitDelay, parseRetryAfter } from "./backoff.ts";
import { createPriorityLimit } from "./priority-limit.ts";

/** Pauses shorter than this are not worth a line on stderr, ms. */
const SILENT_PAUSE_MS = 2_000;
/** A server that says "retry after 0 seconds" is still given a moment, ms. */
const SHORTEST_PAUSE_MS = 100;
/** Answers in a row, times the present concurrency, before one more request may be in flight. */
const RECOVERY_ROUNDS = 4;
/** Why a request was never sent. */
export type HeldBack = "aborted" | "limit";

/** What came of one attempt to send, so that the limiter can slow down or recover. */
export type Attempt<T> =
  | { readonly limited: false; readonly value: T }
  | { readonly limited: true; readonly retryAfter: string | undefined };

export type Passed<T> =
  | { readonly passed: true; readonly value: T }
  | { readonly passed: false; readonly why: HeldBack | "paused" };

export interface RateLimiterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly concurrency: number;
  readonly deadlineAt: number;
  readonly emit: Emit;
}

export interface Entry {
  /** Ends the wait for a turn. */
  readonly signal: AbortSignal;
  /** Goes before all that wait for a turn. */
  readonly urgent?: boolean;
  /**
   * For a write that rests on something read before: asked when its turn has come and again after a
   * pause. When it answers false, the write is given back unsent (`paused`).
   */
  readonly mayGo?: (turn: Turn) => boolean;
}

/** How a request came to its turn. */
export interface Turn {
  /** Since it asked for the turn, ms. */
  readonly waitedMs: number;
  /** A pause after a 429 held it up, its own 429 included. */
  readonly paused: boolean;
  /** When the last 429 of any request came, by the clock's `now`, ms. */
  readonly limitedAt: number;
}

export interface RateLimiter {
  readonly run: <T>(entry: Entry, send: () => Promise<Attempt<T>>) => Promise<Passed<T>>;
}

/**
 * Bounds how much is in flight and holds everything while the server limits us. A 429 never reached
 * the handler, so the same request is sent again after the pause, whatever its method. All requests
 * share one pause; the concurrency halves with it and recovers slowly.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, random, emit } = options;
  const turns = createPriorityLimit(options.concurrency);
  let pausedUntil = 0;
  let pauseSetAt = -Infinity;
  let limitedInARow = 0;
  let answersInARow = 0;

  function onLimited(sentAt: number, retryAfter: string | undefined): void {
    // Several requests in flight meet the same limit; only the first of them counts.
    if (sentAt < pauseSetAt) return;
    pauseSetAt = clock.now();
    limitedInARow += 1;
    answersInARow = 0;
    turns.resize(Math.max(1, Math.floor(turns.size() / 2)));
    const asked = parseRetryAfter(retryAfter, clock.wall());
    const ms = Math.max(SHORTEST_PAUSE_MS, asked || limitDelay(limitedInARow, random));
    pausedUntil = clock.now() + ms;
    if (ms > SILENT_PAUSE_MS && pausedUntil < options.deadlineAt) {
      emit({ type: "pause", ms, until: clock.wall() + ms });
    }
  }
  function onAnswer(): void {
    limitedInARow = 0;
    if (turns.size() >= options.concurrency) return;
    answersInARow += 1;
    if (answersInARow < turns.size() * RECOVERY_ROUNDS) return;
    answersInARow = 0;
    turns.resize(turns.size() + 1);
  }

  /** Waits until no pause holds; `waited` tells whether one did. */
  async function clearOfPause(signal: AbortSignal): Promise<HeldBack | "clear" | "waited"> {
    let waited = false;
    while (clock.now() < pausedUntil) {
      // A limit that outlasts the deadline ends the run now: waiting would only end it later.
      if (pausedUntil >= options.deadlineAt) return "limit";
      waited = true;
      if ((await sleep(clock, pausedUntil - clock.now(), signal)) === "aborted") return "aborted";
    }
    if (signal.aborted) return "aborted";
    return waited ? "waited" : "clear";
  }

  async function turn<T>(
    entry: Entry,
    askedAt: number,
    send: () => Promise<Attempt<T>>,
  ): Promise<Passed<T>> {
    let paused = false;
    for (;;) {
      const way = await clearOfPause(entry.signal);
      if (way === "aborted" || way === "limit") return { passed: false, why: way };
      paused ||= way === "waited";
      if (
        entry.mayGo?.({ waitedMs: clock.now() - askedAt, paused, limitedAt: pauseSetAt }) === false
      ) {
        return { passed: false, why: "paused" };
      }
      const sentAt = clock.now();
      const attempt = await send();
      if (!attempt.limited) {
        onAnswer();
        return { passed: true, value: attempt.value };
      }
      onLimited(sentAt, attempt.retryAfter);
    }
  }

  return {
    run: (entry, send) => {
      const askedAt = clock.now();
      return turns.run(entry.urgent ?? false, () => turn(entry, askedAt, send));
    },
  };
}
