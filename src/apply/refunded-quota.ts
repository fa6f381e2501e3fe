import type { DesiredFields } from "../model/fields.ts";
import type { LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";
import { grantOf, remainFor } from "../model/quota.ts";

/** Quota of an undeclared grant that a write handed back to a key. */
export interface RefundedQuota {
  /** The change that takes it back; absent where it is not worth a write, or none could. */
  readonly change?: FieldChange;
  readonly note: string;
}

/**
 * A PUT sets `remain_quota` absolutely, so what was spent between the read and the write comes back
 * to the key and shows as a grown `remain_quota + used_quota`. A key in use can also stand below
 * zero, which no PUT may say: 0 is written, and the units below it are given back for good. A grant
 * that grew by more than both was raised by somebody, and is theirs to keep.
 *
 * @param first The record before the first write.
 */
export function refundedQuota(
  first: LiveKey,
  live: LiveKey,
  desired: DesiredFields,
): RefundedQuota | undefined {
  if (desired.remain_quota !== undefined || live.unlimited_quota || first.unlimited_quota) {
    return undefined;
  }
  const grown = grantOf(live) - grantOf(first);
  const belowZero = Math.max(0, -first.remain_quota);
  const spent = live.used_quota - first.used_quota;
  if (grown <= 0 || grown > belowZero + spent) return undefined;

  const excess = grown - belowZero;
  const notes = [
    belowZero > 0 &&
      `${belowZero} quota units below zero were given back: a write cannot leave them`,
    excess > 0 && `${excess} quota units spent during the write were given back to the key`,
  ];
  const note = notes.filter((part) => part !== false).join("; ");
  // What has run out is used up again: a write could only raise it to 0.
  if (excess <= grantOf(first) / 1000 || live.remain_quota <= 0) return { note };
  const change: FieldChange = {
    field: "remain_quota",
    before: grantOf(live),
    after: grantOf(first),
    direction: "narrow",
    quota: {
      used: live.used_quota,
      remainBefore: live.remain_quota,
      remainAfter: remainFor(grantOf(first), live.used_quota),
    },
  };
  return { note, change };
}
