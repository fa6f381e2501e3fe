import { STATUS } from "../model/key.ts";
import { isPast, isSpent } from "./check-request.ts";
import type { TokenRecord } from "./record.ts";

export interface Spending {
  readonly record: TokenRecord;
  /** False when the key could not be used; its status may have changed all the same. */
  readonly served: boolean;
}

/**
 * One use of a key at `now` (Unix seconds). Expiry is noticed only here: a key whose time is over
 * keeps status 1 in every list until somebody tries to use it. The last use may overdraw a key.
 */
export function spend(record: TokenRecord, amount: number, now: number): Spending {
  if (record.status !== STATUS.enabled) return { record, served: false };
  if (isPast(record, now)) {
    return { record: { ...record, status: STATUS.expired }, served: false };
  }
  if (isSpent(record)) return { record: { ...record, status: STATUS.exhausted }, served: false };
  const used: TokenRecord = {
    ...record,
    remain_quota: record.remain_quota - amount,
    used_quota: record.used_quota + amount,
    accessed_time: now,
  };
  const status = isSpent(used) ? STATUS.exhausted : used.status;
  return { record: { ...used, status }, served: true };
}
