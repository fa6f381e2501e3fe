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
  // That a key is used up or has expired by itself makes no other change of switching it off, nor of what
  // gives it quota or time: it is enabled with it, and an update that does so stands for that from the start.
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
  const lasting = values.filter((_, at) => !isRevival(fields[at]));
  const canRevive = lasting.length < values.length || fields.some(({ field }) => GIVES.has(field));
  const updates = canRevive ? [...lasting, ["status", STATUS.exhausted, STATUS.enabled]] : values;
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

/** What a used-up or expired key can work again with. */
const GIVES: ReadonlySet<string> = new Set(["remain_quota", "unlimited_quota", "expired_time"]);

function isRevival(change: ReviewedChange["fields"][number] | undefined): boolean {
  if (change?.field !== "status" || change.after !== STATUS.enabled) return false;
  return change.before === STATUS.exhausted || change.before === STATUS.expired;
}

/** Lists are sets to the server, so their order in a file is not part of a review. */
export function unordered(value: FieldValue): FieldValue {
  return typeof value === "object" ? (value?.toSorted() ?? null) : value;
}

/** Identifies a change set by the hashes of its changes. */
export function digestOf(hashes: readonly string[], hash: Hash): string {
  return `sha256:${hash(JSON.stringify(hashes))}`;
}
