import type { ExitCode } from "../model/exit-code.ts";
import { signalExit, type StopSignal } from "../model/stop-signal.ts";

const SIGNALS = { SIGHUP: "sighup", SIGINT: "sigint", SIGTERM: "sigterm" } as const;
type Name = keyof typeof SIGNALS;

let received: Name | undefined;
const listeners = new Set<(signal: StopSignal) => void>();

/**
 * From the moment this module is loaded, which is to be before any other: the first signal goes to
 * whoever can end the run in good order. Where nobody does, it ends the process as it would have
 * without us, and so does a second one.
 */
function onArrival(name: Name): void {
  const again = received !== undefined;
  // A terminal that goes away may send it twice, by itself and by its shell: no hurry is meant.
  if (again && name === "SIGHUP") return;
  received ??= name;
  if (again || listeners.size === 0) process.exit(signalExit(SIGNALS[name]));
  for (const listener of listeners) listener(SIGNALS[name]);
}

for (const name of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
  process.on(name, () => onArrival(name));
}

/** Calls back once, and at once if a signal has come already; the returned function ends that. */
export function onSignal(listener: (signal: StopSignal) => void): () => void {
  if (received !== undefined) {
    listener(SIGNALS[received]);
    return () => {};
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ends the process if a signal has come: what was given up may never come to its end. */
export function leaveIfSignalled(code: ExitCode): void {
  if (received !== undefined) process.exit(code);
}
