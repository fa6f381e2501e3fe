import type { LiveKey } from "../model/key.ts";
import type { ApplyContext } from "./context.ts";

/** The highest id the plan's list showed; what this run creates stands above it. */
export function fenceOf(context: Pick<ApplyContext, "list">): number {
  return Math.max(0, ...context.list.keys.map((key) => key.id));
}

/**
 * The records that are live now and were not in the plan's list, or undefined when the list cannot
 * be read. The newest pages usually do. Records can become visible out of order, though, so when
 * `total` says that more has changed than those pages show, the whole list is read.
 */
export async function lookForNew(context: ApplyContext): Promise<readonly LiveKey[] | undefined> {
  const { api, list } = context;
  const newest = await api.listNewest(fenceOf(context));
  if (!newest.ok) return undefined;
  const fresh = newRecords(newest.value.keys, context);
  const addsUp = newest.value.total === list.keys.length + fresh.length;
  if (newest.value.whole || addsUp) return fresh;
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
