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

/** Arms what may end a wait; the returned function disarms it. */
type Ender = (end: (why: Diagnostic) => void) => () => void;

function atSignal({ onSignal }: Pick<Io, "onSignal">): Ender {
  return (end) => onSignal((signal) => end(interrupted(signal)));
}

export const DEADLINE_REACHED = problem(
  "deadline",
  "--deadline was reached",
  "give a longer --deadline",
);

function atDeadline({ clock, deadlineAt }: Pick<Io, "clock" | "deadlineAt">): Ender {
  return (end) => clock.timer(Math.max(0, deadlineAt - clock.now()), () => end(DEADLINE_REACHED));
}

/** What is given up goes on in the background, so it must not write. */
async function until<T>(
  work: () => Promise<T>,
  ...enders: readonly Ender[]
): Promise<Result<T, Diagnostic>> {
  const disarm: (() => void)[] = [];
  const ended = new Promise<Result<never, Diagnostic>>((resolve) => {
    for (const arm of enders) disarm.push(arm((why) => resolve(err(why))));
  });
  try {
    return await Promise.race([ended, work().then((value) => ok(value))]);
  } finally {
    for (const cancel of disarm) cancel();
  }
}

/**
 * Waits for `work`, for a signal or for the deadline, whichever comes first. For what is waited for
 * outside of a session: files, which may be pipes that nobody writes to, and the comment on GitHub.
 */
export function untilStopped<T>(
  io: Pick<Io, "onSignal" | "clock" | "deadlineAt">,
  work: () => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  return until(work, atSignal(io), atDeadline(io));
}

/** Gives timers and signals their turn in the midst of long work. */
export type Pause = () => Promise<void>;

/** The same for work of our own: what was given up never comes back from its next pause. */
export async function untilStoppedAtPause<T>(
  io: Pick<Io, "onSignal" | "clock" | "deadlineAt">,
  work: (pause: Pause) => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  let isOver = false;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(() => {
        if (!isOver) resolve();
      });
    });
  const done = await untilStopped(io, () => work(pause));
  isOver = true;
  return done;
}

/** For what a signal may cut short without a word, after the result. */
export function untilDeadline<T>(
  io: Pick<Io, "clock" | "deadlineAt">,
  work: () => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  return until(work, atDeadline(io));
}

/** For an answer that a person takes their time for. */
export function untilSignal<T>(
  io: Pick<Io, "onSignal">,
  work: () => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  return until(work, atSignal(io));
}

function interrupted(signal: StopSignal): Diagnostic {
  const message = `interrupted by ${signal.toUpperCase()}`;
  return problem(signalCode(signal), message, "run again");
}
