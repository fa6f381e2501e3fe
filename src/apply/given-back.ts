import type { DesiredFields, LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";
import { grantOf, remainFor } from "../plan/quota.ts";

/** Quota of an undeclared grant that a write handed back to a key in use. */
export interface GivenBack {
  /** The change that takes it back; absent where it is not worth a write. */
  readonly change?: FieldChange;
  readonly note: string;
}

/**
 * A PUT sets `remain_quota` absolutely, so what was spent between the read and the write comes back
 * to the key and shows as a grown `remain_quota + used_quota`. A grant that grew by more than was
 * spent in that time was raised by somebody, and is theirs to keep.
 *
 * @param first The record before the first write.
 */
export function givenBack(
  first: LiveKey,
  live: LiveKey,
  desired: DesiredFields,
): GivenBack | undefined {
  if (desired.remain_quota !== undefined || live.unlimited_quota || first.unlimited_quota) {
    return undefined;
  }
  const excess = grantOf(live) - grantOf(first);
  const spent = live.used_quota - first.used_quota;
  if (excess <= 0 || excess > spent) return undefined;
  const note = `${excess} quota units spent during the write were given back to the key`;
  if (excess <= grantOf(first) / 1000) return { note };
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
