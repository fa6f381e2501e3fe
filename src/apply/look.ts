import type { LiveKey } from "../model/key.ts";
import type { ApplyContext } from "./context.ts";

/** The highest id the plan's list showed; what this run creates stands above it. */
export function fenceOf(context: Pick<ApplyContext, "list">): number {
  return Math.max(0, ...context.list.keys.map((key) => key.id));
}

/** What a look has to find out. */
export interface Wanted {
  /** Names whose create was accepted or may have been. */
  readonly names: readonly string[];
  /** An answer was unclear, so there may be more than one record for a name. */
  readonly doubt: boolean;
}

/**
 * The records that are live now and were not in the plan's list, or undefined when the list cannot
 * be read. The newest pages usually show all of them. Records can become visible out of order,
 * though, below one that is known, and a delete elsewhere can make `total` agree all the same. So
 * where a name is missing, or an answer was unclear, only the whole list tells.
 */
export async function lookForNew(
  context: ApplyContext,
  { names, doubt }: Wanted,
): Promise<readonly LiveKey[] | undefined> {
  const { api, list } = context;
  if (!doubt) {
    const newest = await api.listNewest(fenceOf(context));
    if (!newest.ok) return undefined;
    const fresh = newRecords(newest.value.keys, context);
    const addsUp = newest.value.total === list.keys.length + fresh.length;
    const complete = names.every((name) => fresh.some((key) => key.name === name));
    if (newest.value.whole || (addsUp && complete)) return fresh;
  }
  const whole = await api.list();
  return whole.ok ? newRecords(whole.value.keys, context) : undefined;
}

/** The records of `keys` that the plan's list did not have. */
export function newRecords(
  keys: readonly LiveKey[],
  { list }: Pick<ApplyContext, "list">,
): readonly LiveKey[] {
  const known = new Set(list.keys.map((key) => key.id));
  return keys.filter((key) => !known.has(key.id));
}

/**
 * The one look at the list that a run cut short still takes. It has a short time of its own, since
 * whoever stopped the run will not wait.
 */
export async function lastLook(context: ApplyContext): Promise<readonly LiveKey[] | undefined> {
  const controller = new AbortController();
  const cancel = context.clock.timer(context.stop.lookMs, () => controller.abort());
  const list = await context.api.list(controller.signal);
  cancel();
  return list.ok ? list.value.keys : undefined;
}
