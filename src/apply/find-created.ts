import type { KeysReader } from "../api/keys-api.ts";
import type { KeyList } from "../api/list.ts";
import type { OnPage, OnValue } from "../api/list-page.ts";
import { createSharedAbort } from "../api/shared-abort.ts";
import type { LiveKey } from "../model/key.ts";
import type { ApplyContext, FinalList } from "./context.ts";
import { union } from "./create-state.ts";
import { createPages } from "./pages-read.ts";
import type { Reading } from "./fresh-list.ts";

/** The high-water mark: the highest id of a list. What is created later stands above it. */
export function markOf(keys: readonly LiveKey[]): number {
  return keys.reduce((highest, { id }) => Math.max(highest, id), 0);
}

type Times = Pick<ApplyContext, "clock" | "now" | "settleMs">;

/**
 * The id down to which a list has to be read to show all that may have appeared since one asked for
 * at `sentAt`: the highest that was given out a settle time before it. Records can become visible
 * out of order, below one that was shown, but not longer than that after their id was given out. The
 * clock of the answers may be ahead of the one that stamps records, so the youngest that was shown counts
 * as new.
 */
export function floorOf(keys: readonly LiveKey[], sentAt: number, times: Times): number {
  const youngest = keys.reduce((latest, key) => Math.max(latest, key.created_time), 0);
  return lastBefore(keys, Math.min(timeOf(sentAt, times), youngest) - times.settleMs / 1000);
}

/**
 * The same soon after that list, with the clocks taken at their word: keys made at once, long ago, need
 * not be read again then. Nor need those above which no id is missing, for all of them are there.
 */
function floorByClock(keys: readonly LiveKey[], sentAt: number, times: Times): number {
  const last = lastBefore(keys, timeOf(sentAt, times) - times.settleMs / 1000);
  const mark = markOf(keys);
  const young = keys.filter(({ id }) => id > last).length;
  return mark - last === young ? mark : last;
}

/** When that was, in Unix seconds by the clock of the answers. */
function timeOf(at: number, { clock, now }: Times): number {
  return now() - (clock.now() - at) / 1000;
}

/** The highest id that was given out before `then`, Unix seconds; records know whole ones. */
function lastBefore(keys: readonly LiveKey[], then: number): number {
  return markOf(keys.filter((key) => key.created_time + 1 <= then));
}

/** What a look has to find out. */
export interface Wanted {
  /** Names that the list has to show: their create was accepted, or a list has shown them before. */
  readonly names: readonly string[];
  /** There may be more than one record for a name, so only the whole list tells. */
  readonly whole: boolean;
  /**
   * Records that were shown before. A delete between two pages can hide the one that moved up, so only
   * the whole list, confirmed, tells that one of them has gone. Asked for once the newest pages have
   * been read, for a first try that did not hold still may have shown some.
   */
  readonly known?: () => readonly LiveKey[];
}

/** What a look showed. */
export interface Look extends Reading {
  /** The first page read did not show a name that it should have. */
  readonly lags: boolean;
  /** Nothing can be missing. What an unproven look shows exists all the same. */
  readonly proven: boolean;
}

/**
 * The records that are live now and were not in the plan's list, or undefined when the list cannot
 * be read. The newest pages usually show all of them. Records can become visible out of order,
 * though, below one that is known, and a delete elsewhere can make `total` agree all the same. So
 * where a name is missing, or an answer was unclear, only the whole list tells.
 */
