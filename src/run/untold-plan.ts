import { namesOf, type Desired, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { Plan } from "../model/plan.ts";
import { isAsCreated } from "../plan/compare.ts";
import { planKeys, type PlanOptions } from "../plan/plan-keys.ts";

/** A plan as it was while nothing told the account: an empty list shows none. */
export interface UntoldPlan {
  /** The hashes of what its changes do, which hold the account. */
  readonly planned: Plan["planned"];
  /** Those of the creates that the live keys come from. */
  readonly created: readonly string[];
}

/**
 * What a plan was before its first key showed the account, where this list may be what creating some of the
 * keys left of an empty one. Undefined where it cannot be: then it is another account, or somebody else is
 * at work in it.
 */
export function untoldPlan(
  desired: Desired,
  live: readonly LiveKey[],
  chosen: readonly DesiredKey[],
  options: PlanOptions,
): UntoldPlan | undefined {
  const names = createdNames(live, chosen, options.now);
  if (names === undefined) return undefined;
  const untold = { ...options, account: undefined };
  // One that has expired since was created too.
  const whole = planKeys(desired, [], { ...untold, now: 0 });
  const hashesOf = new Map(whole.changes.map(({ name }, at) => [name, whole.planned[at]]));
  return {
    planned: planKeys(desired, live, untold).planned,
    // What no plan creates has a hash that none was reviewed with.
    created: names.flatMap((name) => hashesOf.get(name) ?? [""]),
  };
}

/** The declared names of the live keys: nothing else is live, nothing twice, each key as it was created. */
function createdNames(
  live: readonly LiveKey[],
  chosen: readonly DesiredKey[],
  now: number,
): readonly string[] | undefined {
  const desiredOf = new Map(chosen.flatMap((key) => namesOf(key).map((name) => [name, key])));
  const names = new Set<string>();
  for (const key of live) {
    const desired = desiredOf.get(key.name);
    if (desired === undefined || names.has(desired.name)) return undefined;
    if (!isAsCreated(key, desired.fields, now)) return undefined;
    names.add(desired.name);
  }
  return names.size === 0 ? undefined : [...names];
}
