import type { ApiError, WriteAnswer } from "../../src/api/api-result.ts";
import type { OnPage, OnValue } from "../../src/api/list-page.ts";
import type { Revealed } from "../../src/api/reveal-keys.ts";
import type { Trial } from "../../src/api/try-key.ts";
import type { Written } from "../../src/api/client.ts";
import { createStop } from "../../src/run/stop.ts";
import { type StopReason, sleep } from "../../src/model/ports.ts";
import { applyPlan } from "../../src/apply/apply-plan.ts";
import type { ApplyContext, Delivery } from "../../src/apply/context.ts";
import type { Event } from "../../src/model/events.ts";
import { namesOf, type DesiredKey, type LiveKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { err, ok, type Result } from "../../src/model/result.ts";
import { Secret } from "../../src/model/secret.ts";
import { destinationOf } from "../../src/model/sink.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { applyContext, keyList } from "./apply-context.ts";
import { planOptions } from "./plan-scenario.ts";
import { liveKey, NOW } from "./records.ts";
import { storeReplace, storeStatus } from "./stored-records.ts";

/** What one POST meets. */
export interface Fate {
  /** What the client is told, whatever the server did. */
  readonly says?: WriteAnswer;
  /** When the key is stored, ms after the request; `false` is never. At once unless given. */
  readonly stores?: number | false;
  /** Fields the server stores otherwise than asked. */
  readonly as?: Partial<LiveKey>;
  /** How long the answer takes, ms; 10 unless given. */
  readonly takes?: number;
  /** Held back so long before its turn, ms, as by a 429. */
  readonly held?: number;
  /** Never sent: the server takes no connection. */
  readonly unopened?: true;
  /** The earliest time by the server's clock at which it can have been carried out, ms. */
  readonly notBefore?: number;
}

export interface CreateScript {
  /** What the first, second, … POST of a name meets. */
  readonly posts?: Readonly<Record<string, readonly Fate[]>>;
  /** Keys that are there when the plan is made. */
  readonly listed?: readonly LiveKey[];
  /** Another hand makes these, ms after the start. */
  readonly others?: readonly { readonly at: number; readonly key: LiveKey }[];
  /** Or does something else, ms after the start. */
  readonly hands?: readonly { readonly at: number; readonly act: (keys: Keys) => void }[];
  /** How long every POST waits for its turn, ms. */
  readonly turnsTake?: number;
  /** How long every relist takes, ms. */
  readonly relistsTake?: number;
  /** How far every list is behind, ms. */
  readonly behind?: number;
  /** Lists that fail: the number of each, the first after the plan's being 1. */
  readonly failing?: readonly number[];
  /** Those of them that showed all their pages before, and then did not fit together. */
  readonly torn?: readonly number[];
  /** How many of the newest keys such pages hold; all, where it is not said. */
  readonly tornAt?: number;
  /** Deletes that are answered without a word, by number. */
  readonly lostDeletes?: readonly number[];
  /** Deletes that a rate limit keeps from being sent, by number. */
  readonly heldDeletes?: readonly number[];
  /** Deletes that do nothing, by number. */
  readonly vainDeletes?: readonly number[];
  readonly stop?: { readonly at: number; readonly reason: StopReason };
  /** `--prune`, in a scope that covers all names. */
  readonly prunes?: true;
  readonly concurrency?: number;
  /** What becomes of a delivery, by its place; where nothing is said, the place takes the key. */
  readonly places?: Readonly<Record<string, (name: string, keys: Keys) => string | undefined>>;
  /** How long every place takes for it, ms. */
  readonly placesTake?: number;
  /** What a key does where it is tried; it is not tried unless given. */
  readonly trial?: Trial;
  /** `--keys-out`. */
  readonly keysOut?: true;
  /** Lists mask the keys. */
  readonly masked?: true;
  /** What the n-th call that shows keys is answered; all it asks for unless given. */
  readonly reveals?: readonly Revealed[];
  readonly deadlineMs?: number;
  /** How many keys the account has room for; a POST beyond is refused. */
  readonly room?: number;
  /** What the monotonic clock reads at the start, ms; the time of day unless given. */
  readonly clockFrom?: number;
  /** Called after every list with its number. */
  readonly onList?: (number: number, keys: Keys) => void;
  /** Called before every update is stored. */
  readonly onPut?: (keys: Keys) => void;
  /** What the n-th update is told, and whether it is stored; accepted and stored unless given. */
  readonly puts?: readonly { readonly says: WriteAnswer; readonly stores: boolean }[];
  /** Reads of one key that fail, by number. */
  readonly failingGets?: readonly number[];
  /** How long the read of one key takes, ms. */
  readonly getsTake?: number;
}

/** The keys as another hand changes them. */
export interface Keys {
  readonly add: (key: LiveKey) => void;
  readonly drop: (id: number) => void;
}

export interface Applied {
  readonly outcomes: readonly Outcome[];
  /** Every call, after whole seconds since the start: `0 POST a, 0 newest`. */
  readonly log: string;
  /** `id name` of what is live at the end. */
  readonly live: readonly string[];
  readonly waits: readonly string[];
  /** `place ← id of the key, name it had then`. */
  readonly delivered: readonly string[];
}

/** The value of the key of an id. */
export function valueOf(id: number): string {
  return `Value${id}`.padEnd(48, "x");
}

const AT = { file: "keys.yaml", line: 2, column: 8 };

const ACCEPTED: WriteAnswer = { kind: "accepted" };

const GONE: ApiError = { code: "server-unreachable", message: "gone" };

/** Applies declared keys to a server in memory, on a clock of its own: settle 5 s, mark 10. */
export async function applyTo(
  desired: readonly DesiredKey[],
  script: CreateScript = {},
): Promise<Applied> {
  const listed = script.listed ?? [liveKey({ id: 10, name: "listed" })];
  const log: string[] = [];
  const waits: string[] = [];
  const posted = new Map<string, number>();
  let states: readonly { readonly at: number; readonly keys: readonly LiveKey[] }[] = [
    { at: -Infinity, keys: listed },
  ];
  let lists = 0;
  let deletes = 0;
  let lastId = 10;

  const note = (call: string): void => {
    log.push(`${Math.floor((base.clock.now() - NOW * 1000) / 1000)} ${call}`);
  };
  const { clockFrom = NOW * 1000 } = script;
  const now = (): number => base.clock.now() - NOW * 1000 + clockFrom;
  const keysAt = (at: number): readonly LiveKey[] =>
    states.findLast((state) => state.at <= at)?.keys ?? [];
  const live = (): readonly LiveKey[] => keysAt(base.clock.now());
  const set = (keys: readonly LiveKey[]): void => {
    states = [...states, { at: base.clock.now(), keys }];
  };
  const add = (key: LiveKey): void => set([key, ...live()]);
  const drop = (id: number): void => set(live().filter((key) => key.id !== id));
  const delivered: string[] = [];
  const take = (place: string, key: Secret): string | undefined => {
    const owner = live().find(({ id }) => key.reveal() === `sk-${valueOf(id)}`);
    note(`→ ${place}`);
    delivered.push(`${place} ← ${owner?.id}, ${owner?.name}`);
    return script.places?.[place]?.(owner?.name ?? "", { add, drop });
  };
  const taken = (refusal: string | undefined): Result<undefined, string> =>
    refusal === undefined ? ok(undefined) : err(refusal);
  let reveals = 0;
  let gets = 0;
  let puts = 0;
  const list = async (call: string, onPage: OnPage = () => {}, onValue: OnValue = () => {}) => {
    lists += 1;
    const number = lists;
    note(call);
    const sentAt = now();
    const readAt = base.clock.now() - (script.behind ?? 0);
    const keys = keysAt(readAt).toSorted((a, b) => b.id - a.id);
    if (script.torn?.includes(number)) onPage(keys.slice(0, script.tornAt), 1, keys.length);
    if (script.failing?.includes(number)) return err(GONE);
    script.onList?.(number, { add, drop });
    if (call === "relist") await sleep(base.clock, script.relistsTake ?? 0);
    for (const { id } of script.masked ? [] : keys) onValue(id, new Secret(valueOf(id)));
    return ok({ ...keyList(keys, sentAt), total: keys.length, whole: false, hasGap: false });
  };

  const base = applyContext(
    {
      create: async (body, { mayGo, unopened }): Promise<Written> => {
        const count = posted.get(body.name) ?? 0;
        const fate = script.posts?.[body.name]?.[count] ?? {};
        const { says, stores = 0, as, takes = 10, held = 0, notBefore } = fate;
        const waits = held + (script.turnsTake ?? 0);
        if (waits > 0) await sleep(base.clock, waits);
        if (context.stop.writes.aborted) {
          const reason = "the run was interrupted";
          return { answer: { kind: "not-carried-out", code: "interrupted", reason } };
        }
        if (fate.unopened) {
          posted.set(body.name, count + 1);
          note(`no connection for ${body.name}, ${unopened} before`);
          return { answer: { kind: "paused", unopened: true } };
        }
        const limitedAt = held > 0 ? now() - held : -Infinity;
        if (!mayGo({ waitedMs: held, paused: held > 0, limitedAt })) {
          if (held > 0) posted.set(body.name, count + 1);
          return { answer: { kind: "paused" } };
        }
        posted.set(body.name, count + 1);
        note(`POST ${body.name}`);
        const sentAt = now();
        lastId += 1;
        const id = lastId;
        const store = (): void => {
          const seconds = Math.floor(base.clock.now() / 1000);
          const made = { created_time: seconds, accessed_time: seconds };
          add(liveKey({ ...body, allow_ips: body.allow_ips ?? "", ...made, id, ...as }));
        };
        const isFull = live().length >= (script.room ?? Infinity);
        if (isFull && says === undefined) {
          await sleep(base.clock, takes);
          return { answer: { kind: "refused", message: "no room" }, sentAt };
        }
        if (stores === 0) store();
        else if (stores !== false) base.clock.timer(stores, store);
        await sleep(base.clock, takes);
        const answer = says ?? { kind: "accepted" };
        return { answer, sentAt, ...(notBefore === undefined ? {} : { notBefore }) };
      },
      list: (_signal, onPage, onValue) => list("list", onPage, onValue),
      reveal: async (ids) => {
        reveals += 1;
        note(`reveal ${ids.length}`);
        const said = script.reveals?.[reveals - 1];
        if (said !== undefined) return said;
        const shown = ids.map((id) => [id, new Secret(valueOf(id))] as const);
        return { kind: "shown", keys: new Map(shown) };
      },
      listNewest: (_floor, onPage) => list("newest", onPage),
      listSince: () => list("relist"),
      get: async (id) => {
        gets += 1;
        await sleep(base.clock, script.getsTake ?? 0);
        if (script.failingGets?.includes(gets)) return err(GONE);
        return ok(live().find((key) => key.id === id));
      },
      replace: async (body) => {
        note(`PUT ${body.id}`);
        script.onPut?.({ add, drop });
        const { says, stores } = script.puts?.[puts] ?? { says: ACCEPTED, stores: true };
        puts += 1;
        if (stores) set(live().map((key) => (key.id === body.id ? storeReplace(key, body) : key)));
        return says;
      },
      setStatus: async (body) => {
        note(`STATUS ${body.id}`);
        const store = (key: LiveKey): LiveKey => storeStatus(key, body.status, NOW);
        set(live().map((key) => (key.id === body.id ? store(key) : key)));
        return { kind: "accepted" };
      },
      remove: async (id) => {
        deletes += 1;
        if (script.heldDeletes?.includes(deletes)) {
          return { kind: "not-carried-out", code: "server-limit", reason: "limited" };
        }
        note(`DELETE ${id}`);
        if (!script.vainDeletes?.includes(deletes)) drop(id);
        const lost = script.lostDeletes?.includes(deletes) ?? false;
        return lost ? { kind: "unknown", reason: "reset" } : { kind: "accepted" };
      },
    },
    listed,
  );
  const stop = createStop(base.clock, script.deadlineMs ?? 900_000);
  const emit = (event: Event): void => {
    if (event.type === "wait") waits.push(`${event.ms} ${event.what}`);
  };
  const declared = new Set(desired.flatMap(namesOf));
  const { trial, keysOut } = script;
  const delivery: Delivery = {
    deliver: async (sink, key) => {
      await sleep(base.clock, script.placesTake ?? 0);
      return taken(take(destinationOf(sink), key));
    },
    ...(trial === undefined ? {} : { tryKey: async () => trial }),
    ...(keysOut ? { keysOut: async (name, key) => taken(take(`out ${name}`, key)) } : {}),
  };
  const concurrency = script.concurrency ?? 4;
  const clock = { ...base.clock, now };
  const planned = { ...base.list, sentAt: now() };
  const context: ApplyContext = {
    ...base,
    clock,
    list: planned,
    stop,
    emit,
    declared,
    delivery,
    concurrency,
  };
  for (const { at, key } of script.others ?? []) base.clock.timer(at, () => add(key));
  for (const { at, act } of script.hands ?? []) base.clock.timer(at, () => act({ add, drop }));
  if (script.stop !== undefined) {
    const { at, reason } = script.stop;
    base.clock.timer(at, () => stop.begin(reason));
  }
  const plan = planKeys(
    { keys: desired, files: [], scopes: [{ glob: "*", isEmpty: false, at: AT }], protect: [] },
    listed,
    planOptions(script.prunes ? { prune: {} } : {}, NOW),
  );
  const outcomes = await base.until(applyPlan(plan, context));
  return {
    outcomes,
    log: log.join(", "),
    live: live().map(({ id, name }) => `${id} ${name}`),
    waits,
    delivered,
  };
}
