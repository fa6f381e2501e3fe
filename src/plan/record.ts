import {
  FIELDS,
  fieldsOf,
  mapFields,
  type Declared,
  type DesiredFields,
  type FieldName,
  type Stored,
} from "../model/fields.ts";
import type { EditableFields, FullRecord, LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";

/**
 * The body of a create: the declared fields, the others as the documentation's example has them.
 * All are always sent, because servers differ in what an omitted field becomes.
 */
export function createBody(name: string, fields: DesiredFields): EditableFields {
  // The server ignores a status and stores an enabled key.
  const { status: _later, ...sent } = mapFields((field) => storedOf(field, fields[field]));
  return { name, ...sent };
}

/**
 * The body of an update: the whole record as just read, with only the changed fields replaced. The
 * status stays as it is, because the server refuses `status: 1` on an expired or exhausted key
 * even when the same body extends it.
 */
export function updateBody(live: LiveKey, changes: readonly FieldChange[]): FullRecord {
  const replaced = changes.filter(({ field }) => field !== "status");
  const changed = Object.fromEntries(replaced.map((change) => [change.field, wireValue(change)]));
  const { status, ...sent } = mapFields((field) => live[field]);
  const record: FullRecord = {
    ...Object.fromEntries(live.unknown),
    id: live.id,
    status,
    name: live.name,
    ...sent,
    ...changed,
  };
  // A limited key in use can stand slightly below zero; the server refuses to be told so.
  const remain = record.unlimited_quota ? record.remain_quota : Math.max(0, record.remain_quota);
  return { ...record, remain_quota: remain };
}

function wireValue({ field, after, quota }: FieldChange): unknown {
  if (field === "name") return after;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `after` is what the field's own entry gave
  return storedOf(field, after as Declared<typeof field>, quota?.used);
}

function storedOf<F extends FieldName>(
  field: F,
  declared: Declared<F> | undefined,
  used = 0,
): Stored<F> {
  const { neutral, toStored } = FIELDS[field];
  return declared === undefined ? neutral : toStored(declared, used);
}

/** What a create asked for in all of its fields, to compare a new record with. */
export function createdFields(fields: DesiredFields): DesiredFields {
  const { status: _later, ...created } = fields;
  const neutral = { ...mapFields((field) => FIELDS[field].neutral), used_quota: 0 };
  // A quota that is not declared belongs to an unlimited key, where it counts for nothing.
  const { remain_quota: _anything, ...others } = fieldsOf(neutral);
  return { ...others, ...created };
}
