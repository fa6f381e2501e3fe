import type { Change, DeleteChange, Plan, UpdateChange } from "../model/plan.ts";
import type { ReviewedChange } from "../model/plan-file.ts";
import { destinationOf } from "../model/sink.ts";
import { unordered } from "./digest.ts";

/** The part of a change that a review is about. */
export function reviewedChange(change: Change): ReviewedChange {
  const { action, name } = change;
  const fields = "fields" in change ? change.fields : [];
  const destinations = destinationsOf(change).toSorted();
  return {
    action,
    name,
    ...(isByIdAlone(change) ? { id: change.id } : {}),
    fields: fields.map(({ field, before, after }) => ({
      field,
      before: unordered(before),
      after: unordered(after),
    })),
    ...(destinations.length === 0 ? {} : { deliver: destinations }),
  };
}

/** Where a change puts the value of its key. */
export function destinationsOf(change: Change): readonly string[] {
  if (change.action !== "create") return [];
  return (change.desired.deliver ?? []).map(({ sink }) => destinationOf(sink));
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
  { changes, planned }: Pick<Plan, "changes" | "planned">,
  reviewed: ReadonlySet<string>,
): readonly Change[] {
  return changes.filter((change, index) => {
    // These two write nothing.
    if (change.action === "conflict" || change.action === "blocked") return false;
    return !(planned[index] ?? []).every((hash) => reviewed.has(hash));
  });
}
