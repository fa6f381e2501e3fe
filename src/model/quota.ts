import type { Difference } from "./field-rules.ts";

/** The largest `remain_quota` newer servers take on a limited key; older ones take any. */
export const MAX_SENT_QUOTA = 2_147_483_647;

/** The part of a key's record that quota arithmetic needs. */
export interface QuotaState {
  readonly remain_quota: number;
  readonly used_quota: number;
}

/** Units of quota, also as US dollars where the server told how many units make one. */
export function quotaText(units: number, quotaPerUnit?: number): string {
  if (quotaPerUnit === undefined) return String(units);
  const dollars = Math.abs(units) / quotaPerUnit;
  const sign = units < 0 ? "-" : "";
  const money = dollars > 0 && dollars < 0.01 ? `${sign}<$0.01` : `${sign}$${dollars.toFixed(2)}`;
  return `${units} (${money})`;
}

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

type GrantDifference = Difference & Required<Pick<Difference, "quota">>;

/** How the declared quota, which is a grant and no balance, differs from the live counters. */
export function grantDifference(
  desired: { readonly remain_quota?: number; readonly unlimited_quota?: boolean },
  live: QuotaState & { readonly unlimited_quota: boolean },
): GrantDifference | undefined {
  const declared = desired.remain_quota;
  // While a key is unlimited its counters say nothing about what was granted.
  if (declared === undefined || desired.unlimited_quota === true) return undefined;
  if (!live.unlimited_quota && compareGrant(declared, live) !== "different") return undefined;
  const before = grantOf(live);
  if (before === declared) return undefined;
  const quota = {
    used: live.used_quota,
    remainBefore: live.remain_quota,
    remainAfter: remainFor(declared, live.used_quota),
  };
  return { before, after: declared, quota };
}
