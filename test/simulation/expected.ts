import type { DesiredFields } from "../../src/model/fields.ts";
import type { DesiredKey } from "../../src/model/key.ts";
import { STATUS } from "../../src/model/status.ts";
import type { Stored } from "./record.ts";

/**
 * The declared fields in which a record is not as declared, written from the product's contract
 * and not from its code. `now` in ms.
 */
export function wrongFields(
  fields: DesiredFields,
  record: Stored,
  now: number,
): readonly (keyof DesiredFields)[] {
  const wrong: (keyof DesiredFields)[] = [];
  const check = (field: keyof DesiredFields, right: boolean): void => {
    if (fields[field] !== undefined && !right) wrong.push(field);
  };
  const quota = fields.remain_quota ?? 0;
  const limited = fields.unlimited_quota !== true;
  check("remain_quota", !limited || record.unlimited_quota || isGranted(quota, record));
  check("unlimited_quota", record.unlimited_quota === fields.unlimited_quota);
  check("expired_time", record.expired_time === fields.expired_time);
  check("model_limits_enabled", record.model_limits_enabled === fields.model_limits_enabled);
  check("model_limits", sameItems(record.model_limits.split(","), fields.model_limits ?? []));
  check("allow_ips", sameItems((record.allow_ips ?? "").split("\n"), fields.allow_ips ?? []));
  check("group", record.group === fields.group);
  check("cross_group_retry", record.cross_group_retry === fields.cross_group_retry);
  if (!isStatusRight(fields, record, now)) wrong.push("status");
  return wrong;
}

/** A grant is remaining plus used; all of it spent, or a thousandth too much, is as good. */
function isGranted(quota: number, { remain_quota, used_quota }: Stored): boolean {
  const excess = remain_quota + used_quota - quota;
  const spent = used_quota >= quota && remain_quota <= 0;
  return spent || (excess >= 0 && excess <= quota / 1000);
}

function isStatusRight(fields: DesiredFields, record: Stored, now: number): boolean {
  const { status, remain_quota, unlimited_quota } = fields;
  if (status === "disabled") return record.status === STATUS.disabled;
  if (record.status === STATUS.expired || record.status === STATUS.exhausted) {
    const expired = record.expired_time !== -1 && record.expired_time * 1000 <= now;
    // With the declared grant in place nothing would be left either.
    const spent = remain_quota !== undefined && record.used_quota >= remain_quota;
    const limited = unlimited_quota === undefined ? !record.unlimited_quota : !unlimited_quota;
    return expired || (limited && (spent || record.remain_quota <= 0));
  }
  return status === undefined || record.status === STATUS.enabled;
}

function sameItems(found: readonly string[], wanted: readonly string[]): boolean {
  const items = new Set(found.filter((item) => item !== ""));
  return items.size === wanted.length && wanted.every((item) => items.has(item));
}

/** The record is what a create of this key leaves behind; the status is set after it. */
export function isAsCreated({ fields }: DesiredKey, record: Stored): boolean {
  const { status: _status, ...created } = fields;
  const all = {
    expired_time: -1,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: [],
    allow_ips: [],
    group: "",
    cross_group_retry: false,
    ...created,
  };
  return wrongFields(all, record, 0).every((field) => field === "status");
}
