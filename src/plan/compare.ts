import {
  FIELD_ORDER,
  STATUS,
  type DesiredFields,
  type FieldName,
  type LiveKey,
} from "../model/key.ts";
import type { FieldChange, FieldValue } from "../model/plan.ts";
import { directionOf, type BareChange } from "./direction.ts";
import { compareGrant, grantOf, remainFor } from "./quota.ts";
import { liveAddresses, liveModels } from "./read-live.ts";

/**
 * The declared fields in which a live key differs, in field order. One function serves the planner
 * and every read-back after a write, so what was planned is what is checked.
 *
 * @param now Unix seconds by the server's clock.
 */
export function compareFields(
  desired: DesiredFields,
  live: LiveKey,
  now: number,
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of FIELD_ORDER) {
    const change = compareField(field, desired, live, now);
    if (change === undefined) continue;
    changes.push({ ...change, direction: directionOf(change, desired, live) });
  }
  return changes;
}

function compareField(
  field: FieldName,
  desired: DesiredFields,
  live: LiveKey,
  now: number,
): BareChange | undefined {
  switch (field) {
    case "remain_quota":
      return compareQuota(desired, live);
    case "status":
      return compareStatus(desired, live, now);
    case "model_limits":
      return compareSets(field, liveModels(live.model_limits), desired.model_limits);
    case "allow_ips":
      return compareSets(field, liveAddresses(live.allow_ips), desired.allow_ips);
    case "unlimited_quota":
    case "expired_time":
    case "model_limits_enabled":
    case "group":
    case "cross_group_retry":
      return comparePlain(field, live[field], desired[field]);
  }
}

function comparePlain(
  field: FieldName,
  before: FieldValue,
  after: FieldValue | undefined,
): BareChange | undefined {
  return after === undefined || before === after ? undefined : { field, before, after };
}

function compareSets(
  field: FieldName,
  before: readonly string[],
  after: readonly string[] | undefined,
): BareChange | undefined {
  if (after === undefined) return undefined;
  const wanted = new Set(after);
  const same = wanted.size === before.length && before.every((item) => wanted.has(item));
  return same ? undefined : { field, before, after };
}

function compareQuota(desired: DesiredFields, live: LiveKey): BareChange | undefined {
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
  return { field: "remain_quota", before, after: declared, quota };
}

function compareStatus(desired: DesiredFields, live: LiveKey, now: number): BareChange | undefined {
  const change = (after: number): BareChange | undefined =>
    live.status === after ? undefined : { field: "status", before: live.status, after };
  if (desired.status === "disabled") return change(STATUS.disabled);
  // Expired and exhausted are the server's observations. While their cause stands an enable would
  // be refused; once it is gone the server does not take them back by itself.
  if (live.status === STATUS.expired || live.status === STATUS.exhausted) {
    return canWork(desired, live, now) ? change(STATUS.enabled) : undefined;
  }
  return desired.status === "enabled" ? change(STATUS.enabled) : undefined;
}

/** Whether the key, with the declared fields in place, has both time and quota left. */
function canWork(desired: DesiredFields, live: LiveKey, now: number): boolean {
  const expiry = desired.expired_time ?? live.expired_time;
  const hasTime = expiry === -1 || expiry > now;
  const unlimited = desired.unlimited_quota ?? live.unlimited_quota;
  const quota = compareQuota(desired, live)?.quota;
  const remains = quota?.remainAfter ?? live.remain_quota;
  return hasTime && (unlimited || remains > 0);
}
