import type { FieldValue } from "../model/field-rules.ts";
import type { Change } from "../model/plan.ts";
import type { ReviewedChange } from "../model/plan-file.ts";

/** The part of a change that a review is about. */
export function reviewedChange(change: Change): ReviewedChange {
  const { action, name } = change;
  const fields = "fields" in change ? change.fields : [];
  return {
    action,
    name,
    ...(change.action === "delete" ? { id: change.id } : {}),
    fields: fields.map(({ field, before, after }) => ({
      field,
      before: unordered(before),
      after: unordered(after),
    })),
  };
}

/** Lists are sets to the server, so their order in a file is not part of a review. */
function unordered(value: FieldValue): FieldValue {
  return typeof value === "object" ? (value?.toSorted() ?? null) : value;
}

/**
 * The changes of a fresh plan that go beyond what was reviewed. A change that is already in place
 * is no longer planned, in whole or in some fields, so a subset is fine; nothing may be added.
 */
export function beyondReview(
  changes: readonly Change[],
  reviewed: readonly ReviewedChange[],
): readonly Change[] {
  const byName = new Map(reviewed.map((change) => [`${change.action} ${change.name}`, change]));
  return changes.filter((change) => {
    // These two write nothing.
    if (change.action === "conflict" || change.action === "blocked") return false;
    const known = byName.get(`${change.action} ${change.name}`);
    if (known === undefined) return true;
    if (change.action === "delete" && change.id !== known.id) return true;
    const seen = new Set(known.fields.map((field) => JSON.stringify(field)));
    return !reviewedChange(change).fields.every((field) => seen.has(JSON.stringify(field)));
  });
}
