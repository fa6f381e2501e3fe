import type { FaultName, Phase } from "./faults.ts";
import type { Stored } from "./record.ts";

export const REQUEST_KINDS = ["list", "get", "post", "put", "status", "delete"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** How an exchange looked from the client's side. */
export type Saw = "yes" | "no" | "limited" | "not-sent" | "unclear" | "gave-up" | "no-such";

/** One request with both sides of its story: what the server did and what the client saw. */
export interface Exchange {
  readonly n: number;
  readonly run: number;
  readonly kind: RequestKind;
  readonly sentAt: number;
  /** The record asked about or written. */
  readonly id?: number;
  /** The name a POST asks for. */
  readonly name?: string;
  /** The page of a list. */
  readonly page?: number;
  readonly body?: Readonly<Record<string, unknown>>;
  fault?: FaultName;
  phase?: Phase;
  /** When the handler began. */
  handledAt?: number;
  /** When a write was stored. */
  storedAt?: number;
  /** Records an answer carried, as they stood at `readAt`. */
  served?: readonly Stored[];
  readAt?: number;
  total?: number;
  saw?: Saw;
  /** When the client saw the answer or gave up; never for a run that was killed before. */
  sawAt?: number;
}

/** Nothing the client saw says whether the write was carried out. */
export function isUnclear({ saw }: Exchange): boolean {
  return saw === "unclear" || saw === "gave-up";
}
