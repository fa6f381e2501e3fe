import type { Code } from "./codes.ts";

/** What `doctor` looks at, in the order in which it tells. */
export type Check =
  | "server"
  | "proxy"
  | "tls"
  | "version"
  | "clock"
  | "token"
  | "account"
  | "groups"
  | "list"
  | "key-values"
  | "room"
  | "writes";

/** One thing that was looked at. */
export interface Finding {
  readonly check: Check;
  /** `unknown`: nothing that may be asked for shows it. */
  readonly status: "ok" | "warning" | "error" | "unknown";
  readonly message: string;
  /** What to do, where there is something to do. */
  readonly fix?: string;
  /** Of an error. */
  readonly code?: Code;
}
