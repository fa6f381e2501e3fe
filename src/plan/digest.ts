import type { FieldValue } from "../model/field-rules.ts";
import { FIELD_ORDER, type DesiredFields } from "../model/fields.ts";
import type { ReviewedChange } from "../model/plan-file.ts";
import { STATUS } from "../model/status.ts";

/** SHA-256 of a text, in hexadecimal; passed in, so that the planner stays free of imports. */
export type Hash = (text: string) => string;

/** Where a plan is for: the same change is another one on another server or account. */
export interface PlanTarget {
  readonly origin: string;
  /** The pin, else what the list or the server shows. */
  readonly account?: number | undefined;
}

/** 128 bits: two changes that share a hash cannot be made up. */
const HASH_CHARACTERS = 32;

/**
 * Identifies one change: its action, name and values, the id where that was reviewed, and where it is for.
 * Counters and times of use are left out, and quota stands as the grant, so that use between two plans
 * changes nothing. Each field of an update has a hash of its own: what is left of one that was carried
 * out in part has fewer fields. It stands for all that was declared of its key, too: the fields that are
 * no longer planned are in place then, and not left out.
 */
export function hashesOf(
  { action, name, id, fields, deliver }: ReviewedChange,
  { origin, account }: PlanTarget,
  hash: Hash,
  declared: DesiredFields = {},
): readonly string[] {
  const where = [origin, account ?? "unknown"];
  const ids = id === undefined ? [] : [id];
  // That a key is used up or has expired by itself makes no other change of switching it off.
  const isOff = (field: string, after: FieldValue): boolean =>
    field === "status" && after === STATUS.disabled;
  const values = fields.map(({ field, before, after }) => [
    field,
    before !== null && isOff(field, after) ? STATUS.enabled : before,
    after,
  ]);
  const wanted = FIELD_ORDER.map((field) => unordered(declared[field] ?? null));
  // What is left of a rename that was carried out in part has no name in it, and no id either.
  const isRename = fields.some(({ field }) => field === "name");
  const updates = [...values.filter((_, at) => !isRevival(fields[at])), ...revivalsOf(fields)];
  const updated = updates.map((value): unknown => {
    const own = isRename && value[0] !== "name" ? [] : ids;
    return [...where, "update", ...own, name, value, wanted];
  });
  const places = deliver === undefined ? [] : [deliver];
  const whole: unknown = [...where, action, ...ids, name, values, ...places];
  const contents = action === "update" ? updated : [whole];
  const isDisabled = fields.some(({ field, after }) => isOff(field, after));
  if (action === "create" && isDisabled) {
    // Every key is created enabled, so what can be left of such a create is an update.
    contents.push([...where, "update", name, ["status", STATUS.enabled, STATUS.disabled], wanted]);
  }
  return contents.map((content) => hash(JSON.stringify(content)).slice(0, HASH_CHARACTERS));
}

type Field = ReviewedChange["fields"][number];

function isRevival(field: Field | undefined): boolean {
  if (field?.field !== "status" || field.after !== STATUS.enabled) return false;
  return field.before === STATUS.exhausted || field.before === STATUS.expired;
}

/**
 * How an update enables a key that was used up or has expired. One that gives more quota stands for the
 * first from the start, and one that gives more time for the second: the key can come to that by itself
 * between the review and the apply, which then enables it with what was reviewed.
 */
function revivalsOf(fields: readonly Field[]): readonly FieldValue[][] {
  return [STATUS.expired, STATUS.exhausted]
    .filter((status) =>
      fields.some((field) => (isRevival(field) ? field.before : curedBy(field)) === status),
    )
    .map((status) => ["status", status, STATUS.enabled]);
}

/** The status that more quota or time is a way out of. */
function curedBy({ field, before, after }: Field): number | undefined {
  const isMore = typeof before === "number" && typeof after === "number" && after > before;
  if (field === "expired_time") {
    return after === -1 || (isMore && before !== -1) ? STATUS.expired : undefined;
  }
  const isMoreQuota =
    (field === "remain_quota" && isMore) || (field === "unlimited_quota" && after === true);
  return isMoreQuota ? STATUS.exhausted : undefined;
}

/** Lists are sets to the server, so their order in a file is not part of a review. */
export function unordered(value: FieldValue): FieldValue {
  return typeof value === "object" ? (value?.toSorted() ?? null) : value;
}

/** Identifies a change set by the hashes of its changes. */
export function digestOf(hashes: readonly string[], hash: Hash): string {
  return `sha256:${hash(JSON.stringify(hashes))}`;
}
