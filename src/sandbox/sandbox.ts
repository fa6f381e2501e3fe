import type { Clock } from "../model/ports.ts";
import type { Fault } from "./fault.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { TokenRecord } from "./record.ts";
import type { Store } from "./store.ts";

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Records to begin with, oldest first. */
  readonly seed?: readonly Partial<TokenRecord>[];
  /** The network's round trip: half of it passes before the handler runs, half after. */
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit;
  /** The limit of the two calls that reveal keys; 20 in 1200 seconds unless told otherwise. */
  readonly revealLimit?: RateLimit;
  /** Show keys masked in list, get and update answers; default false: whole keys. */
  readonly masked?: boolean;
  readonly faults?: readonly Fault[];
  /** The account the token belongs to; 1 unless told otherwise. */
  readonly userId?: number;
  readonly token?: string;
  readonly requireUserHeader?: boolean;
  readonly adminList?: boolean;
  readonly maxKeys?: number;
  /** The largest `remain_quota` of a limited key; older servers know no such limit. */
  readonly maxQuota?: number;
  /** Answer `/api/models` in its documented form, with these ids. */
  readonly catalogue?: readonly string[];
  /** Unix seconds; the real clock unless told otherwise. */
  readonly now?: () => number;
  /** What latency and the waits of faults pass on; the real clock unless told otherwise. */
  readonly clock?: Clock;
  /** For key values and for faults by chance; the same seed repeats a run. */
  readonly randomSeed?: number;
}

export interface LoggedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Arrival, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Requests being served at arrival, this one included. */
  readonly inFlight: number;
}

export interface Sandbox {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly store: Store;
  /** Every request received whole, also those a limit or fault kept from the handler. */
  readonly requests: readonly LoggedRequest[];
  readonly maxInFlight: number;
  /** Replaces the faults; their counts begin again. */
  readonly setFaults: (faults: readonly Fault[]) => void;
  /** Stops, destroys open connections and forgets handlers that were still to run. */
  readonly close: () => Promise<void>;
}
