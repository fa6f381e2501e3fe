import type { WritableField } from "./record.ts";

/** Which requests a fault may strike; `put` is the full update, `status` the status-only one. */
export const FAULT_PLACES = [
  "any",
  "list",
  "get",
  "post",
  "put",
  "status",
  "delete",
  "write",
] as const;

export type FaultPlace = (typeof FAULT_PLACES)[number];

/** Faults that take no argument. "before" means the handler is not run, "after" that it is. */
export const PLAIN_FAULTS = [
  "reset-before",
  "reset-after",
  "hang-before",
  "hang-after",
  "500-before",
  "500-after",
  "502-html-before",
  "502-html-after",
  "html",
  "cut",
  "429-bare",
  "refuse",
  "refuse-after",
  "dead",
  "redirect",
] as const;

/** What a server that alters names makes of them; `cut` leaves 20 characters. */
export const NAME_ALTERATIONS = ["lower", "cut", "nfd"] as const;

export type NameAlteration = (typeof NAME_ALTERATIONS)[number];

/** What goes wrong. Durations are milliseconds, `retryAfter` is seconds. */
export type FaultAction =
  | { readonly kind: (typeof PLAIN_FAULTS)[number] }
  /** The connection is destroyed at once, the handler runs later all the same. */
  | { readonly kind: "late"; readonly ms: number }
  /** The handler runs, and answers, after a wait; also when the client has left by then. */
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "429"; readonly retryAfter: number }
  /** The stored record keeps the field's old value while the answer shows the new one. */
  | { readonly kind: "drop"; readonly field: WritableField }
  /** The stored name is another form of the one that was sent. */
  | { readonly kind: "alter-name"; readonly how: NameAlteration }
  | { readonly kind: "refused-name"; readonly name: string };

/** When, counted over the requests the fault may strike, from 1. */
export type FaultTiming =
  | { readonly kind: "every" }
  | { readonly kind: "at"; readonly counts: readonly number[] }
  | { readonly kind: "from"; readonly count: number }
  | { readonly kind: "chance"; readonly percent: number };

export interface Fault {
  readonly where: FaultPlace;
  readonly action: FaultAction;
  readonly when: FaultTiming;
}
