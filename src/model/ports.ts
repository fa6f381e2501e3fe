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
