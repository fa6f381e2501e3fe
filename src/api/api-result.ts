import type { Code } from "../model/codes.ts";

/** Why a read gave no answer. `not-found` is for single records; on a list it is a wrong URL. */
export interface ApiError {
  readonly code: Extract<
    Code,
    | "credentials-refused"
    | "server-unreachable"
    | "server-not-this-api"
    | "server-error"
    | "server-limit"
    | "server-list-unstable"
    | "server-refused"
    | "deadline"
    | "hung-up"
    | "interrupted"
    | "terminated"
  >;
  readonly message: string;
  readonly notFound?: true;
  /** A server of the family whose lists have a form that is not supported. */
  readonly unsupported?: true;
}

export interface ReadAnswer {
  readonly data: unknown;
  /** UTF-16 units of the body. */
  readonly size: number;
  /** When the request was sent, by the clock's `now`, ms. */
  readonly sentAt: number;
  /** The server's clock in ms, where it sent a `Date`. */
  readonly serverTime?: number;
}

/** What is known after a write was tried once; 429s were waited out and never count as a try. */
export type WriteAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unauthorized"; readonly message: string }
  | { readonly kind: "unknown"; readonly reason: string }
  /** Given back unsent, see `Entry.mayGo`; `unopened` when no connection opened. */
  | { readonly kind: "paused"; readonly unopened?: true }
  | {
      readonly kind: "not-carried-out";
      readonly code: ApiError["code"];
      readonly reason: string;
    };
