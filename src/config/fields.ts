import { isMap, isScalar, type Scalar } from "yaml";
import {
  FIELD_ORDER,
  FIELDS,
  type Declared,
  type FieldName,
  type Stored,
} from "../model/fields.ts";
import { readExpiry } from "./expiry.ts";
import { at, fieldsOf, valueIn, type Value } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";
import { readAddresses, readGroup, readModels } from "./text-fields.ts";
import { fieldMeant } from "./unknown-field.ts";
import { readInteger } from "./whole-number.ts";

/** That a field is named, where, and with what value: `undefined` if that was reported. */
export interface FieldUse<T> {
  readonly value: T | undefined;
  readonly range: Range;
  readonly inDefaults: boolean;
}

/** The fields that are named. */
export type FieldUses = { readonly [F in FieldName]?: FieldUse<Declared<F>> };

export interface ReadContext {
  readonly text: string;
  readonly report: Report;
  /** JSON pointers of the values the schema has refused. */
  readonly refused: ReadonlySet<string>;
}

type Read<F extends FieldName> = (
  node: Value,
  report: Report,
  text: string,
) => Declared<F> | undefined;

/**
 * How a field is read that has more than one form, or rules of its own. Any other is read as it
 * stands: the schema has checked its type.
 */
const READERS: {
  readonly [F in FieldName as Stored<F> extends Declared<F> ? never : F]: Read<F>;
} & { readonly [F in FieldName]?: Read<F> } = {
  remain_quota: readQuota,
  expired_time: readExpiry,
  model_limits: readModels,
  allow_ips: readAddresses,
  group: readGroup,
  status: readStatus,
};

function readField(field: FieldName, node: Value, { report, text }: ReadContext): unknown {
  const read = READERS[field];
  if (read !== undefined) return read(node, report, text);
  if (!isScalar(node)) return undefined;
  const value = typeof node.value === "number" ? readInteger(node, report) : node.value;
  return FIELDS[field].isStored(value) ? value : undefined;
}

/** Reads the API fields of what stands at a JSON pointer: a key, or `defaults`. */
export function readFields(
  map: Value | undefined,
  pointer: string,
  context: ReadContext,
): FieldUses {
  const misspelt = misspeltFields(map, pointer);
  const inDefaults = pointer === "/defaults";
  const uses: Record<string, FieldUse<unknown>> = {};
  for (const field of FIELD_ORDER) {
    const node = valueIn(map, field);
    const read = node && !context.refused.has(`${pointer}/${field}`);
    const value = read ? readField(field, node, context) : undefined;
    // A misspelt field was reported; that the right one is missing follows from it.
    const range = node ? at(node) : misspelt.get(field);
    if (range !== undefined) uses[field] = { value, range, inDefaults };
  }
  return uses;
}

function misspeltFields(map: Value | undefined, pointer: string): ReadonlyMap<string, Range> {
  const meant = new Map<string, Range>();
  for (const [name, { key }] of isMap<Scalar, Value>(map) ? fieldsOf(map) : []) {
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

function readStatus(node: Value, report: Report): "enabled" | "disabled" | undefined {
  if (!isScalar(node) || node.value === undefined) return undefined;
  const status = typeof node.value === "number" ? readInteger(node, report) : node.value;
  if (status === undefined) return undefined;
  return status === "enabled" || status === 1 ? "enabled" : "disabled";
}
