import type { ApiError } from "../api/api-result.ts";
import type { LiveKey } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApplyContext } from "./context.ts";
import { floorOf, markOf, newRecords } from "./find-created.ts";

/** Knowledge of the list that creates may rest on while they go on. */
export interface FreshList {
  /** A list has shown a record of this name that the plan's list did not have. */
  readonly shows: (name: string) => boolean;
  /**
   * Whether a create whose turn has come may be sent. The list it rests on was asked for within
   * half the settle time; or it is one that was begun after the create's turn had come (`turnAt`)
   * and has just been read, however long that took: a slow list makes a run slow, never stuck. After
   * a 429 (`limitedAt`) that no longer holds: the pause makes such a list old, also one that it came in
   * the middle of, where that took longer than the settle time.
   */
  readonly allows: (turnAt: number | undefined, limitedAt?: number) => boolean;
  /** Starts a relist beside the creates when the list is about to become too old. */
  readonly keep: () => void;
  /** Waits for a list that was asked for at `since` or later. */
  readonly renew: (since: number) => Promise<Result<void, ApiError>>;
  /** A look at the list is knowledge too, and replaces what was known before. */
  readonly learn: (seen: Reading) => void;
  /** A page that a list showed, also of one that comes to nothing: what it shows exists. */
  readonly see: (page: readonly LiveKey[]) => void;
  /** A list has come to its end: there is no page left on which a second key could stand. */
  readonly seeEnd: () => void;
  /** The server has accepted a create of this name, so a list asked for from now on has to show it. */
  readonly expect: (name: string) => void;
  /** Whether a relist did not show a name that it should have: the list lags behind. */
  readonly lags: () => boolean;
  /** The records shown so far that the plan's list did not have. */
  readonly seen: () => readonly LiveKey[];
  /** Those of them that have this name. */
  readonly named: (name: string) => readonly LiveKey[];
  /** Whether a list has shown a new record under a name, whatever its name is by now. */
  readonly hadName: (id: number, name: string) => boolean;
  /** Whether only a page of a list with a gap, or without its end, showed it: a second may be there. */
  readonly isPartial: (id: number) => boolean;
  /** Records of relists that were overtaken by a look: they may be gone, or may be newer than it. */
  readonly late: () => readonly LiveKey[];
  /** When the newest of the lists behind it was asked for, by the clock's `now`, ms. */
  readonly seenAt: () => number;
  /** The same, of the newest that had no gap. */
  readonly wholeAt: () => number;
}

/** What a list showed, and when. */
export interface Reading {
  /** The records that the plan's list did not have. */
  readonly keys: readonly LiveKey[];
  /** The highest id. */
  readonly last: number;
  /** When it was asked for, by the clock's `now`, ms. */
  readonly sentAt: number;
}

/** How much of half the settle time is left when a relist is started ahead of need. */
const AHEAD = 1 / 16;

/**
 * Keeps the list fresh while keys are created. Another run may create the same names meanwhile: as
 * no create rests on a list older than half the settle time, two runs' records of one name are made
 * within a settle time of each other, and the later one can be told to be a duplicate.
 */
