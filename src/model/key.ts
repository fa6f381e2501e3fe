import type { SourceSpan } from "./diagnostic.ts";

/** `status` as the server numbers it; it sets `expired` and `exhausted` itself. */
export const STATUS = { enabled: 1, disabled: 2, expired: 3, exhausted: 4 } as const;

/** The largest `remain_quota` newer servers take on a limited key; older ones take any. */
export const MAX_SENT_QUOTA = 2_147_483_647;

/**
 * What a file declares of one key, in canonical form. An absent field is not managed: neutral on
 * create, left alone on update. Implied fields (a limited key is not unlimited, a non-empty model
 * list is enabled, a group other than `auto` does not retry across groups) are already filled in.
 */
export interface DesiredFields {
  /** Quota units *granted*: what remains plus what was used. */
  readonly remain_quota?: number;
  readonly unlimited_quota?: boolean;
  /** Unix seconds; -1 never expires. */
  readonly expired_time?: number;
  readonly model_limits_enabled?: boolean;
  /** Model ids, trimmed, without repeats, in file order; `[]` means none. */
  readonly model_limits?: readonly string[];
  /** Canonical addresses and networks without repeats, in file order; `[]` means no restriction. */
  readonly allow_ips?: readonly string[];
  readonly group?: string;
  readonly cross_group_retry?: boolean;
  readonly status?: "enabled" | "disabled";
}

export type FieldName = keyof DesiredFields;

/** The order in which fields are compared, printed and hashed. */
export const FIELD_ORDER = [
  "remain_quota",
  "unlimited_quota",
  "expired_time",
  "model_limits_enabled",
  "model_limits",
  "allow_ips",
  "group",
  "cross_group_retry",
  "status",
] as const satisfies readonly FieldName[];

/** One entry of a file. An absent key carries no fields: it is to be deleted. */
export interface DesiredKey {
  readonly name: string;
  readonly state: "present" | "absent";
  readonly fields: DesiredFields;
  readonly at: SourceSpan;
}

/** Everything the files declare together. */
export interface Desired {
  readonly keys: readonly DesiredKey[];
  /** The account the files are pinned to (`account.user_id`), if any. */
  readonly account?: { readonly userId: number; readonly at: SourceSpan };
  /** The files read, in the order given. */
  readonly files: readonly string[];
}

/** The nine fields of a create or update body, as they go over the wire. */
export interface EditableFields {
  readonly name: string;
  readonly expired_time: number;
  readonly remain_quota: number;
  readonly unlimited_quota: boolean;
  readonly model_limits_enabled: boolean;
  readonly model_limits: string;
  readonly allow_ips: string | null;
  readonly group: string;
  readonly cross_group_retry: boolean;
}

/** What a PUT carries: the whole record, because an omitted field becomes its zero value. */
export type FullRecord = EditableFields & { readonly id: number; readonly status: number };

/**
 * One key as the server listed it, stripped of `key` at the edge. Values are raw: what the server
 * would not honour (a space in a model list) must stay visible as a difference.
 */
export interface LiveKey extends EditableFields {
  readonly id: number;
  /** Owner; absent where the server does not say. */
  readonly user_id?: number;
  readonly status: number;
  /** Unix seconds. */
  readonly created_time: number;
  readonly accessed_time: number;
  readonly used_quota: number;
  /** Fields this tool does not know; a PUT replaces the record, so it carries them as read. */
  readonly unknown: Readonly<Record<string, unknown>>;
  /** An unknown field whose numbers were rounded when read: such a record is not written. */
  readonly lossy?: string;
}
