import { FIELD_ORDER, type DesiredFields } from "../model/key.ts";
import type { FieldUse, FieldUses } from "./fields.ts";
import type { Range, Report } from "./problem.ts";

/**
 * Puts the fields of `defaults` under those of a key. A field neither names stays unmanaged. Fields
 * that mean something only together are taken together: a key that decides one of them must not be
 * given the other by a line it was not written with.
 */
export function withDefaults(own: FieldUses, defaults: FieldUses): FieldUses {
  const quota = own.remain_quota || own.unlimited_quota ? own : defaults;
  const fixedGroup = own.group?.value !== undefined && own.group.value !== "auto";
  const switchOf = own.model_limits ? undefined : defaults.model_limits_enabled;
  return {
    remain_quota: quota.remain_quota,
    unlimited_quota: quota.unlimited_quota,
    expired_time: own.expired_time ?? defaults.expired_time,
    model_limits_enabled: own.model_limits_enabled ?? switchOf,
    model_limits: own.model_limits ?? defaults.model_limits,
    allow_ips: own.allow_ips ?? defaults.allow_ips,
    group: own.group ?? defaults.group,
    cross_group_retry:
      own.cross_group_retry ?? (fixedGroup ? undefined : defaults.cross_group_retry),
    status: own.status ?? defaults.status,
  };
}

/**
 * Checks the fields that mean something only together and fills in what they imply. A field whose
 * value was refused is known to be there, and the rules about it are silent. `key` is where to
 * point when it lacks something; absent if that is not to be held against it.
 */
export function toDesiredFields(
  uses: FieldUses,
  key: Range | undefined,
  report: Report,
): DesiredFields {
  checkQuota(uses, key, report);
  checkModels(uses, report);
  checkGroup(uses, report);
  const models = uses.model_limits?.value;
  const group = uses.group?.value;
  const values: { readonly [F in keyof DesiredFields]-?: DesiredFields[F] | undefined } = {
    remain_quota: uses.remain_quota?.value,
    // `remain_quota` alone means a limited key.
    unlimited_quota: valueOr(uses.unlimited_quota, uses.remain_quota ? false : undefined),
    expired_time: uses.expired_time?.value,
    model_limits_enabled: valueOr(uses.model_limits_enabled, models && models.length > 0),
    model_limits: models,
    allow_ips: uses.allow_ips?.value,
    group,
    // The server keeps the switch off for every group but `auto`: anything else would drift.
    cross_group_retry: valueOr(
      uses.cross_group_retry,
      group === undefined || group === "auto" ? undefined : false,
    ),
    status: uses.status?.value,
  };
  const managed = FIELD_ORDER.filter((field) => values[field] !== undefined);
  return Object.fromEntries(managed.map((field) => [field, values[field]]));
}

/** The value of a field that is named, even if it was refused; else what others imply. */
function valueOr<T>(use: FieldUse<T> | undefined, implied: T | undefined): T | undefined {
  return use ? use.value : implied;
}

function checkQuota(uses: FieldUses, key: Range | undefined, report: Report): void {
  const { remain_quota: quota, unlimited_quota: unlimited } = uses;
  if (!quota && !unlimited) {
    if (key) report(key, "quota-missing/both");
  } else if (!quota && unlimited?.value === false) {
    report(unlimited.range, "quota-missing/limited");
  } else if (quota?.value === 0 && (!unlimited || unlimited.value === false)) {
    report(quota.range, "quota-zero");
  }
}

function checkModels(uses: FieldUses, report: Report): void {
  const { model_limits: models, model_limits_enabled: enabled } = uses;
  if (enabled?.value === true && (!models || models.value?.length === 0)) {
    report(placeOf(enabled, models), "models-invalid/switch");
  } else if (enabled?.value === false && models?.value && models.value.length > 0) {
    report(placeOf(enabled, models), "models-inert");
  }
}

function checkGroup(uses: FieldUses, report: Report): void {
  const { group, cross_group_retry: retry } = uses;
  const known = !group || group.value !== undefined;
  if (retry?.value !== true || !known || group?.value === "auto") return;
  report(placeOf(retry, group), "group-invalid/retry");
}

/** Of two fields that do not go together, the one the key itself names: it was written last. */
function placeOf(first: FieldUse<unknown>, second: FieldUse<unknown> | undefined): Range {
  return first.inDefaults && second && !second.inDefaults ? second.range : first.range;
}
