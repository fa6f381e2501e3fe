import type { DesiredFields, FieldName } from "../model/key.ts";
import { readAddresses } from "./addresses-field.ts";
import { readExpiry } from "./expiry-field.ts";
import { headOf, type Located, type LocatedMap } from "./located.ts";
import { readModels } from "./models-field.ts";
import type { Report } from "./problem.ts";
import type { Range } from "./range.ts";
import { readBoolean, readGroup, readQuota, readStatus } from "./simple-fields.ts";
import { fieldMeant } from "./unknown-field.ts";

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
