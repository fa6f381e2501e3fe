import type { Clock } from "../model/ports.ts";
import { signalCode, type StopSignal } from "../model/stop-signal.ts";
import { createSharedAbort } from "./shared-abort.ts";

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

export interface StopControl extends Stop {
  readonly begin: (reason: StopReason) => void;
  /** Ends everything: no timer keeps the process alive, and nothing is sent any more. */
  readonly dispose: () => void;
}

/** The code of what a stop kept from being done: each signal has an exit code of its own. */
export function stopCode({ reason }: Pick<Stop, "reason">) {
  const why = reason() ?? "sigint";
  return why === "deadline" ? why : signalCode(why);
}

/** In-flight requests get 5 s: CI runners give about 7 s between their two signals. */
const GRACE_MS = 5_000;
const LOOK_MS = 1_500;

/**
 * The stop begins 30 % before a short deadline at most; up to half of that is for the closing look,
 * without which nothing that was under way could be told.
 */
export function createStop(clock: Clock, deadlineMs: number): StopControl {
  const writes = createSharedAbort();
  const requests = createSharedAbort();
  const startedAt = clock.now();
  const reserve = Math.min(GRACE_MS + LOOK_MS, deadlineMs * 0.3);
  const lookMs = Math.min(LOOK_MS, reserve / 2);
  let reason: StopReason | undefined;
  let cancelGrace = (): void => {};

  const begin = (why: StopReason): void => {
    if (reason !== undefined) return;
    reason = why;
    writes.abort();
    cancelGrace = clock.timer(reserve - lookMs, () => requests.abort());
  };
  const cancelDeadline = clock.timer(deadlineMs - reserve, () => begin("deadline"));

  return {
    writes: writes.signal,
    requests: requests.signal,
    reason: () => reason,
    deadlineAt: startedAt + deadlineMs,
    lookMs,
    begin,
    dispose: () => {
      cancelDeadline();
      cancelGrace();
      // Whatever is left over after an unforeseen end of the run must not go on writing.
      writes.abort();
      requests.abort();
    },
  };
}