export async function findCreated(
  context: ApplyContext,
  { names, whole, known = () => [] }: Wanted,
): Promise<Look | undefined> {
  const { api, list } = context;
  const isComplete = (shown: ReadonlySet<string>): boolean =>
    names.every((name) => shown.has(name));
  const namesOf = (keys: readonly LiveKey[]) => new Set(keys.map(({ name }) => name));
  let newestSeen: Look | undefined;
  if (!whole) {
    // `total` tells of a record below those that are read, unless a delete makes up for it. The longer
    // creating takes, the more deletes there may be.
    const soon = context.clock.now() - list.sentAt <= context.settleMs / 2;
    const floor = (soon ? floorByClock : floorOf)(list.keys, list.sentAt, context);
    const newest = await api.listNewest(floor);
    if (!newest.ok) return undefined;
    const { keys, total, sentAt } = newest.value;
    const ids = new Set(list.keys.map(({ id }) => id));
    const added = keys.filter(({ id }) => !ids.has(id));
    const own = newRecords(keys, context);
    const complete = isComplete(namesOf(own ?? []));
    const last = Math.max(markOf(keys), markOf(list.keys));
    const shownIds = new Set(keys.map(({ id }) => id));
    // One that has gone from these pages can make up for one below them.
    const lowest = keys.reduce((least, { id }) => Math.min(least, id), Infinity);
    const isGone = list.keys.some(({ id }) => id > lowest && !shownIds.has(id));
    const addsUp = total === list.keys.length + added.length && !isGone;
    const isHidden = known().some(({ id }) => !shownIds.has(id));
    if (!isHidden && (newest.value.whole || (addsUp && complete))) {
      return own && { keys: own, last, sentAt, lags: !complete, proven: true };
    }
    newestSeen = own && { keys: own, last, sentAt, lags: !complete, proven: false };
  }
  let lags = newestSeen?.lags ?? false;
  // A list that did not hold still, or was held up, may have shown all the same that it lags.
  const seen = createPages();
  const mark = markOf(list.keys);
  const all = await latestList(
    api,
    undefined,
    ({ keys }) => {
      lags ||= !isComplete(namesOf(keys));
    },
    (keys, page, total) => {
      seen.add(keys, page, total);
      lags ||= seen.downTo() <= mark && !isComplete(seen.names());
    },
  );
  if (all === undefined) return newestSeen && { ...newestSeen, lags };
  const own = newRecords(all.keys, context);
  if (own === undefined) return undefined;
  const { keys, sentAt, confirmed: proven } = all;
  return { keys: own, last: markOf(keys), sentAt, lags, proven };
}

/** How often the whole list is read when it keeps moving. */
const TRIES = 3;

/** Every key, or undefined: a record must not be missing from it, for that would pass for absence. */
export async function confirmedList(
  api: KeysReader,
  signal?: AbortSignal,
  onValue?: OnValue,
): Promise<KeyList | undefined> {
  const list = await latestList(api, signal, undefined, undefined, onValue);
  return list?.confirmed ? list : undefined;
}

/** The list, confirmed if it could be; undefined where there was none to read. */
export async function latestList(
  api: KeysReader,
  signal?: AbortSignal,
  onList: (list: KeyList) => void = () => {},
  onPage?: OnPage,
  onValue?: OnValue,
): Promise<KeyList | undefined> {
  let latest: KeyList | undefined;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const list = await api.list(signal, onPage, onValue);
    if (!list.ok) return latest;
    latest = list.value;
    onList(latest);
    let shown: readonly LiveKey[] = [];
    const confirmed = await api.confirm(latest, signal, (keys) => {
      shown = keys;
    });
    if (!confirmed.ok) return latest;
    if (confirmed.value !== undefined) return confirmed.value;
    // It has moved, and what page 1 shows by now exists as well.
    latest = { ...latest, keys: union(latest.keys, shown) };
  }
  return latest;
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

/** A key that somebody renamed since counts as new under its new name. */
function unknownRecords(
  keys: readonly LiveKey[],
  { list }: Pick<ApplyContext, "list">,
): readonly LiveKey[] {
  const known = namesIn(list);
  return keys.filter((key) => known.get(key.id) !== key.name);
}

/** The names of a list by id, made once: every page that is read later asks for them. */
function namesIn(list: KeyList): ReadonlyMap<number, string> {
  const names = NAMES.get(list) ?? new Map(list.keys.map((key) => [key.id, key.name]));
  NAMES.set(list, names);
  return names;
}

const NAMES = new WeakMap<KeyList, ReadonlyMap<number, string>>();

/**
 * An administrator's token lists every account's keys, so a new record of that name may be somebody
 * else's: never to be adopted, never to be removed.
 */
export function ownRecords(
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
 * The final read-back of a run that was cut short. It has a short time of its own, since whoever
 * stopped the run will not wait; the pages it came to are better than nothing.
 */
export async function finalReadBack(context: ApplyContext): Promise<FinalList | undefined> {
  const controller = createSharedAbort();
  const cancel = context.clock.timer(context.stop.lookMs, () => controller.abort());
  const read = new Map<number, LiveKey>();
  const pages = createPages();
  const onPage: OnPage = (keys, page, total) => {
    pages.add(keys, page, total);
    for (const key of keys) read.set(key.id, key);
  };
  const list = await latestList(context.api, controller.signal, undefined, onPage);
  cancel();
  if (list !== undefined) {
    const keys = new Map(list.keys.map((key) => [key.id, key]));
    return { keys, proven: list.confirmed, downTo: 0 };
  }
  return read.size === 0 ? undefined : { keys: read, proven: false, downTo: pages.downTo() };
}
