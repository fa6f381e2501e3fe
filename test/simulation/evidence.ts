import { stagedName, type DesiredKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { ClientRun } from "./client-run.ts";
import type { Exchange } from "./exchange-log.ts";
import { SCOPE } from "./lives.ts";
import type { History } from "./play-schedule.ts";
import type { Stored } from "./record.ts";
import type { Schedule } from "./schedule.ts";
import type { Step } from "./truth.ts";
import { lagOf } from "./twists.ts";

/** A record as one run was shown it; without `record` the server said that there is none. */
export interface Sight {
  readonly id: number;
  /** By a GET of this key, and not in a list. */
  readonly alone: boolean;
  readonly readAt: number;
  readonly seenAt: number;
  readonly record?: Stored;
}

/** One reading of the list: page 1 and the pages that followed it. */
export interface Look {
  readonly beganAt: number;
  readonly endedAt: number;
  /** What happened before shows in it: it began then, or its replica was that far behind. */
  readonly asOf: number;
  /** The records its answers carried. */
  readonly served: readonly Stored[];
  /** Every page asked for was answered. */
  readonly answered: boolean;
  /** Its pages are of one moment; a look whose pages are not is thrown away and taken again. */
  readonly fits: boolean;
  /** Another one was read at the same time: which page belongs to which cannot be told then. */
  readonly beside: boolean;
  /** Every record is on its pages, and not only the newest. */
  readonly whole: boolean;
  /** The same, with no page asked for twice, nor what confirms it. */
  readonly smooth: boolean;
}

/** What a run may make of a record. */
export interface Wanted {
  readonly key: DesiredKey;
  /** No file declares it. */
  readonly pruned: boolean;
}

/** A broken promise. */
export interface Violation {
  readonly invariant: "a" | "b" | "c" | "d" | "e" | "f" | "g" | "-";
  readonly rule: string;
  readonly detail: string;
}

export interface Evidence {
  readonly history: History;
  readonly declared: ReadonlyMap<string, DesiredKey>;
  /** Those that are to be delivered, by the name they are created with. */
  readonly staged: ReadonlyMap<string, DesiredKey>;
  /** What the file wants of a record: under its name, under the one it had, or by `--prune`. */
  readonly wantedOf: (record: Stored) => Wanted | undefined;
  readonly of: (run: ClientRun) => readonly Exchange[];
  /** How far the replica lags that serves this run's lists, ms. */
  readonly lagOf: (run: ClientRun) => number;
  /**
   * The POSTs of one name by their rounds: what the server refused is sent once more after the deletes of
   * the run, which may have made room.
   */
  readonly rounds: (run: ClientRun, posts: readonly Exchange[]) => readonly (readonly Exchange[])[];
  readonly stepsOf: (id: number) => readonly Step[];
  /** Every time until `time` that the run was shown the record, or was told it is gone. */
  readonly sights: (run: ClientRun, id: number, time: number) => readonly Sight[];
  readonly looks: (run: ClientRun) => readonly Look[];
  /** The pages asked for and answered in that time show every record, whichever look they belong to. */
  readonly wholeWithin: (run: ClientRun, from: number, to: number) => boolean;
  /** The look on which a create told at `toldAt` rests. */
  readonly lookBefore: (run: ClientRun, toldAt: number) => Look | undefined;
  /** The records live under a name during all of a time. */
  readonly liveUnder: (name: string, from: number, to: number) => readonly Stored[];
  /** A 429 came at that time or later: it may outlast the deadline. */
  readonly wasLimited: (run: ClientRun, from: number) => boolean;
  /** A record went in that time. */
  readonly wentWithin: (from: number, to: number) => boolean;
  /** No record appeared or went in that time, so that no list had to be read again. */
  readonly quiet: (from: number, to: number) => boolean;
  /** It became visible longer than a settle time after its id was given out: nobody waits for ever. */
  readonly cameLate: (record: Stored) => boolean;
  readonly personTouched: (name: string) => boolean;
  /** The server ignores a field that is declared for this name, so no run can bring it in line. */
  readonly cannotHold: (name: string) => boolean;
}

export function gatherEvidence(history: History): Evidence {
  const { exchanges, truth, schedule } = history;
  const byRun = new Map<number, Exchange[]>();
  for (const x of exchanges) byRun.set(x.run, [...(byRun.get(x.run) ?? []), x]);
  const byId = new Map<number, Step[]>();
  for (const step of truth.steps) {
    const steps = byId.get(step.id);
    if (steps === undefined) byId.set(step.id, [step]);
    else steps.push(step);
  }
  const first = new Map(schedule.seeded.map((record) => [record.id, record]));
  const ids = new Set([...first.keys(), ...byId.keys()]);
  const of = (run: ClientRun): readonly Exchange[] => byRun.get(run.run) ?? [];
  const known = new Map<ClientRun, readonly Look[]>();
  // Asked for each outcome: gathering them each time was a quarter of a schedule's time.
  const looks = (run: ClientRun): readonly Look[] => {
    const found =
      known.get(run) ?? looksOf(of(run), lagOf(schedule, run), schedule.traits.pageSize);
    known.set(run, found);
    return found;
  };

  const nameIs = (record: Stored | undefined, name: string): boolean => record?.name === name;
  const liveUnder = (name: string, from: number, to: number): readonly Stored[] =>
    [...ids].flatMap((id) => {
      let record = first.get(id);
      let unbroken = true;
      for (const { at, after } of byId.get(id) ?? []) {
        if (at > to) break;
        if (at > from && !(nameIs(record, name) && nameIs(after, name))) unbroken = false;
        record = after;
      }
      return record !== undefined && unbroken && nameIs(record, name) ? [record] : [];
    });
  const declared = new Map(schedule.declared.map((key) => [key.name, key]));
  const renamed = new Map(schedule.declared.map((key) => [key.renamedFrom ?? "", key]));
  renamed.delete("");
  const staged = new Map(
    schedule.declared.flatMap((key) =>
      key.deliver === undefined ? [] : [[stagedName(key.name), key] as const],
    ),
  );
  return {
    history,
    declared,
    staged,
    wantedOf: ({ name }) => {
      const key = declared.get(name) ?? renamed.get(name) ?? staged.get(name);
      if (key !== undefined) return { key, pruned: false };
      const pruned = prunedKey(name, schedule);
      return pruned && { key: pruned, pruned: true };
    },
    of,
    rounds: (run, posts) => {
      const ids = new Set(
        run.plan?.changes.flatMap((one) => (one.action === "delete" ? one.id : [])),
      );
      // Another run may have deleted the key by the time it is read for that.
      const deletes = of(run).filter(
        ({ kind, id }) => kind !== "list" && id !== undefined && ids.has(id),
      );
      const first = posts[0]?.sentAt ?? 0;
      const deletedAt = deletes.find(({ sentAt }) => sentAt > first)?.sentAt ?? Infinity;
      const before = posts.filter(({ sentAt }) => sentAt < deletedAt);
      const after = posts.filter(({ sentAt }) => sentAt >= deletedAt);
      return before.every(({ saw }) => saw === "no") ? [before, after] : [posts];
    },
    stepsOf: (id) => byId.get(id) ?? [],
    sights: (run, id, time) => sightsOf(of(run), id, time),
    lagOf: (run) => lagOf(schedule, run),
    looks,
    wholeWithin: (run, from, to) => {
      const within = of(run).filter(
        ({ kind, sentAt, sawAt = Infinity }) => kind === "list" && sentAt >= from && sawAt <= to,
      );
      return within.some(({ saw }) => saw === "yes") && isWhole(within);
    },
    lookBefore: (run, toldAt) => lookBefore(of(run), looks(run), toldAt),
    liveUnder,
    wasLimited: (run, from) =>
      of(run).some(({ saw, sawAt = 0 }) => saw === "limited" && sawAt >= from),
    wentWithin: (from, to) =>
      truth.steps.some(({ at, after }) => after === undefined && at >= from && at <= to),
    quiet: (from, to) =>
      !truth.steps.some(
        ({ at, before, after }) =>
          at >= from && at <= to && (before === undefined || after === undefined),
      ),
    cameLate: ({ id, created_time }) => {
      const shownAt = byId.get(id)?.find(({ before }) => before === undefined)?.at ?? 0;
      return shownAt - created_time * 1_000 > schedule.settleMs;
    },
    personTouched: (name) => {
      const names = [name, declared.get(name)?.renamedFrom, stagedName(name)];
      const bears = (record: Stored | undefined): boolean =>
        record !== undefined && names.includes(record.name);
      return truth.steps.some(
        ({ by, before, after }) => by.kind === "person" && (bears(before) || bears(after)),
      );
    },
    cannotHold: (name) => {
      const { ignores } = schedule.traits;
      const key = declared.get(name) ?? staged.get(name);
      return ignores !== undefined && Object.hasOwn(key?.fields ?? {}, ignores);
    },
  };
}

/** What `--prune` wants of a key that no file declares, if anything. */
function prunedKey(name: string, { prune, declared }: Schedule): DesiredKey | undefined {
  const [first] = declared;
  if (prune === undefined || first === undefined || !name.startsWith(SCOPE.slice(0, -1))) {
    return undefined;
  }
  if (prune.protect.length > 0 && name.endsWith("-0")) return undefined;
  const base = { name, at: first.at };
  return prune.by === "delete"
    ? { ...base, state: "absent", fields: {} }
    : { ...base, state: "present", fields: { status: "disabled" } };
}

function sightsOf(exchanges: readonly Exchange[], id: number, time: number): readonly Sight[] {
  const sights: Sight[] = [];
  for (const { kind, saw, sawAt, served, readAt, ...x } of exchanges) {
    if (sawAt === undefined || sawAt > time || served === undefined || readAt === undefined) {
      continue;
    }
    if (saw !== "yes" && saw !== "no-such") continue;
    const record = served.find((record) => record.id === id);
    if (record === undefined && !(kind === "get" && x.id === id)) continue;
    sights.push({
      id,
      alone: kind === "get",
      readAt,
      seenAt: sawAt,
      ...(record === undefined ? {} : { record }),
    });
  }
  return sights.sort((a, b) => a.seenAt - b.seenAt);
}

/**
 * The last reading of the list before `toldAt` on which creates can rest: once a run goes on to
 * bring keys in line, it lists only to ask whether a single key is really gone.
 */
function lookBefore(
  exchanges: readonly Exchange[],
  looks: readonly Look[],
  toldAt: number,
): Look | undefined {
  const removed = new Set(exchanges.flatMap(({ kind, id }) => (kind === "delete" ? id : [])));
  const goesOn = exchanges.find(
    ({ kind, id }) => kind === "put" || kind === "status" || (kind === "get" && !removed.has(id)),
  );
  const until = Math.min(toldAt, goesOn?.sentAt ?? Infinity);
  return looks.findLast(({ beganAt }) => beganAt <= until);
}

function looksOf(exchanges: readonly Exchange[], lag: number, pageSize: number): readonly Look[] {
  const looks: Exchange[][] = [];
  for (const x of exchanges) {
    if (x.kind !== "list") continue;
    if (x.page === 1) looks.push([x]);
    else looks.at(-1)?.push(x);
  }
  return looks.map((pages, index) => {
    const beside = looks.some((other) => overlap(pages, other));
    return {
      beganAt: pages[0]?.sentAt ?? 0,
      endedAt: Math.max(...pages.map(({ sawAt }) => sawAt ?? Infinity)),
      asOf: (pages[0]?.sentAt ?? 0) - lag,
      served: pages.flatMap(({ saw, served = [] }) => (saw === "yes" ? served : [])),
      answered: pages.every(
        ({ page, saw, sawAt = Infinity }) =>
          saw === "yes" ||
          // Sent after it: an answer that came meanwhile is that of an earlier look's retry.
          pages.some(
            (other) => other.page === page && other.saw === "yes" && other.sentAt >= sawAt,
          ),
      ),
      fits: fitTogether(pages, pageSize) && !beside,
      beside,
      whole: isWhole(pages),
      smooth:
        isWhole(pages) &&
        pages.every(({ saw }) => saw === "yes") &&
        !isUnanswered(looks[index - 1]) &&
        !isUnanswered(looks[index + 1]),
    };
  });
}

/** A first page alone: it is asked for once more, for the same list or to confirm the one before. */
function isUnanswered(look: readonly Exchange[] = []): boolean {
  return look.length === 1 && look[0]?.saw !== "yes";
}

function isWhole(asked: readonly Exchange[]): boolean {
  const pages = asked.filter(({ saw }) => saw === "yes");
  const ids = new Set(pages.flatMap(({ served = [] }) => served.map(({ id }) => id)));
  return pages.every(({ total }) => total === ids.size);
}

function overlap(one: readonly Exchange[], other: readonly Exchange[]): boolean {
  const [a, b] = [one, other].map((pages) => ({
    from: pages[0]?.sentAt ?? 0,
    to: Math.max(...pages.map(({ sawAt }) => sawAt ?? Infinity)),
  }));
  return one !== other && a !== undefined && b !== undefined && a.from < b.to && b.from < a.to;
}

function fitTogether(asked: readonly Exchange[], pageSize: number): boolean {
  const pages = asked.filter(({ saw }) => saw === "yes");
  const [total, ...others] = new Set(pages.flatMap((page) => page.total ?? []));
  const ids = pages.flatMap(({ served = [] }) => served.map(({ id }) => id));
  const short = pages.some(({ served = [] }) => served.length < pageSize);
  const whole = short || pages.length * pageSize >= (total ?? 0);
  const unique = new Set(ids).size;
  return others.length === 0 && unique === ids.length && (!whole || unique === total);
}

/** What a run said about a name, if it came to say anything. */
export function outcomeOf(run: ClientRun, name: string): Outcome | undefined {
  return run.outcomes?.find((outcome) => outcome.name === name);
}

/** Requests that may have reached the server: a 429 and a connection refused have not. */
export function mayHaveArrived({ saw }: Exchange): boolean {
  return saw !== "limited" && saw !== "not-sent";
}
