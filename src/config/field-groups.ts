import { FIELD_ORDER, type DesiredFields } from "../model/key.ts";
import type { FieldUse, FieldUses } from "./fields.ts";
import type { Range, Report } from "./problem.ts";

/**
 * Puts the fields of `defaults` under those of a key. A field neither names stays unmanaged. Fields
 * that mean something only together are taken together: a key that decides one of them must not be
 * given the other by a line it was not written with.
 */
export function withDefaults(own: FieldUses, defaults: FieldUses): FieldUses {
  const group = own.group?.value;
  const decided = new Set<string>();
  if (own.remain_quota || own.unlimited_quota) decided.add("remain_quota").add("unlimited_quota");
  if (own.model_limits) decided.add("model_limits_enabled");
  if (group !== undefined && group !== "auto") decided.add("cross_group_retry");
  const inherited = Object.entries(defaults).filter(([field]) => !decided.has(field));
  return { ...Object.fromEntries(inherited), ...own };
}

/**
 * Checks the fields that mean something only together and fills in what they imply. A field whose
 * value was refused is known to be there: the rules about it are silent, and nothing is implied for
 * it. `key` is where to point when it lacks something; absent if that is not to be held against it.
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
  const implied: DesiredFields = {
    ...(uses.remain_quota && { unlimited_quota: false }),
    ...(models && { model_limits_enabled: models.length > 0 }),
    // The server keeps the switch off for every group but `auto`: anything else would drift.
    ...(group !== undefined && group !== "auto" && { cross_group_retry: false }),
  };
  const values = FIELD_ORDER.map((field) => {
    const use = uses[field];
    return [field, use ? use.value : implied[field]] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
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
