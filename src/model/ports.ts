import { signalCode, type StopSignal } from "./stop-signal.ts";

/** Time as the program sees it, passed in so that a simulation can own it. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start: every duration is measured by it. */
  readonly now: () => number;
  /** Milliseconds since the Unix epoch; it may be set to another time while the program runs. */
  readonly wall: () => number;
  /** Calls `fire` once after `ms` milliseconds; the returned function cancels it. */
  readonly timer: (ms: number, fire: () => void) => () => void;
}

/** A number in [0, 1), as `Math.random` gives. */
export type Random = () => number;

/** Resolves after `ms`, or at once when `signal` aborts; tells which. */
export function sleep(
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<"elapsed" | "aborted"> {
  if (signal?.aborted) return Promise.resolve("aborted");
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve("aborted");
    };
    const cancel = clock.timer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve("elapsed");
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export type StopReason = StopSignal | "deadline";

/**
 * The end of a run that is cut short: first nothing new is written (`writes`), then what is in
 * flight is given up (`requests`), then there is `lookMs` for one look at the list.
 */
export interface Stop {
  readonly writes: AbortSignal;
  readonly requests: AbortSignal;
  readonly reason: () => StopReason | undefined;
  /** The last moment of the run by the clock's `now`, ms. */
  readonly deadlineAt: number;
  /** How long the closing look at the list may take, ms. */
  readonly lookMs: number;
}

/** The code of what a stop kept from being done: each signal has an exit code of its own. */
export function stopCode({ reason }: Pick<Stop, "reason">) {
  const why = reason() ?? "sigint";
  return why === "deadline" ? why : signalCode(why);
}
