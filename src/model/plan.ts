import { CODES, type Code } from "./codes.ts";
import type { Diagnostic, SourceSpan } from "./diagnostic.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Difference, Direction } from "./field-rules.ts";
import type { FieldName } from "./fields.ts";
import type { DesiredKey, LiveKey } from "./key.ts";

/**
 * One changed field. Quota is shown as the grant (remaining + used), so that use between two plans
 * is not a change; `quota` then tells what is spent and what will remain.
 */
export interface FieldChange extends Difference {
  readonly field: FieldName | "name";
  readonly direction: Direction;
}

/** Something a reviewer must not miss about a change. */
export interface Danger {
  readonly message: string;
}

/** What all changes have that write. */
interface Write {
  readonly name: string;
  readonly direction: Direction;
  readonly desired: DesiredKey;
  readonly fields: readonly FieldChange[];
  readonly dangers: readonly Danger[];
  /** The key is in no file, and `--prune` or `--prune-disable` reaches it. */
  readonly pruned?: true;
}

export interface CreateChange extends Write {
  readonly action: "create";
  /** The key as a run before has left it, under its staged name: it is not created again. */
  readonly resumes?: LiveKey;
}

/** A change of a key that is there. */
interface WriteToKey extends Write {
  readonly id: number;
  /** The record the plan was made from; a write is refused if it moved since. */
  readonly live: LiveKey;
}

export interface UpdateChange extends WriteToKey {
  readonly action: "update";
}

export interface DeleteChange extends WriteToKey {
  readonly action: "delete";
}

/** A declared name of which only a person can say which live key is meant. */
export interface ConflictItem {
  readonly action: "conflict";
  /**
   * The name is live more than once, or not live but for keys under an altered form of it, or it cannot
   * be told which key is to be renamed to it; or what was left on its way is in use by now.
   */
  readonly code: "duplicates" | "name-altered" | "rename-unclear" | "key-in-use";
  readonly name: string;
  /** The live keys in question, by id. */
  readonly keys: readonly LiveKey[];
  readonly reason: string;
  readonly at: SourceSpan;
}

/** A change the tool will not make, with the reason and the way out. */
export interface BlockedItem {
  readonly action: "blocked";
  readonly name: string;
  readonly code: Code;
  readonly reason: string;
  readonly at: SourceSpan;
}

export type WriteChange = CreateChange | UpdateChange | DeleteChange;
export type Change = WriteChange | ConflictItem | BlockedItem;
export type Action = Change["action"];

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly unchanged: number;
  readonly unmanaged: number;
  readonly conflict: number;
  readonly blocked: number;
}

/** What has to happen for the live keys to equal the files. Plain data, sorted by action and name. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  /** Live keys that no file declares, by name; they are left alone. */
  readonly unmanaged: readonly Pick<LiveKey, "id" | "name">[];
  /** The units of quota that make one US dollar, where the server told; only shown. */
  readonly quotaPerUnit?: number;
  /** Warnings and notes found while planning. */
  readonly diagnostics: readonly Diagnostic[];
  /** Identifies the change set: the same for the same server, account, names, actions and values. */
  readonly digest: string;
  /** The same for each change, in order: what its review allows. */
  readonly hashes: readonly (readonly string[])[];
  /** Of these, what each change does; a part of what was reviewed is part of its hashes. */
  readonly planned: readonly (readonly string[])[];
}

/** Whether there is anything to write; conflicts and blocked items are nothing. */
export function hasWrites({ summary }: Pick<Plan, "summary">): boolean {
  return summary.create + summary.update + summary.delete > 0;
}

/** What apply ends with for what it cannot do, so that a green check means a green merge. */
export function foretold({ changes }: Plan): readonly ExitCode[] {
  return changes.flatMap((change) => ("code" in change ? CODES[change.code] : []));
}
