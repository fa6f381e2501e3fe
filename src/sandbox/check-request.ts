import { STATUS } from "../model/key.ts";
import type { TokenRecord } from "./record.ts";
import { REFUSAL, type Refusal } from "./refusal.ts";
import type { TokenRequest } from "./token-request.ts";

const MAX_NAME_BYTES = 50;

/** The checks that create and update share, in the server's order. */
export function checkRequest(request: TokenRequest, maxQuota: number): Refusal | undefined {
  // The documentation speaks of characters; the server counts bytes of UTF-8.
  if (new TextEncoder().encode(request.name).length > MAX_NAME_BYTES) return REFUSAL.nameTooLong;
  // An unlimited key may carry any quota: the number is stored and ignored.
  if (request.unlimited_quota) return undefined;
  if (request.remain_quota < 0) return REFUSAL.quotaNegative;
  return request.remain_quota > maxQuota ? REFUSAL.quotaTooLarge : undefined;
}

/**
 * Whether an update may ask for `status: 1`. The *stored* record decides, not the body: an update
 * that extends a key and enables it at once is refused, so reviving one takes two requests.
 */
export function checkEnable(
  stored: TokenRecord,
  request: TokenRequest,
  now: number,
): Refusal | undefined {
  if (request.status !== STATUS.enabled) return undefined;
  if (stored.status === STATUS.expired && isPast(stored, now)) return REFUSAL.expired;
  if (stored.status === STATUS.exhausted && isSpent(stored)) return REFUSAL.exhausted;
  return undefined;
}

/** Whether the key's time is over at `now` (Unix seconds). */
export function isPast(record: TokenRecord, now: number): boolean {
  return record.expired_time !== -1 && record.expired_time <= now;
}

/** Whether the key has nothing left to spend. */
export function isSpent(record: TokenRecord): boolean {
  return !record.unlimited_quota && record.remain_quota <= 0;
}
