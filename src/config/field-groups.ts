import { type DesiredFields, FIELD_ORDER } from "../model/key.ts";
import type { FieldUse, FieldUses } from "./fields.ts";
import type { Range, Report } from "./problem.ts";

/** Where to point when a key lacks something; absent if that is not to be held against it. */
export type KeyPlace = Range | undefined;

/**
 * Checks the fields that mean something only together and fills in what they imply. A field whose
 * value was refused is known to be there, and the rules about it are silent.
 */
export function toDesiredFields(uses: FieldUses, key: KeyPlace, report: Report): DesiredFields {
  checkQuota(uses, key, report);
  checkModels(uses, report);
  checkGroup(uses, report);
  const values: { readonly [F in keyof DesiredFields]-?: DesiredFields[F] | undefined } = {
    remain_quota: uses.remain_quota?.value,
    unlimited_quota: uses.unlimited_quota
      ? uses.unlimited_quota.value
      : limitedIf(uses.remain_quota),
    expired_time: uses.expired_time?.value,
    model_limits_enabled: uses.model_limits_enabled
      ? uses.model_limits_enabled.value
      : enabledBy(uses.model_limits?.value),
    model_limits: uses.model_limits?.value,
    allow_ips: uses.allow_ips?.value,
    group: uses.group?.value,
    cross_group_retry: uses.cross_group_retry
      ? uses.cross_group_retry.value
      : retryBy(uses.group?.value),
    status: uses.status?.value,
  };
  const managed = FIELD_ORDER.filter((field) => values[field] !== undefined);
  return Object.fromEntries(managed.map((field) => [field, values[field]]));
}

/** `remain_quota` alone means a limited key. */
function limitedIf(quota: FieldUse<number> | undefined): false | undefined {
  return quota ? false : undefined;
}

function enabledBy(models: readonly string[] | undefined): boolean | undefined {
  return models && models.length > 0;
}

/** The server keeps the switch off for every group but `auto`, so anything else would drift. */
function retryBy(group: string | undefined): false | undefined {
  return group === undefined || group === "auto" ? undefined : false;
}

function checkQuota(uses: FieldUses, key: KeyPlace, report: Report): void {
  const { remain_quota: quota, unlimited_quota: unlimited } = uses;
  if (!quota && !unlimited) {
    if (!key) return;
    report({
      code: "quota-missing",
      range: key,
      message: "this key names no quota, so it could never make a call",
      fix: "add remain_quota: and the quota granted, or unlimited_quota: true",
    });
  } else if (!quota && unlimited?.value === false) {
    report({
      code: "quota-missing",
      range: unlimited.range,
      message:
        "unlimited_quota: false without remain_quota makes a key that could never make a call",
      fix: "add remain_quota: and the quota granted",
    });
  } else if (quota?.value === 0 && (!unlimited || unlimited.value === false)) {
    report({
      severity: "warning",
      code: "quota-zero",
      range: quota.range,
      message: "a key with remain_quota: 0 cannot make a call",
      fix: "write the quota granted, or status: disabled to switch a key off",
    });
  }
}

function checkModels(uses: FieldUses, report: Report): void {
  const { model_limits: models, model_limits_enabled: enabled } = uses;
  if (enabled?.value === true && (!models || models.value?.length === 0)) {
    report({
      code: "models-invalid",
      range: breaking(enabled, models).range,
      message:
        "model_limits_enabled: true without a model denies or allows everything, depending on the server",
      fix: "name the models in model_limits, or remove model_limits_enabled",
    });
  } else if (enabled?.value === false && models?.value && models.value.length > 0) {
    report({
      severity: "warning",
      code: "models-inert",
      range: breaking(enabled, models).range,
      message: "model_limits_enabled: false leaves model_limits without effect",
      fix: "remove model_limits_enabled to enforce the list, or write model_limits: []",
    });
  }
}

function checkGroup(uses: FieldUses, report: Report): void {
  const { group, cross_group_retry: retry } = uses;
  const known = !group || group.value !== undefined;
  if (retry?.value !== true || !known || group?.value === "auto") return;
  report({
    code: "group-invalid",
    range: breaking(retry, group).range,
    message: "cross_group_retry: true has an effect only with group: auto",
    fix: "add group: auto, or write cross_group_retry: false",
  });
}

/** Of two fields that do not go together, the one the key itself names: it was written last. */
function breaking<A, B>(
  first: FieldUse<A>,
  second: FieldUse<B> | undefined,
): FieldUse<A> | FieldUse<B> {
  return first.inDefaults && second && !second.inDefaults ? second : first;
}

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
