import type { DesiredFields } from "../model/fields.ts";
import { isUnused, type LiveKey } from "../model/key.ts";
import { isAsCreated } from "../plan/compare.ts";

/** What the judgement of records rests on. */
export interface CreateRules {
  /** The high-water mark: the highest id of the list before the first create. */
  readonly mark: number;
  readonly settleMs: number;
  /** Unix seconds. */
  readonly now: number;
}

export interface Survivor {
  readonly keep: LiveKey;
  /** Duplicates that may be removed. */
  readonly remove: readonly LiveKey[];
  /** Records that only a person may judge. */
  readonly disputed: readonly LiveKey[];
}

/** Duplicates of one create that are removed: no runs at once leave as many, so more are a server's doing. */
export const MOST_REMOVED = 10;

/**
 * Which of several records of one name stays. Two runs at once, or a create that landed late, leave
 * duplicates; every run must come to the same choice, so the smallest (created_time, id) stays.
 * Another is removed only if it cannot be anything but a duplicate: created after this run's list,
 * equal in every created field, never used, and made within the settle time of the one that stays.
 */
export function survivingRecord(
  records: readonly LiveKey[],
  fields: DesiredFields,
  rules: CreateRules,
): Survivor | undefined {
  const [keep, ...others] = records.toSorted(byCreation);
  if (keep === undefined) return undefined;
  if (others.length > MOST_REMOVED) return { keep, remove: [], disputed: others };
  const isDuplicate = isDuplicateOf(keep, fields, rules);
  return {
    keep,
    remove: others.filter(isDuplicate),
    disputed: others.filter((key) => !isDuplicate(key)),
  };
}

/** Whether a record cannot be anything but a duplicate of the one that stays. */
export function isDuplicateOf(
  keep: LiveKey,
  fields: DesiredFields,
  rules: CreateRules,
): (key: LiveKey) => boolean {
  return (key) =>
    key.id > rules.mark &&
    isUnused(key) &&
    // The server's times are whole seconds, so a settle time below one still spans a tick.
    key.created_time - keep.created_time <= Math.ceil(rules.settleMs / 1000) &&
    isAsCreated(key, fields, rules.now);
}

function byCreation(a: LiveKey, b: LiveKey): number {
  return a.created_time - b.created_time || a.id - b.id;
}
