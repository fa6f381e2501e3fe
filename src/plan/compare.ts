import { difference, type Difference, type Direction } from "../model/field-rules.ts";
import {
  FIELDS,
  FIELD_ORDER,
  type Declared,
  type DesiredFields,
  type FieldName,
  type Stored,
} from "../model/fields.ts";
import type { DesiredKey, LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";
import { createdFields } from "./record.ts";

/**
 * The declared fields in which a live key differs, in field order. One function serves the planner
 * and every read-back after a write, so what was planned is what is checked.
 *
 * @param now Unix seconds by the server's clock.
 */
export function compareFields(
  desired: DesiredFields,
  live: LiveKey,
  now: number,
): readonly FieldChange[] {
  const differenceIn = <F extends FieldName>(
    field: F,
    declared: Declared<F> | undefined,
    stored: Stored<F>,
  ): Difference | undefined => {
    const { compare, fromStored } = FIELDS[field];
    if (compare !== undefined) return compare({ desired, live }, now);
    if (declared === undefined) return undefined;
    return difference(fromStored(stored, live) ?? null, declared);
  };
  // Every key of a plan comes by here, mostly with nothing to tell.
  const changes: FieldChange[] = [];
  for (const field of FIELD_ORDER) {
    const found = differenceIn(field, desired[field], live[field]);
    if (found === undefined) continue;
    const change = { field, ...found };
    changes.push({ ...change, direction: directionOf(change, desired, live) });
  }
  return changes;
}

/** The same with the name first, which differs where a key is to be renamed. */
export function compareKey(
  desired: Pick<DesiredKey, "name" | "fields">,
  live: LiveKey,
  now: number,
): readonly FieldChange[] {
  const fields = compareFields(desired.fields, live, now);
  if (live.name === desired.name) return fields;
  const renamed = { field: "name", before: live.name, after: desired.name } as const;
  return [{ ...renamed, direction: "neutral" }, ...fields];
}

/** Whether a field's change lets the key do more. */
export function directionOf(
  change: Omit<FieldChange, "direction">,
  desired: DesiredFields,
  live: LiveKey,
): Direction {
  if (change.field === "name") return "neutral";
  return FIELDS[change.field].direction(change, { desired, live });
}

/** A change widens if any of its fields does, and narrows if one does and none widens. */
export function overallDirection(fields: readonly FieldChange[]): Direction {
  const directions = new Set(fields.map(({ direction }) => direction));
  if (directions.has("widen")) return "widen";
  return directions.has("narrow") ? "narrow" : "neutral";
}

/**
 * Equal in every field of the create. The status does not count: it is set in a request of its own.
 *
 * @param now Unix seconds by the server's clock.
 */
export function isAsCreated(key: LiveKey, fields: DesiredFields, now: number): boolean {
  return compareFields(createdFields(fields), key, now).every(({ field }) => field === "status");
}

/** Whether two reads of a key differ in nothing that a person has set. */
export function hasSameSettings(a: LiveKey, b: LiveKey): boolean {
  const isSame = <F extends FieldName>(field: F, before: Stored<F>, after: Stored<F>): boolean => {
    const { setting = (stored) => stored } = FIELDS[field];
    return setting(before) === setting(after);
  };
  return FIELD_ORDER.every((field) => isSame(field, a[field], b[field]));
}
