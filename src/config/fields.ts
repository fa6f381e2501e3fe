import type { DesiredFields, FieldName } from "../model/key.ts";
import { readAddresses } from "./addresses.ts";
import { readExpiry } from "./expiry.ts";
import { type Located, type LocatedMap, headOf } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";
import { readModels } from "./text-fields.ts";
import { fieldMeant } from "./unknown-field.ts";
import { integerSpelling } from "./whole-number.ts";

/** That a field is named, where, and with what value: `undefined` if that was reported. */
export interface FieldUse<T> {
  readonly value: T | undefined;
  readonly range: Range;
  readonly inDefaults: boolean;
}

export type FieldValueOf<F extends FieldName> = NonNullable<DesiredFields[F]>;

/** For each field how it is named, or `undefined` if it is not. */
export type FieldUses = {
  readonly [F in FieldName]: FieldUse<FieldValueOf<F>> | undefined;
};

export interface ReadContext {
  readonly text: string;
  readonly report: Report;
  /** Nodes the schema has refused. */
  readonly unfit: ReadonlySet<Located>;
}

/** Reads the API fields of a key or of `defaults`, each into its canonical value. */
export function readFieldUses(
  map: LocatedMap,
  context: ReadContext,
  where: "key" | "defaults",
): FieldUses {
  const { report, text } = context;
  const meant = misspelt(map, where);
  function use<F extends FieldName>(
    field: F,
    read: (node: Located) => FieldValueOf<F> | undefined,
  ): FieldUse<FieldValueOf<F>> | undefined {
    const node = map.entries.get(field)?.value;
    const inDefaults = where === "defaults";
    if (node) {
      const value = context.unfit.has(node) ? undefined : read(node);
      return { value, range: headOf(node), inDefaults };
    }
    // A misspelt field was reported; that the right one is missing follows from it.
    const range = meant.get(field);
    return range && { value: undefined, range, inDefaults };
  }
  return {
    remain_quota: use("remain_quota", (node) => readQuota(node, report)),
    unlimited_quota: use("unlimited_quota", readBoolean),
    expired_time: use("expired_time", (node) => readExpiry(node, report)),
    model_limits_enabled: use("model_limits_enabled", readBoolean),
    model_limits: use("model_limits", (node) => readModels(node, text, report)),
    allow_ips: use("allow_ips", (node) => readAddresses(node, report)),
    group: use("group", (node) => readGroup(node, report)),
    cross_group_retry: use("cross_group_retry", readBoolean),
    status: use("status", (node) => readStatus(node, report)),
  };
}

function misspelt(map: LocatedMap, where: "key" | "defaults"): ReadonlyMap<string, Range> {
  const meant = new Map<string, Range>();
  for (const [name, entry] of map.entries) {
    const field = fieldMeant(name, where === "key" ? "/keys/0" : "/defaults");
    if (field !== undefined) meant.set(field, entry.keyRange);
  }
  return meant;
}

/** A whole number in its plain spelling; `undefined` when it is none, which is reported. */
export function readInteger(node: Located, report: Report): number | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "number") return undefined;
  const spelling = integerSpelling(node.source);
  if (!spelling) return node.value;
  report({ ...spelling, range: headOf(node) });
  return undefined;
}

/** `remain_quota`, the quota granted: 0 or more. */
export function readQuota(node: Located, report: Report): number | undefined {
  const quota = readInteger(node, report);
  if (quota === undefined || quota >= 0) return quota;
  report({
    code: "quota-range",
    range: headOf(node),
    message: "remain_quota cannot be negative",
    fix: "write the quota granted, or unlimited_quota: true",
  });
  return undefined;
}

export function readBoolean(node: Located): boolean | undefined {
  return node.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
}

export function readStatus(node: Located, report: Report): "enabled" | "disabled" | undefined {
  if (node.kind !== "scalar") return undefined;
  if (typeof node.value === "number" && readInteger(node, report) === undefined) return undefined;
  return node.value === "enabled" || node.value === 1 ? "enabled" : "disabled";
}

/** A group's name exactly as the account has it; `""` is none. */
export function readGroup(node: Located, report: Report): string | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "string") return undefined;
  const group = node.value;
  const padded = group.trim() !== group;
  if (!padded && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(group)) return group;
  report({
    code: "group-invalid",
    range: headOf(node),
    message: padded
      ? "the group begins or ends with white space"
      : "the group has a control or invisible character in it",
    fix: "write the name of the group alone",
  });
  return undefined;
}
