import type { DesiredKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { ClientRun } from "./client-run.ts";
import type { Evidence, Sight } from "./evidence.ts";
import type { Exchange } from "./exchange-log.ts";

/** One outcome and all that can be held against it. */
export interface Case {
  readonly outcome: Outcome;
  readonly key: DesiredKey;
  readonly run: ClientRun;
  /** When it was told. */
  readonly toldAt: number;
  readonly endedAt: number;
  /** What the run was shown of the key, and where it wrote to it, after its last write. */
  readonly sights: readonly Sight[];
  /** The writes of this run that are about this outcome and may have reached the server. */
  readonly writes: readonly Exchange[];
  readonly evidence: Evidence;
}

/** The rule an outcome breaks, or undefined. */
export type Check = (subject: Case) => string | undefined;
