import type { Clock, Random } from "../model/ports.ts";
import type { StopSignal } from "../model/stop-signal.ts";
import type { View } from "../render/view.ts";
import type { Redactor } from "./redact.ts";

/** The outside world of a command; everything written has passed the redactor. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves to false when the text could not be written (a full disk, for instance). */
  readonly stdout: (text: string) => Promise<boolean>;
  readonly stderr: (text: string) => void;
  /** Resolves when all that went to stderr has been taken; a pipe may have a slow reader. */
  readonly stderrTaken: () => Promise<void>;
  /** To stderr past the redactor; only for the command that masks a token in a CI log. */
  readonly unredacted: (text: string) => void;
  /** How each of the two shows text. */
  readonly view: { readonly stdout: View; readonly stderr: View };
  /** Both ends are a terminal, so that a question can be asked. */
  readonly interactive: () => boolean;
  /** stderr is a terminal: progress may rewrite its line. */
  readonly liveProgress: () => boolean;
  /** The answer, or undefined when it was interrupted instead. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** When the run has to be over, by the clock's `now`, ms: `--deadline` from its very beginning. */
  readonly deadlineAt: number;
  readonly random: Random;
  readonly redactor: Redactor;
  /**
   * Calls back on the first SIGHUP, SIGINT or SIGTERM, at once if it has come already, until the
   * returned function is called. A second one ends the process.
   */
  readonly onSignal: (listener: (signal: StopSignal) => void) => () => void;
}
