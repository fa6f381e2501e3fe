import type { KeysWriter } from "../api/keys-api.ts";
import type { KeyList } from "../api/list.ts";
import type { Stop, Clock, Random } from "../model/ports.ts";
import type { Emit } from "../model/events.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";

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
  /** The names that the files declare. */
  readonly declared: ReadonlySet<string>;
  /** The account the token writes for, where the list or the server showed it. */
  readonly owner?: number;
  /** Unix seconds by the server's clock. */
  readonly now: () => number;
}

/** The last list of a run that was cut short. What it shows exists; absence only a proven one shows. */
export interface FinalList {
  readonly keys: readonly LiveKey[];
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
