import type { EditableFields } from "../model/key.ts";

/**
 * One key as the server stores it and, but for `key`, sends it: snake case, times in Unix seconds.
 * `key` is the whole value without the `sk-` that clients put in front of it.
 */
export interface TokenRecord extends EditableFields {
  readonly id: number;
  readonly user_id: number;
  readonly key: string;
  readonly status: number;
  readonly created_time: number;
  readonly accessed_time: number;
  readonly used_quota: number;
  readonly DeletedAt: null;
  /** The groups tried in turn while `group` is `auto`; null when none were chosen. */
  readonly auto_groups: readonly string[] | null;
}

/** A field a request can set, hence one that a faulty server can leave out. */
export type WritableField = keyof EditableFields | "status";

/** What each writable field is when a request leaves it out: a Go struct starts at zero values. */
export const ZERO_VALUES = {
  name: "",
  expired_time: 0,
  remain_quota: 0,
  unlimited_quota: false,
  model_limits_enabled: false,
  model_limits: "",
  allow_ips: null,
  group: "",
  cross_group_retry: false,
  status: 0,
} as const satisfies EditableFields & { readonly status: number };
