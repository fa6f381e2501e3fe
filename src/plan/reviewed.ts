import type { Change, DeleteChange, Plan, UpdateChange } from "../model/plan.ts";
import type { ReviewedChange } from "../model/plan-file.ts";
import { unordered } from "./digest.ts";

/** The part of a change that a review is about. */
export function reviewedChange(change: Change): ReviewedChange {
  const { action, name } = change;
  const fields = "fields" in change ? change.fields : [];
  return {
    action,
    name,
    ...(isByIdAlone(change) ? { id: change.id } : {}),
    fields: fields.map(({ field, before, after }) => ({
      field,
      before: unordered(before),
      after: unordered(after),
    })),
  };
}

/** A delete cannot be undone; the name that a file does not say, or no longer, could be another key's. */
function isByIdAlone(change: Change): change is UpdateChange | DeleteChange {
  if (change.action !== "update") return change.action === "delete";
  return change.pruned === true || change.live.name !== change.name;
}

/**
 * The changes of a fresh plan that go beyond what was reviewed, by the hashes of that. A change that is
 * already in place is no longer planned, in whole or in some fields, so a part is fine; nothing may be
 * added. Texts are not compared: a secret that was taken out of two names would make one of them.
 */
export function beyondReview(
  { changes, hashes }: Pick<Plan, "changes" | "hashes">,
  reviewed: ReadonlySet<string>,
): readonly Change[] {
  return changes.filter((change, index) => {
    // These two write nothing.
    if (change.action === "conflict" || change.action === "blocked") return false;
    return !(hashes[index] ?? []).every((hash) => reviewed.has(hash));
  });
}
