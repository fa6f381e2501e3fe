import { createSharedAbort } from "../api/shared-abort.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Clock, Stop, StopReason } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import { signalCode, type StopSignal } from "../model/stop-signal.ts";
import type { Io } from "./io.ts";

export interface StopControl extends Stop {
  readonly begin: (reason: StopReason) => void;
  /** Ends everything: no timer keeps the process alive, and nothing is sent any more. */
  readonly dispose: () => void;
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

/**
 * Waits for `work` or for a signal, whichever comes first. For everything that is waited for outside
 * of a session: files, which may be pipes that nobody writes to, the comment on GitHub, an answer to
 * a question. What is given up goes on in the background, so it must not write.
 */
export async function untilSignal<T>(
  { onSignal }: Pick<Io, "onSignal">,
  work: () => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  let unlisten = (): void => {};
  const signalled = new Promise<StopSignal>((resolve) => {
    unlisten = onSignal(resolve);
  });
  try {
    return await Promise.race([
      signalled.then((signal) => err(interrupted(signal))),
      work().then((value) => ok(value)),
    ]);
  } finally {
    unlisten();
  }
}

function interrupted(signal: StopSignal): Diagnostic {
  const message = `interrupted by ${signal.toUpperCase()}`;
  return problem(signalCode(signal), message, "run again");
}
