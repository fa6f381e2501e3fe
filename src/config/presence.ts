import type { FieldUses } from "./field-uses.ts";

/**
 * Puts the fields of `defaults` under those of a key. A field neither names stays unmanaged. Fields
 * that mean something only together are taken together: a key that decides one of them must not be
 * given the other by a line it was not written with.
 */
export function withDefaults(own: FieldUses, defaults: FieldUses): FieldUses {
  const namesQuota = own.remain_quota !== undefined || own.unlimited_quota !== undefined;
  const quota = namesQuota ? own : defaults;
  const namesFixedGroup = own.group?.value !== undefined && own.group.value !== "auto";
  return {
    remain_quota: quota.remain_quota,
    unlimited_quota: quota.unlimited_quota,
    expired_time: own.expired_time ?? defaults.expired_time,
    model_limits_enabled:
      own.model_limits_enabled ?? (own.model_limits ? undefined : defaults.model_limits_enabled),
    model_limits: own.model_limits ?? defaults.model_limits,
    allow_ips: own.allow_ips ?? defaults.allow_ips,
    group: own.group ?? defaults.group,
    cross_group_retry:
      own.cross_group_retry ?? (namesFixedGroup ? undefined : defaults.cross_group_retry),
    status: own.status ?? defaults.status,
  };
}
