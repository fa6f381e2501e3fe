import type { KeysWriter } from "../api/keys-api.ts";
import type { KeyList } from "../api/list.ts";
import type { TryKey } from "../api/try-key.ts";
import type { Stop, Clock, Random } from "../model/ports.ts";
import type { Emit } from "../model/events.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import type { Sink } from "../model/sink.ts";

/** How the values of new keys get to their places. */
export interface Delivery {
  /** Delivers a whole key (`sk-…`) to one place; the error is for people, and does not hold the key. */
  readonly deliver: (
    sink: Sink,
    key: Secret,
    signal: AbortSignal,
  ) => Promise<Result<undefined, string>>;
  /** Uses a key once before it is delivered (`--verify-key`). */
  readonly tryKey?: TryKey;
  /** Writes what this run creates to a file of the one who runs it (`--keys-out`). */
  readonly keysOut?: (name: string, key: Secret) => Promise<Result<undefined, string>>;
}

/** What every step of an apply works with. */
export interface ApplyContext {
  readonly api: KeysWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: Stop;
  readonly emit: Emit;
  /** How long a write with an unknown fate is given to land, ms. */
  readonly settleMs: number;
  /** How many keys are worked on at a time. */
  readonly concurrency: number;
  /** The list the plan was made from. */
  readonly list: KeyList;
  /** The names that the files declare, and those of keys that were not delivered yet. */
  readonly declared: ReadonlySet<string>;
  /** Absent where no key of the run is delivered. */
  readonly delivery?: Delivery;
  /** The account the token writes for, where the list or the server showed it. */
  readonly owner?: number;
  /** Unix seconds by the server's clock. */
  readonly now: () => number;
}

/** The last list of a run that was cut short. What it shows exists; absence only a proven one shows. */
export interface FinalList {
  /** By id: every change that is still open asks for its own. */
  readonly keys: ReadonlyMap<number, LiveKey>;
  readonly proven: boolean;
  /** The id down to which no page is missing. */
  readonly downTo: number;
}

/**
 * A change whose fate only the list can tell, because the run was cut short. `resolve` is pure and
 * gets the closing look at the list, or `undefined` when even that failed.
 */
export interface PendingOutcome {
  readonly resolve: (list: FinalList | undefined) => Outcome;
}

export type Ended = Outcome | PendingOutcome;

export function isPending(ended: Ended): ended is PendingOutcome {
  return "resolve" in ended;
}

/** What an outcome means for more than its own write, also where only the final list tells it. */
export function whenEnded(ended: Ended, then: (outcome: Outcome) => Outcome): Ended {
  if (!isPending(ended)) return then(ended);
  return { resolve: (list) => then(ended.resolve(list)) };
}
