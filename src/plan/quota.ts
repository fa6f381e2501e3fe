import type { LiveKey } from "../model/key.ts";

/** The part of a key's record that quota arithmetic needs. */
export type QuotaState = Pick<LiveKey, "remain_quota" | "used_quota">;

/** Quota units granted so far: spending moves units from one counter to the other. */
export function grantOf(live: QuotaState): number {
  return live.remain_quota + live.used_quota;
}

/** What to send as `remain_quota`, so that remaining and used add up to the declared grant. */
export function remainFor(declared: number, used: number): number {
  return Math.max(0, declared - used);
}

/**
 * How a declared grant stands to the live counters. `spent` means that all of it is used and
 * nothing remains: the counters cannot be lower, so there is nothing to change. A tiny excess comes
 * from use between reading and writing and is not worth a write.
 */
export function compareGrant(
  declared: number,
  live: QuotaState,
): "equal" | "spent" | "slight-excess" | "different" {
  const grant = grantOf(live);
  if (grant === declared) return "equal";
  if (live.used_quota >= declared && live.remain_quota <= 0) return "spent";
  if (grant > declared && grant - declared <= declared / 1000) return "slight-excess";
  return "different";
}
