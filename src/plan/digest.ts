import type { FieldValue } from "../model/field-rules.ts";
import { FIELD_ORDER, type DesiredFields } from "../model/fields.ts";
import type { Plan } from "../model/plan.ts";
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

/** The hashes of one change. */
export interface ChangeHashes {
  /** What a review of it allows. */
  readonly reviewed: readonly string[];
  /** Of these, what it does: the others are what it may come to by itself before it is made. */
  readonly planned: readonly string[];
}

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
): ChangeHashes {
  const where = [origin, account ?? "unknown"];
  const ids = id === undefined ? [] : [id];
  const hashed = (content: unknown): string =>
    hash(JSON.stringify(content)).slice(0, HASH_CHARACTERS);
  const values = fields.map(({ field, before, after }) => [
    field,
    before !== null && isSwitchedOff({ field, after }) ? STATUS.enabled : before,
    after,
  ]);
  const wanted = FIELD_ORDER.map((field) => unordered(declared[field] ?? null));
  if (action !== "update") {
    const places = deliver === undefined ? [] : [deliver];
    const planned = [hashed([...where, action, ...ids, name, values, ...places])];
    if (action !== "create" || !fields.some(isSwitchedOff)) return { reviewed: planned, planned };
    // Every key is created enabled, so what can be left of such a create is an update.
    const off = ["status", STATUS.enabled, STATUS.disabled];
    return { reviewed: [...planned, hashed([...where, "update", name, off, wanted])], planned };
  }
  // What is left of a rename that was carried out in part has no name in it, and no id either.
  const isRename = fields.some(({ field }) => field === "name");
  const updated = (value: readonly FieldValue[]): string => {
    const own = isRename && value[0] !== "name" ? [] : ids;
    return hashed([...where, "update", ...own, name, value, wanted]);
  };
  const planned = values.map(updated);
  const lasting = planned.filter((_, at) => !isRevival(fields[at]));
  const revived = revivable(fields).map((status) => updated(["status", status, STATUS.enabled]));
  return { reviewed: [...lasting, ...revived], planned };
}

type Field = ReviewedChange["fields"][number];

/** That a key is used up or has expired by itself makes no other change of switching it off. */
function isSwitchedOff({ field, after }: Pick<Field, "field" | "after">): boolean {
  return field === "status" && after === STATUS.disabled;
}

function isRevival(field: Field | undefined): boolean {
  if (field?.field !== "status" || field.after !== STATUS.enabled) return false;
  return field.before === STATUS.exhausted || field.before === STATUS.expired;
}

/**
 * The statuses of a used-up or an expired key that an update takes it out of. One that gives more quota, or
 * more time, does so from the start: the key can come to that by itself between the review and the apply,
 * which then enables it with what was reviewed.
 */
export function revivable(fields: readonly Field[]): readonly number[] {
  return [STATUS.expired, STATUS.exhausted].filter((status) =>
    fields.some((field) => (isRevival(field) ? field.before : curedBy(field, fields)) === status),
  );
}

/** The status that more quota or time is a way out of. */
function curedBy(change: Field, all: readonly Field[]): number | undefined {
  const { field, before, after } = change;
  const isMore = typeof before === "number" && typeof after === "number" && after > before;
  if (field === "expired_time") {
    return after === -1 || (isMore && before !== -1) ? STATUS.expired : undefined;
  }
  // Any number is less than no limit.
  const isLimited = all.some((other) => other.field === "unlimited_quota");
  const isMoreQuota =
    (field === "unlimited_quota" && after === true) ||
    (field === "remain_quota" && isMore && !isLimited);
  return isMoreQuota ? STATUS.exhausted : undefined;
}

/** Lists are sets to the server, so their order in a file is not part of a review. */
export function unordered(value: FieldValue): FieldValue {
  return typeof value === "object" ? (value?.toSorted() ?? null) : value;
}

/** What identifies a plan, by the hashes of its changes in order. */
export function identityOf(
  changes: readonly ChangeHashes[],
  hash: Hash,
): Pick<Plan, "digest" | "hashes" | "planned"> {
  const hashes = changes.map(({ reviewed }) => reviewed);
  const planned = changes.map(({ planned: own }) => own);
  return { digest: digestOf(hashes.flat(), hash), hashes, planned };
}

/** Identifies a change set by the hashes of its changes. */
export function digestOf(hashes: readonly string[], hash: Hash): string {
  return `sha256:${hash(JSON.stringify(hashes))}`;
}
