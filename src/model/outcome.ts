import type { Action } from "./plan.ts";
import type { Code } from "./codes.ts";

/**
 * How a change ended. `unknown` is said only where the list could not tell; it is never guessed
 * into `done` or `failed`.
 */
export type OutcomeStatus = "done" | "failed" | "unknown" | "not_attempted";

export interface OutcomeError {
  readonly code: Code;
  readonly message: string;
}

/** One entry per change, conflict and blocked item of a plan. */
export interface Outcome {
  readonly action: Action | "deliver";
  readonly name: string;
  readonly status: OutcomeStatus;
  readonly id?: number;
  readonly error?: OutcomeError;
  /** Where the value of the key was brought. */
  readonly delivered?: readonly string[];
  /** Something worth knowing about a change that was done. */
  readonly note?: string;
}
