/** One key as the model server stores it. Never changed in place, so a reference is a snapshot. */
export interface Stored {
  readonly id: number;
  readonly user_id: number;
  readonly name: string;
  readonly status: number;
  readonly created_time: number;
  readonly accessed_time: number;
  readonly expired_time: number;
  readonly remain_quota: number;
  readonly unlimited_quota: boolean;
  readonly model_limits_enabled: boolean;
  readonly model_limits: string;
  readonly allow_ips: string | null;
  readonly group: string;
  readonly cross_group_retry: boolean;
  readonly used_quota: number;
  /** A field the client has never heard of; a PUT without it empties it. */
  readonly remark: string;
  /** Use that `used_quota` does not show yet. */
  readonly lag: number;
}

/** The fields a PUT replaces. */
export const REPLACED = [
  "name",
  "expired_time",
  "remain_quota",
  "unlimited_quota",
  "model_limits_enabled",
  "model_limits",
  "allow_ips",
  "group",
  "cross_group_retry",
  "remark",
] as const satisfies readonly (keyof Stored)[];

export type Replaced = (typeof REPLACED)[number];

/** The record as an answer carries it. */
export function shown(stored: Stored, isWhole = false): Record<string, unknown> {
  const { lag: _lag, ...fields } = stored;
  const key = isWhole ? valueOf(stored.id) : "abcd**********wxyz";
  return { ...fields, key, DeletedAt: null };
}

/** The value of the key of an id. */
export function valueOf(id: number): string {
  return `Value${id}`.padEnd(48, "x");
}
