import type { DesiredFields, EditableFields, FullRecord, LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";
import { remainFor } from "./quota.ts";

/**
 * The body of a create: the declared fields, the others as the documentation's example has them.
 * All nine are always sent, because servers differ in what an omitted field becomes.
 */
export function createBody(name: string, fields: DesiredFields): EditableFields {
  return {
    name,
    expired_time: fields.expired_time ?? -1,
    remain_quota: fields.remain_quota ?? 0,
    unlimited_quota: fields.unlimited_quota ?? false,
    model_limits_enabled: fields.model_limits_enabled ?? false,
    model_limits: (fields.model_limits ?? []).join(","),
    allow_ips: fields.allow_ips?.join("\n") ?? null,
    group: fields.group ?? "",
    cross_group_retry: fields.cross_group_retry ?? false,
  };
}

/**
 * The body of an update: the whole record as just read, with only the changed fields replaced. The
 * status stays as it is, because the server refuses `status: 1` on an expired or exhausted key
 * even when the same body extends it.
 */
export function updateBody(live: LiveKey, changes: readonly FieldChange[]): FullRecord {
  const changed = Object.fromEntries(changes.map((change) => [change.field, wireValue(change)]));
  const record: FullRecord = {
    ...live.unknown,
    id: live.id,
    status: live.status,
    name: live.name,
    expired_time: live.expired_time,
    remain_quota: live.remain_quota,
    unlimited_quota: live.unlimited_quota,
    model_limits_enabled: live.model_limits_enabled,
    model_limits: live.model_limits,
    allow_ips: live.allow_ips,
    group: live.group,
    cross_group_retry: live.cross_group_retry,
    ...changed,
    ...("status" in changed ? { status: live.status } : {}),
  };
  // A limited key in use can stand slightly below zero; the server refuses to be told so.
  const remain = record.unlimited_quota ? record.remain_quota : Math.max(0, record.remain_quota);
  return { ...record, remain_quota: remain };
}

/** Lists go over the wire as one string each, and the grant as what is left of it. */
function wireValue({ field, after, quota }: FieldChange): unknown {
  if (field === "remain_quota") return remainFor(Number(after), quota?.used ?? 0);
  if (!Array.isArray(after)) return after;
  return after.join(field === "model_limits" ? "," : "\n");
}

/** What a create asked for in all of its fields, to compare a new record with. */
export function createdFields(fields: DesiredFields): DesiredFields {
  const { status: _later, ...created } = fields;
  return {
    expired_time: -1,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: [],
    allow_ips: [],
    group: "",
    cross_group_retry: false,
    ...created,
  };
}
