import { CODES, type Code } from "./codes.ts";
import type { ExitCode } from "./exit-code.ts";

/** The signals that end a run in good order, and the code of what each kept from being done. */
const SIGNAL_CODES = {
  sighup: "hung-up",
  sigint: "interrupted",
  sigterm: "terminated",
} as const satisfies Readonly<Record<string, Code>>;

export type StopSignal = keyof typeof SIGNAL_CODES;

export function signalCode(signal: StopSignal): (typeof SIGNAL_CODES)[StopSignal] {
  return SIGNAL_CODES[signal];
}

/** Whether a run that ended so was stopped by a signal. */
export function isSignalExit(code: ExitCode): boolean {
  return Object.values(SIGNAL_CODES).some((known) => CODES[known] === code);
}

/** 128 and the number of the signal, as shells report it. */
export function signalExit(signal: StopSignal): ExitCode {
  return CODES[signalCode(signal)];
}
