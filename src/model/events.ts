import type { Outcome } from "./outcome.ts";

/** What happens during a run, for progress on stderr; the result never travels this way. */
export type Event =
  | {
      readonly type: "request";
      readonly method: string;
      readonly path: string;
      /** `200`-like status words of the classified answer, never a body. */
      readonly outcome: string;
      readonly ms: number;
    }
  /** `until` in ms since the epoch. */
  | { readonly type: "pause"; readonly ms: number; readonly until: number }
  | { readonly type: "sent"; readonly name: string; readonly sent: number; readonly total: number }
  | { readonly type: "retry"; readonly what: string; readonly reason: string }
  | { readonly type: "wait"; readonly what: string; readonly ms: number }
  | { readonly type: "stopping"; readonly reason: string }
  | {
      readonly type: "outcome";
      readonly outcome: Outcome;
      readonly done: number;
      readonly total: number;
    };

export type Emit = (event: Event) => void;
