import type { Direction, FieldValue } from "../model/field-rules.ts";
import { FIELDS, FIELD_ORDER, type Declared, type FieldName } from "../model/fields.ts";
import { isUnused, stagedName, type DesiredKey, type LiveKey } from "../model/key.ts";
import type {
  BlockedItem,
  Change,
  ConflictItem,
  CreateChange,
  Danger,
  FieldChange,
} from "../model/plan.ts";
import { cutText, firstOf } from "../model/text.ts";
import { compareFields, compareKey, overallDirection } from "./compare.ts";
import { deleteDangers, quotaDangers, updateDangers } from "./dangers.ts";
import { createBody, updateBody } from "./record.ts";
import type { FoundKey } from "./records.ts";

/** The live keys that a declared name is about. */
type Found = Pick<FoundKey, "records"> & Partial<Pick<FoundKey, "sources" | "staged">>;

/** What is to be done for one declared name; `undefined` when nothing is. */
export function planKey(
  desired: DesiredKey,
  { records: live, sources = [], staged = [] }: Found,
  now: number,
): Change | undefined {
  if (staged.length > 0) return finish(desired, [...live, ...sources], staged, now);
  const [named, ...more] = live;
  if (named !== undefined && more.length > 0) return conflict(desired, live, now);
  if (sources.length + live.length > 1) return unclearRename(desired, live, sources);
  const [key = sources[0]] = live;
  if (desired.state === "absent") return key === undefined ? undefined : remove(desired, key, now);
  if (key === undefined) return create(desired, now);
  const fields = compareKey(desired, key, now);
  if (fields.length === 0) return undefined;
  return {
    action: "update",
    name: desired.name,
    direction: overallDirection(fields),
    id: key.id,
    desired,
    live: key,
    fields,
    dangers: [...updateDangers(fields, now), ...newQuotaDangers(key, fields)],
  };
}

/** Ids that a reason names. */
const NAMED = 10;

/** The usual settle time, seconds: a run that made a key may still be looking for its duplicates. */
const SETTLE_S = 5;

function conflict(desired: DesiredKey, duplicates: readonly LiveKey[], now: number): Change {
  const young = duplicates.filter((key) => now - key.created_time <= SETTLE_S);
  const { shown: ids, more } = firstOf(
    young.map(({ id }) => id).toSorted((a, b) => a - b),
    NAMED,
  );
  const atWork =
    ids.length === 0
      ? ""
      : `; another run may be at work (id ${ids.join(", ")}${more}): plan again first`;
  return {
    action: "conflict",
    code: "duplicates",
    name: desired.name,
    keys: duplicates.toSorted((a, b) => a.id - b.id),
    reason: `${duplicates.length} live keys have this name; none of them is changed until one is chosen: cometkeys adopt --id ID --name NAME renames the others${atWork}`,
    at: desired.at,
  };
}

/** Of several keys only a person knows which one is meant; a rename cannot leave two of one name. */
function unclearRename(
  desired: DesiredKey,
  [there]: readonly LiveKey[],
  sources: readonly LiveKey[],
): Change {
  const source = JSON.stringify(cutText(desired.renamedFrom ?? "", MAX_NAME));
  const reason =
    there === undefined
      ? `to be renamed from ${source}, which is the name of ${sources.length} live keys; rename or delete all but one of them by hand`
      : `live already, and so is ${source}, from which it is to be renamed; remove renamed_from if this is the key you mean, or delete the one that is not`;
  return {
    action: "conflict",
    code: "rename-unclear",
    name: desired.name,
    keys: [...(there === undefined ? [] : [there]), ...sources].toSorted((a, b) => a.id - b.id),
    reason,
    at: desired.at,
  };
}

/** Code points of a live name that a reason quotes. */
const MAX_NAME = 80;

/** A run before has left the key on its way; what it is to be now is the same change as if it were new. */
function finish(
  desired: DesiredKey,
  others: readonly LiveKey[],
  [staged, ...more]: readonly LiveKey[],
  now: number,
): Change | undefined {
  if (staged === undefined) return undefined;
  const stood = JSON.stringify(cutText(staged.name, MAX_NAME));
  const conflict = (code: ConflictItem["code"], reason: string): Change => {
    const keys = [...others, staged, ...more].toSorted((a, b) => a.id - b.id);
    return { action: "conflict", code, name: desired.name, keys, reason, at: desired.at };
  };
  if (more.length === 0 && staged.name !== stagedName(desired.name)) {
    const own = JSON.stringify(stagedName(desired.name));
    const reason = `${stood} (id ${staged.id}) was not delivered before the entry was renamed; rename it to ${own} in the console, or declare it absent`;
    return conflict("rename-unclear", reason);
  }
  if (more.length > 0) {
    const count = more.length + 1;
    const reason = `${count} live keys have the name ${stood}, or one like it, which a key has until it was delivered; delete all but one of them by hand`;
    return conflict("duplicates", reason);
  }
  if (others.length > 0) {
    const reason = `live already, and so is ${stood}, a key that was not delivered yet; delete the one that is not meant`;
    return conflict("duplicates", reason);
  }
  const change = create(desired, now);
  if (change.action !== "create") return change;
  const open = compareFields(desired.fields, staged, now);
  if (open.length > 0 && !isUnused(staged)) {
    const fields = open.map(({ field }) => field).join(", ");
    const reason = `${stood} (id ${staged.id}), a key that was not delivered yet, is in use already, but not as declared (${fields}); declare these fields as they are, or delete that key`;
    return conflict("key-in-use", reason);
  }
  return { ...change, resumes: staged };
}

function create(desired: DesiredKey, now: number): CreateChange | BlockedItem {
  const expiry = desired.fields.expired_time;
  if (expiry !== undefined && expiry !== -1 && expiry <= now) {
    return {
      action: "blocked",
      name: desired.name,
      code: "expiry-past",
      reason:
        "expired_time is in the past: the key would be created expired; give it a later expiry",
      at: desired.at,
    };
  }
  return {
    action: "create",
    name: desired.name,
    direction: createdDirection(desired),
    desired,
    fields: declaredChanges(desired),
    dangers: quotaDangers(createBody(desired.name, desired.fields)),
  };
}

/** A new key is new access, whatever its limits; one that is created disabled is none yet. */
function createdDirection(desired: DesiredKey): Direction {
  return desired.fields.status === "disabled" ? "neutral" : "widen";
}

function declaredChanges(desired: DesiredKey): readonly FieldChange[] {
  const direction = createdDirection(desired);
  const planned = <F extends FieldName>(field: F, value: Declared<F>): FieldValue =>
    FIELDS[field].planned?.(value) ?? value;
  return FIELD_ORDER.flatMap((field): readonly FieldChange[] => {
    const value = desired.fields[field];
    if (value === undefined) return [];
    return [{ field, before: null, after: planned(field, value), direction }];
  });
}

function remove(desired: DesiredKey, live: LiveKey, now: number): Change {
  return {
    action: "delete",
    name: desired.name,
    direction: "narrow",
    id: live.id,
    desired,
    live,
    fields: [],
    dangers: deleteDangers(live, now),
  };
}

/** A quota the key has already is one its server took. */
function newQuotaDangers(key: LiveKey, fields: readonly FieldChange[]): readonly Danger[] {
  const isNew = fields.some(({ field }) => field === "remain_quota" || field === "unlimited_quota");
  return isNew ? quotaDangers(updateBody(key, fields)) : [];
}
