import type { KeysReader } from "../api/keys-api.ts";
import { isSameFirstPage } from "../api/list.ts";
import type { LiveKey } from "../model/key.ts";
import type { ApplyContext } from "./context.ts";

/** The highest id the plan's list showed; what this run creates stands above it. */
export function fenceOf(context: Pick<ApplyContext, "list">): number {
  return context.list.keys.reduce((highest, { id }) => Math.max(highest, id), 0);
}

/** What a look has to find out. */
export interface Wanted {
  /** Names whose create was accepted or may have been. */
  readonly names: readonly string[];
  /** An answer was unclear or repeats were seen: there may be more than one record for a name. */
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
    const fresh = unknownRecords(newest.value.keys, context);
    const addsUp = newest.value.total === list.keys.length + fresh.length;
    const own = ownRecords(fresh, context);
    const complete = names.every((name) => own?.some((key) => key.name === name));
    if (newest.value.whole || (addsUp && complete)) return own;
  }
  const keys = await wholeList(api);
  return keys === undefined ? undefined : newRecords(keys, context);
}

/** How often the whole list is read when it keeps moving. */
const WHOLE_TRIES = 3;

/**
 * Every key, or undefined. As before the first write, a list of several pages counts only when page
 * 1 has not moved: otherwise a record may be missing from it, which must not pass for "not there".
 */
export async function wholeList(
  api: KeysReader,
  signal?: AbortSignal,
): Promise<readonly LiveKey[] | undefined> {
  for (let tries = 1; tries <= WHOLE_TRIES; tries += 1) {
    const list = await api.list(signal);
    if (!list.ok) return undefined;
    const { keys, pages, firstPage } = list.value;
    if (pages === 1) return keys;
    const again = await api.firstPage(signal);
    if (!again.ok) return undefined;
    if (isSameFirstPage(again.value, firstPage)) return keys;
  }
  return undefined;
}

/**
 * The records of `keys` that the plan's list did not have and that can be this run's; undefined when
 * it cannot be told whose they are.
 */
export function newRecords(
  keys: readonly LiveKey[],
  context: Pick<ApplyContext, "list" | "owner">,
): readonly LiveKey[] | undefined {
  return ownRecords(unknownRecords(keys, context), context);
}

function unknownRecords(
  keys: readonly LiveKey[],
  { list }: Pick<ApplyContext, "list">,
): readonly LiveKey[] {
  const known = new Set(list.keys.map((key) => key.id));
  return keys.filter((key) => !known.has(key.id));
}

/**
 * An administrator's token lists every account's keys, so a new record of that name may be somebody
 * else's: never to be adopted, never to be removed.
 */
function ownRecords(
  keys: readonly LiveKey[],
  { owner }: Pick<ApplyContext, "owner">,
): readonly LiveKey[] | undefined {
  if (owner !== undefined) {
    return keys.filter((key) => key.user_id === undefined || key.user_id === owner);
  }
  const owners = new Set(keys.flatMap((key) => key.user_id ?? []));
  return owners.size > 1 ? undefined : keys;
}

/**
 * The one look at the list that a run cut short still takes. It has a short time of its own, since
 * whoever stopped the run will not wait.
 */
export async function lastLook(context: ApplyContext): Promise<readonly LiveKey[] | undefined> {
  const controller = new AbortController();
  const cancel = context.clock.timer(context.stop.lookMs, () => controller.abort());
  const keys = await wholeList(context.api, controller.signal);
  cancel();
  return keys;
}
