import { FIELDS, FIELD_ORDER, fieldsOf, type Declared, type FieldName } from "../model/fields.ts";
import type { LiveKey } from "../model/key.ts";

/** A field as a file writes it. */
export type WrittenField = readonly [
  field: string,
  value: string | number | boolean | readonly string[],
];

/** The fields of a live key as a file would write them, those together that mean something together. */
export interface LiveFields {
  /** Without these there is no entry. */
  readonly required: readonly WrittenField[];
  /** Each may be left out, and is then not managed. */
  readonly optional: readonly (readonly WrittenField[])[];
}

const REQUIRED: readonly FieldName[] = ["remain_quota", "status"];

/**
 * What to write for a live key. Whether the file then means the same is for the caller to find out:
 * the server stores values that it reads in another way, or that no file may hold.
 */
export function liveFields(live: LiveKey): LiveFields {
  const declared = fieldsOf(live);
  const written = <F extends FieldName>(
    field: F,
    value: Declared<F> | undefined,
  ): readonly WrittenField[] => {
    const { follows, inFile } = FIELDS[field];
    // A file cannot say it, or says it with another field.
    if (value === undefined || follows?.as(declared) === value) return [];
    return [[field, inFile?.(value) ?? value]];
  };
  const groups = new Map<FieldName, readonly WrittenField[]>();
  for (const field of FIELD_ORDER) {
    const leader = FIELDS[field].follows?.field ?? field;
    groups.set(leader, [...(groups.get(leader) ?? []), ...written(field, declared[field])]);
  }
  const optional = [...groups].filter(([leader]) => !REQUIRED.includes(leader));
  return {
    required: [["name", live.name], ...REQUIRED.flatMap((field) => groups.get(field) ?? [])],
    optional: optional.map(([, fields]) => fields),
  };
}
