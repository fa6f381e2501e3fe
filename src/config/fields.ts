import { isMap, isScalar } from "yaml";
import type { DesiredFields, FieldName } from "../model/key.ts";
import { readAddresses } from "./addresses.ts";
import { readExpiry } from "./expiry.ts";
import { at, fieldsOf, valueIn, type Value } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";
import { readGroup, readModels } from "./text-fields.ts";
import { fieldMeant } from "./unknown-field.ts";
import { readInteger } from "./whole-number.ts";

/** That a field is named, where, and with what value: `undefined` if that was reported. */
export interface FieldUse<T> {
  readonly value: T | undefined;
  readonly range: Range;
  readonly inDefaults: boolean;
}

type FieldValueOf<F extends FieldName> = NonNullable<DesiredFields[F]>;

/** For each field how it is named, or `undefined` if it is not. */
export type FieldUses = {
  readonly [F in FieldName]: FieldUse<FieldValueOf<F>> | undefined;
};

export interface ReadContext {
  readonly text: string;
  readonly report: Report;
  /** JSON pointers of the values the schema has refused. */
  readonly refused: ReadonlySet<string>;
}

type Reader<T> = (node: Value, report: Report, text: string) => T | undefined;

/** How each API field is read into its canonical value. */
const READERS: { readonly [F in FieldName]: Reader<FieldValueOf<F>> } = {
  remain_quota: readQuota,
  unlimited_quota: readBoolean,
  expired_time: readExpiry,
  model_limits_enabled: readBoolean,
  model_limits: (node, report, text) => readModels(node, text, report),
  allow_ips: readAddresses,
  group: readGroup,
  cross_group_retry: readBoolean,
  status: readStatus,
};

/** Reads the API fields of what stands at a JSON pointer: a key, or `defaults`. */
export function readFields(
  map: Value | undefined,
  pointer: string,
  context: ReadContext,
): FieldUses {
  const misspelt = misspeltFields(map, pointer);
  const inDefaults = pointer === "/defaults";
  function use<F extends FieldName>(field: F): FieldUse<FieldValueOf<F>> | undefined {
    const node = valueIn(map, field);
    if (node) {
      const refused = context.refused.has(`${pointer}/${field}`);
      const value = refused ? undefined : READERS[field](node, context.report, context.text);
      return { value, range: at(node), inDefaults };
    }
    // A misspelt field was reported; that the right one is missing follows from it.
    const range = misspelt.get(field);
    return range && { value: undefined, range, inDefaults };
  }
  return {
    remain_quota: use("remain_quota"),
    unlimited_quota: use("unlimited_quota"),
    expired_time: use("expired_time"),
    model_limits_enabled: use("model_limits_enabled"),
    model_limits: use("model_limits"),
    allow_ips: use("allow_ips"),
    group: use("group"),
    cross_group_retry: use("cross_group_retry"),
    status: use("status"),
  };
}

function misspeltFields(map: Value | undefined, pointer: string): ReadonlyMap<string, Range> {
  const meant = new Map<string, Range>();
  for (const [name, { key }] of isMap(map) ? fieldsOf(map) : []) {
    const field = fieldMeant(name, pointer);
    if (field !== undefined) meant.set(field, at(key));
  }
  return meant;
}

/** `remain_quota`, the quota granted: 0 or more. */
function readQuota(node: Value, report: Report): number | undefined {
  const quota = readInteger(node, report);
  return quota !== undefined && quota < 0 ? report(at(node), "quota-range") : quota;
}

function readBoolean(node: Value): boolean | undefined {
  return isScalar(node) && typeof node.value === "boolean" ? node.value : undefined;
}

function readStatus(node: Value, report: Report): "enabled" | "disabled" | undefined {
  if (!isScalar(node) || node.value === undefined) return undefined;
  const status = typeof node.value === "number" ? readInteger(node, report) : node.value;
  if (status === undefined) return undefined;
  return status === "enabled" || status === 1 ? "enabled" : "disabled";
}