export function createFreshList(context: ApplyContext): FreshList {
  const { api, clock, settleMs } = context;
  const halfMs = settleMs / 2;
  const { keys, sentAt } = context.list;
  let records = createRecords([]);
  let newest: Omit<Reading, "keys"> = { last: markOf(keys), sentAt };
  /** The last that had no gap: the next relist goes down to it. */
  let base = newest;
  /** The ids of all keys that a list has shown, whoever's they are. */
  const known = new Set(keys.map(({ id }) => id));
  let readAt = sentAt;
  let relisting: Promise<Result<void, ApiError>> | undefined;
  /** Names a list has to show from a moment on. */
  const expected = new Map<string, number>();
  let lags = false;
  const late = new Map<number, LiveKey>();
  /** A relist that failed after all its tries ends the creating. */
  let failure: ApiError | undefined;

  const partial = new Set<number>();
  const shownNames = new Set<string>();

  const learn = (reading: Reading, hasGap = false): void => {
    newest = reading;
    if (!hasGap) {
      base = reading;
      partial.clear();
    }
    failure = undefined;
    readAt = clock.now();
    records = createRecords(reading.keys);
  };
  const note = (page: readonly LiveKey[]): void => {
    for (const { id } of page) known.add(id);
  };
  const see = (page: readonly LiveKey[]): void => {
    note(page);
    for (const key of newRecords(page, context) ?? []) {
      shownNames.add(`${key.id} ${key.name}`);
      if (!records.has(key.id)) partial.add(key.id);
      records.put(key);
    }
  };
  const seeLate = (page: readonly LiveKey[]): void => {
    for (const key of newRecords(page, context) ?? []) late.set(key.id, key);
  };
  const relist = async (): Promise<Result<void, ApiError>> => {
    const { last } = base;
    const floor = floorOf([...keys, ...records.all()], base.sentAt, context);
    const begunAt = clock.now();
    // A relist may come to nothing, and what its pages showed exists all the same.
    const onPage = (page: readonly LiveKey[]): void => {
      if (begunAt >= newest.sentAt) return see(page);
      seeLate(page);
    };
    const read = await api.listSince({ last, known: new Set(known), floor }, onPage);
    if (read.ok) note(read.value.keys);
    const own = read.ok ? newRecords(read.value.keys, context) : undefined;
    if (!read.ok || own === undefined) {
      failure = read.ok ? { code: "server-refused", message: WHOSE } : read.error;
      return err(failure);
    }
    // A look that was asked for later knows better, and has been answered meanwhile. But a slow server
    // may have read this list after it.
    if (read.value.sentAt < newest.sentAt) {
      seeLate(own);
      return ok(undefined);
    }
    // It shows only the newest keys, so it adds to what is known and takes nothing back.
    const ids = new Set(own.map(({ id }) => id));
    const before = records.all().filter(({ id }) => !ids.has(id));
    const reached = Math.max(last, markOf(read.value.keys));
    const reading = { keys: [...own, ...before], last: reached, sentAt: read.value.sentAt };
    learn(reading, read.value.hasGap);
    for (const [name, from] of expected) {
      if (records.of(name).length > 0) expected.delete(name);
      else lags ||= from <= newest.sentAt;
    }
    return ok(undefined);
  };
  const run = (): Promise<Result<void, ApiError>> => {
    relisting ??= relist().finally(() => {
      relisting = undefined;
    });
    return relisting;
  };

  return {
    shows: (name) => records.of(name).length > 0,
    allows: (turnAt, limitedAt = -Infinity) => {
      const now = clock.now();
      if (now - newest.sentAt <= halfMs) return true;
      if (turnAt === undefined || newest.sentAt < turnAt) return false;
      // Page 1 was read before a pause within the list, and a pause can last for minutes.
      const isPaused = limitedAt >= newest.sentAt && readAt - newest.sentAt > settleMs;
      return !isPaused && limitedAt < readAt && now - readAt <= halfMs;
    },
    keep: () => {
      if (failure !== undefined) return;
      if (clock.now() - newest.sentAt >= halfMs * (1 - AHEAD)) void run();
    },
    renew: async (since) => {
      while (newest.sentAt < since) {
        if (failure !== undefined) return err(failure);
        const done = await run();
        if (!done.ok) return done;
      }
      return ok(undefined);
    },
    learn,
    see,
    seeEnd: () => partial.clear(),
    expect: (name) => void expected.set(name, clock.now()),
    lags: () => lags,
    seen: () => records.all(),
    named: (name) => records.of(name),
    hadName: (id, name) => shownNames.has(`${id} ${name}`),
    isPartial: (id) => partial.has(id),
    late: () => [...late.values()],
    seenAt: () => newest.sentAt,
    wholeAt: () => base.sentAt,
  };
}

/** Records as they were seen last, by id and by name: pages add to them one by one. */
function createRecords(keys: readonly LiveKey[]) {
  const byId = new Map<number, LiveKey>();
  const byName = new Map<string, Map<number, LiveKey>>();
  const put = (key: LiveKey): void => {
    const before = byId.get(key.id);
    if (before !== undefined) byName.get(before.name)?.delete(key.id);
    byId.set(key.id, key);
    const named = byName.get(key.name) ?? new Map<number, LiveKey>();
    byName.set(key.name, named.set(key.id, key));
  };
  for (const key of keys) put(key);
  return {
    put,
    has: (id: number): boolean => byId.has(id),
    all: (): readonly LiveKey[] => [...byId.values()],
    of: (name: string): readonly LiveKey[] => [...(byName.get(name)?.values() ?? [])],
  };
}

const WHOSE = "new keys of several accounts are in the list, and it cannot be told which are ours";
