// What is left of a plan whose apply was stopped half way is a plan of its own, made from the list as it is by then.
import { isUnused, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { Change } from "../model/plan.ts";
import type { ReviewedChange } from "../model/plan-file.ts";
import { STATUS } from "../model/status.ts";
import { isAsCreated } from "./compare.ts";
import { hashesOf, type Hash, type PlanTarget } from "./digest.ts";
import { planKey } from "./plan-key.ts";
import { reviewedChange } from "./reviewed.ts";

/**
 * Whether a change touches no key that was there before its create. Every key is created enabled, so what a stopped
 * run leaves of one that is to be disabled is that update. Conflicts and blocked items write nothing.
 */
export function isOfCreate(change: Change, now: number): boolean {
  switch (change.action) {
    case "create":
    case "conflict":
    case "blocked":
      return true;
    case "delete":
      return false;
    case "update": {
      const { live, desired, fields } = change;
      const isOff = fields.every(
        ({ field, after }) => field === "status" && after === STATUS.disabled,
      );
      return isOff && isUnused(live) && isAsCreated(live, desired.fields, now);
    }
  }
}

/**
 * Whether a name was missing when the plan was reviewed, which creates a key of it or renames one to it: it may be
 * live since.
 */
export function wasMissing(
  liveByName: ReadonlyMap<string, readonly LiveKey[]>,
  reviewed: ReadonlySet<string> | undefined,
  { hash, ...target }: PlanTarget & { readonly hash: Hash },
): (key: DesiredKey) => boolean {
  const isReviewed = (change: ReviewedChange, { fields }: DesiredKey): boolean =>
    hashesOf(change, target, hash, fields).planned.every((own) => reviewed?.has(own) === true);
  return (key) => {
    if (reviewed === undefined) return false;
    const { name, renamedFrom } = key;
    // One that has expired since was to be created too.
    const create = planKey(key, { records: [] }, 0);
    if (create?.action === "create" && isReviewed(reviewedChange(create), key)) return true;
    if (renamedFrom === undefined) return false;
    const fields = [{ field: "name", before: renamedFrom, after: name }] as const;
    const records = liveByName.get(name) ?? [];
    return records.some(({ id }) => isReviewed({ action: "update", name, id, fields }, key));
  };
}
