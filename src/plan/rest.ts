// What is left of a plan whose apply was stopped half way is a plan of its own, made from the list as it is by then.
import type { DesiredFields } from "../model/fields.ts";
import { isUnused, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { Change } from "../model/plan.ts";
import type { ReviewedChange } from "../model/plan-file.ts";
import { STATUS } from "../model/status.ts";
import { isAsCreated } from "./compare.ts";
import { hashesOf, type Hash, type PlanTarget } from "./digest.ts";
import { planKey } from "./plan-key.ts";
import { reviewedChange } from "./reviewed.ts";

/** What was reviewed. */
export interface Reviewed {
  /** Of its changes, as far as they are known. */
  readonly hashes: ReadonlySet<string>;
  /** Where a saved plan tells it. */
  readonly account?: number | undefined;
}

/** Whether all that a change does was reviewed, whatever told the account then. */
export type IsReviewed = (change: ReviewedChange, declared: DesiredFields) => boolean;

/** Undefined where nothing can be. What follows from this allows nothing: it is only for what is left alone. */
export function isReviewedBy(
  reviewed: Reviewed | undefined,
  { hash, origin, account }: PlanTarget & { readonly hash: Hash },
): IsReviewed | undefined {
  // A digest alone tells of no change.
  if (reviewed === undefined || reviewed.hashes.size === 0) return undefined;
  const accounts = [...new Set([account, reviewed.account, undefined])];
  return (change, declared) =>
    accounts.some((own) => {
      const { planned } = hashesOf(change, { origin, account: own }, hash, declared);
      return planned.every((one) => reviewed.hashes.has(one));
    });
}

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
  isReviewed: IsReviewed | undefined,
): (key: DesiredKey) => boolean {
  if (isReviewed === undefined) return () => false;
  return (key) => {
    const { name, renamedFrom } = key;
    // One that has expired since was to be created too.
    const create = planKey(key, { records: [] }, 0);
    if (create?.action === "create" && isReviewed(reviewedChange(create), key.fields)) return true;
    if (renamedFrom === undefined) return false;
    const fields = [{ field: "name", before: renamedFrom, after: name }] as const;
    const [record, ...others] = liveByName.get(name) ?? [];
    if (record === undefined || others.length > 0) return false;
    return isReviewed({ action: "update", name, id: record.id, fields }, key.fields);
  };
}
