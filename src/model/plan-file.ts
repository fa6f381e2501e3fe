import type { Action, FieldChange } from "./plan.ts";

/** The version of the saved plan's form; another one is refused. */
export const PLAN_FILE_VERSION = 1;

/**
 * A change as it was reviewed: without counters or anything else that moves by itself. A delete
 * names the id too, for it cannot be undone, and so do a rename and a change of a key that no file names:
 * names are not unique over time.
 */
export interface ReviewedChange {
  readonly action: Action;
  readonly name: string;
  readonly id?: number;
  readonly fields: readonly Pick<FieldChange, "field" | "before" | "after">[];
  /** Where the value of a new key goes. */
  readonly deliver?: readonly string[];
}

/** What `plan --out` saves: the reviewed change set and what it was made from and for. No secret. */
export interface PlanFile {
  readonly format_version: typeof PLAN_FILE_VERSION;
  readonly kind: "cometkeys-plan";
  /** The server's base URL. */
  readonly origin: string;
  /** The account, where the list or the server showed it. */
  readonly account: number | null;
  /** As given with `-f`; read again relative to the working directory. */
  readonly files: readonly string[];
  readonly options: {
    readonly create_only: boolean;
    readonly deny_widening: boolean;
    readonly max_keys: number | null;
    readonly only: readonly string[];
    /** As given with `--prune` and the flags beside it. */
    readonly prune?: {
      readonly by: "delete" | "disable";
      readonly max_deletes: number;
      readonly used: boolean;
      readonly protect: readonly string[];
    };
    /** As given with `--policy`; they hold for the apply too. */
    readonly policies?: readonly string[];
  };
  readonly digest: string;
  /** Of every change, and of each field of an update: what an apply may do. */
  readonly hashes: readonly string[];
  /** The same for people, without what a server put into it that looks like a secret. */
  readonly changes: readonly ReviewedChange[];
  /** Tells a file that was edited from one that was not; it is no signature. */
  readonly changes_sha256: string;
}
