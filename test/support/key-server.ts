import type { ApiError, WriteAnswer } from "../../src/api/api-result.ts";
import { createStop } from "../../src/run/stop.ts";
import { type StopReason, sleep, type Clock } from "../../src/model/ports.ts";
import type { ApplyContext } from "../../src/apply/context.ts";
import type { Event } from "../../src/model/events.ts";
import type { FullRecord, LiveKey } from "../../src/model/key.ts";
import { err, ok, type Result } from "../../src/model/result.ts";
import { applyContext, keyList } from "./apply-context.ts";
import { NOW } from "./records.ts";
import { storeReplace, storeStatus, use } from "./stored-records.ts";

/** The calls an update or a delete makes, as the log and the script name them. */
export type Call = "get" | "list" | "put" | "status" | "delete";

/** What one call meets beside the server's own work. */
export interface Twist {
  /** Happens before the server does its part: another hand, or use of the key. */
  readonly first?: (keys: Hand) => void;
  /** What the client is told, whatever the server did. */
  readonly says?: WriteAnswer;
  /** When a write is stored, ms after its request; `false` is never. At once unless given. */
  readonly stores?: number | false;
  /** A field that keeps its old value. */
  readonly drops?: keyof LiveKey;
  /** How long the answer takes, ms. */
  readonly takes?: number;
  /** The read shows what was live so many ms ago; of a `get`, `"hidden"` shows no record. */
  readonly behind?: number | "hidden";
  readonly fails?: ApiError;
  /** The list moves while it is read, so that it cannot be confirmed. */
  readonly moves?: true;
}

export interface Script {
  /** What the first, second, … call of a kind meets; later ones meet nothing. */
  readonly calls?: Partial<Record<Call, readonly Twist[]>>;
  /** How far reads are behind that no twist is meant for, ms. */
  readonly behind?: number;
  /** The server takes the body of a status request as the whole new record. */
  readonly replacesOnStatus?: true;
  /** Timers fire too early by this share of their time. */
  readonly early?: number;
  /** The run is stopped this long after it began, ms. */
  readonly stop?: { readonly at: number; readonly reason: StopReason };
}

/** Another hand on the keys. */
export interface Hand {
  readonly set: (id: number, fields: Partial<LiveKey>) => void;
  readonly use: (id: number, units: number) => void;
  readonly drop: (id: number) => void;
  readonly add: (key: LiveKey) => void;
  readonly stop: (reason: StopReason) => void;
}

export interface KeyServer {
  /** Runs to the end on a clock of its own. */
  readonly run: <T>(work: (context: ApplyContext) => Promise<T>) => Promise<T>;
  /** The calls in order, each after the whole seconds since the start: `0 get, 0 put, 5 get`. */
  readonly log: () => string;
  readonly live: () => readonly LiveKey[];
  /** The count of connections that never opened each write was told. */
  readonly unopened: readonly number[];
  /** The waits that were said, ms. */
  readonly waits: readonly number[];
}

const ACCEPTED: WriteAnswer = { kind: "accepted" };

/**
 * Keys in memory behind the calls `src/apply` makes, on the virtual clock. It stores as the server
 * does, and each call can be told what goes wrong with it.
 */
export function keyServer(records: readonly LiveKey[], script: Script = {}): KeyServer {
  const log: string[] = [];
  const unopened: number[] = [];
  const waits: number[] = [];
  const counts = new Map<Call, number>();
  const states = [{ at: -Infinity, keys: records }];

  const now = (): number => context.clock.now();
  const seconds = (): number => Math.floor(now() / 1000);
  const liveAt = (at: number): readonly LiveKey[] =>
    states.findLast((state) => state.at <= at)?.keys ?? [];
  const live = (): readonly LiveKey[] => liveAt(now());
  const change = (id: number, how: (key: LiveKey) => readonly LiveKey[]): void => {
    states.push({ at: now(), keys: live().flatMap((key) => (key.id === id ? how(key) : [key])) });
  };
  const hand: Hand = {
    set: (id, fields) => change(id, (key) => [{ ...key, ...fields }]),
    use: (id, units) => change(id, (key) => [use(key, units, seconds())]),
    drop: (id) => change(id, () => []),
    add: (key) => void states.push({ at: now(), keys: [...live(), key] }),
    stop: (reason) => stop.begin(reason),
  };
  const begin = (call: Call): Twist => {
    log.push(`${Math.floor((now() - NOW * 1000) / 1000)} ${call}`);
    const count = counts.get(call) ?? 0;
    counts.set(call, count + 1);
    const twist = script.calls?.[call]?.[count] ?? {};
    twist.first?.(hand);
    return twist;
  };
  let moved = false;
  const read = async (call: Call): Promise<Result<readonly LiveKey[], ApiError>> => {
    const { behind = script.behind ?? 0, takes = 0, fails, moves = false } = begin(call);
    moved = moves;
    const keys = behind === "hidden" ? [] : liveAt(now() - behind);
    if (takes > 0) await sleep(context.clock, takes);
    return fails === undefined ? ok(keys) : err(fails);
  };
  const write = async (
    call: Call,
    id: number,
    failed: number,
    store: (key: LiveKey) => readonly LiveKey[],
  ): Promise<WriteAnswer> => {
    unopened.push(failed);
    const { says, stores = 0, drops, takes = 0 } = begin(call);
    const kept = (key: LiveKey): readonly LiveKey[] =>
      store(key).map((stored) =>
        drops === undefined ? stored : { ...stored, [drops]: key[drops] },
      );
    let answer: WriteAnswer = ACCEPTED;
    if (!live().some((key) => key.id === id)) {
      answer = { kind: "refused", message: "record not found" };
    } else if (stores === 0) {
      try {
        change(id, kept);
      } catch (error) {
        answer = { kind: "refused", message: String(error) };
      }
    } else if (stores !== false) {
      context.clock.timer(stores, () => change(id, kept));
    }
    if (takes > 0) await sleep(context.clock, takes);
    return says ?? answer;
  };

  const base = applyContext(
    {
      get: async (id) => {
        const keys = await read("get");
        return keys.ok ? ok(keys.value.find((key) => key.id === id)) : keys;
      },
      list: async () => {
        const keys = await read("list");
        return keys.ok ? ok({ ...keyList(keys.value, now()), confirmed: !moved }) : keys;
      },
      confirm: async (list) => ok(list.confirmed ? list : undefined),
      replace: (body, failed = 0) =>
        write("put", body.id, failed, (key) => [storeReplace(key, body)]),
      setStatus: (body, failed = 0) =>
        write("status", body.id, failed, (key) => [statusStored(key, body, script, seconds())]),
      remove: (id, failed = 0) => write("delete", id, failed, () => []),
    },
    records,
  );
  const stop = createStop(base.clock, 900_000);
  const emit = (event: Event): void => void (event.type === "wait" && waits.push(event.ms));
  const { early = 0 } = script;
  const clock: Clock = {
    ...base.clock,
    timer: (ms, fire) => base.clock.timer(ms * (1 - early), fire),
  };
  const context: ApplyContext = { ...base, clock, stop, emit };
  if (script.stop !== undefined) {
    const { at, reason } = script.stop;
    context.clock.timer(at, () => stop.begin(reason));
  }
  return {
    run: (work) => base.until(work(context)),
    log: () => log.join(", "),
    live,
    unopened,
    waits,
  };
}

function statusStored(key: LiveKey, body: FullRecord, script: Script, now: number): LiveKey {
  const stored = storeStatus(key, body.status, now);
  return script.replacesOnStatus ? { ...storeReplace(key, body), status: stored.status } : stored;
}
