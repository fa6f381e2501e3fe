import type { SourceSpan } from "./diagnostic.ts";
import type { DesiredFields, SentField, StoredFields } from "./fields.ts";
import type { Sink } from "./sink.ts";

/** One entry of a file. An absent key carries no fields: it is to be deleted. */
export interface DesiredKey {
  readonly name: string;
  readonly state: "present" | "absent";
  readonly fields: DesiredFields;
  /** The exact name the key may still have. */
  readonly renamedFrom?: string;
  /** Where its value goes once it is created; never empty. */
  readonly deliver?: readonly DesiredSink[];
  readonly at: SourceSpan;
}

/** A place that a file declares for a key's value. */
export interface DesiredSink {
  readonly sink: Sink;
  readonly at: SourceSpan;
}

/** What ends the name of a key whose value has not been delivered yet. */
export const STAGED = "~new";

/** The name under which a key is created that is to be delivered: it gets its own once it was. */
export function stagedName(name: string): string {
  return `${name}${STAGED}`;
}

/** The names under which the server may have a declared key. */
export function namesOf({ name, deliver, renamedFrom }: DesiredKey): readonly string[] {
  if (deliver === undefined) return [name];
  const before = renamedFrom === undefined ? [] : [stagedName(renamedFrom)];
  return [name, stagedName(name), ...before];
}

/** Never used: nothing spent, and not touched since it was made. */
export function isUnused(key: LiveKey): boolean {
  return key.used_quota === 0 && key.accessed_time === key.created_time;
}

/** The names one file answers for. */
export interface Scope {
  readonly glob: string;
  /** The file declares no key, and then prunes none: it may have lost its list. */
  readonly isEmpty: boolean;
  readonly at: SourceSpan;
}

/** Everything the files declare together. */
export interface Desired {
  readonly keys: readonly DesiredKey[];
  /** Of the files that name one; no two have a name in common. */
  readonly scopes: readonly Scope[];
  /** Globs over names that are never pruned. */
  readonly protect: readonly string[];
  /** The account the files are pinned to (`account.user_id`), if any. */
  readonly account?: { readonly userId: number; readonly at: SourceSpan };
  /** The files read, in the order given. */
  readonly files: readonly string[];
}

/** The fields of a create or update body, as they go over the wire. */
export type EditableFields = Pick<StoredFields, SentField> & { readonly name: string };

/** What a PUT carries: the whole record, because an omitted field becomes its zero value. */
export type FullRecord = EditableFields & { readonly id: number; readonly status: number };

/**
 * One key as the server listed it, stripped of `key` at the edge. Values are raw: what the server
 * would not honour (a space in a model list) must stay visible as a difference.
 */
export interface LiveKey extends StoredFields {
  readonly id: number;
  readonly name: string;
  /** Owner; absent where the server does not say. */
  readonly user_id?: number;
  /** Unix seconds. */
  readonly created_time: number;
  readonly accessed_time: number;
  readonly used_quota: number;
  /**
   * Fields this tool does not know; a PUT replaces the record, so it carries them as read. In pairs: an
   * object whose fields are named like "2400" takes room for as many.
   */
  readonly unknown: readonly (readonly [field: string, value: unknown])[];
  /** An unknown field whose numbers were rounded when read: such a record is not written. */
  readonly lossy?: string;
}

/** The keys under each name, in the order given; names are not unique on the server. */
export function groupByName(keys: readonly LiveKey[]): ReadonlyMap<string, readonly LiveKey[]> {
  const groups = new Map<string, LiveKey[]>();
  for (const key of keys) {
    const group = groups.get(key.name);
    if (group === undefined) groups.set(key.name, [key]);
    else group.push(key);
  }
  return groups;
}

export function sortByName(keys: readonly LiveKey[]): readonly LiveKey[] {
  return keys.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)) || a.id - b.id);
}
