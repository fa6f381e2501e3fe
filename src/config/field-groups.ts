import { FIELD_ORDER, FIELDS, type DesiredFields, type FieldName } from "../model/fields.ts";
import type { FieldUse, FieldUses } from "./fields.ts";
import type { Range, Report } from "./problem.ts";

/**
 * Puts the fields of `defaults` under those of a key. A field neither names stays unmanaged. Fields
 * that mean something only together are taken together: a key that decides one of them must not be
 * given the other by a line it was not written with.
 */
export function withDefaults(own: FieldUses, defaults: FieldUses): FieldUses {
  if (Object.keys(defaults).length === 0) return own;
  const values = valuesOf(own);
  const inherited = FIELD_ORDER.filter((field) => {
    if (field === "remain_quota" && own.unlimited_quota) return false;
    return FIELDS[field].follows?.as(values) === undefined;
  });
  return { ...Object.fromEntries(inherited.map((field) => [field, defaults[field]])), ...own };
}

function valuesOf(uses: FieldUses): DesiredFields {
  return fieldsFrom((field) => uses[field]?.value);
}

function fieldsFrom(valueOf: (field: FieldName) => unknown): DesiredFields {
  const values: Record<string, unknown> = {};
  for (const field of FIELD_ORDER) {
    const value = valueOf(field);
    if (value !== undefined) values[field] = value;
  }
  return values;
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
  const named = valuesOf(uses);
  return fieldsFrom((field) =>
    uses[field] === undefined ? FIELDS[field].follows?.as(named) : named[field],
  );
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
