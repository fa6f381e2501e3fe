import { MAX_SENT_QUOTA } from "../../src/model/quota.ts";
import { STATUS } from "../../src/model/status.ts";
import { altered, type Alteration } from "./altered-name.ts";
import type { Exchange } from "./exchange-log.ts";
import type { Choices } from "./random.ts";
import { REPLACED, shown, type Replaced, type Stored } from "./record.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Actor, Truth } from "./truth.ts";

/** How servers of this family differ. */
export interface ServerTraits {
  readonly pageSize: number;
  /** Without it the body of a status request replaces the record, as every other PUT. */
  readonly knowsStatusOnly: boolean;
  readonly keyLimit: number;
  /** The longest time between giving out an id and showing the record, ms. */
  readonly commitMs: number;
  /** The longest time between reading a page's items and its total, ms. */
  readonly countMs: number;
  readonly owner: number;
  /** `GET /api/user/self` answers. */
  readonly tellsOwner: boolean;
  /** How far the replicas lag that serve lists, ms; each run reads one of them. */
  readonly replicas: readonly number[];
  /** A GET of one key is served by the same replica, not by the primary. */
  readonly getsLag: boolean;
  /** By how much the clock behind `Date` is ahead of `created_time`, ms; undefined: no `Date`. */
  readonly dateAheadMs: number | undefined;
  /** What the server makes of a name on create. */
  readonly alters: Alteration | undefined;
  /** A field of the body that the server never heeds. */
  readonly ignores: Exclude<Replaced, "name"> | undefined;
  /** The longest time a create takes before it is stored and after it, ms. */
  readonly slowPost: { readonly beforeMs: number; readonly afterMs: number };
  /** The longest time a list page takes before it is read, ms. */
  readonly slowListMs: number;
  /** The longest time a request and its answer are on their way beside the usual, ms. */
  readonly latencyMs: number;
}

/** A server without the traits that only some schedules have. */
export const PLAIN = {
  replicas: [0],
  getsLag: false,
  dateAheadMs: 0,
  alters: undefined,
  ignores: undefined,
  slowPost: { beforeMs: 0, afterMs: 0 },
  slowListMs: 0,
  latencyMs: 0,
} as const satisfies Partial<ServerTraits>;

export interface Reply {
  readonly success: boolean;
  readonly message: string;
  readonly data?: unknown;
}

/** What a fault does to the handling of a request. */
export interface Meddling {
  /** The commit comes this much later, ms; the id has been given out before. */
  readonly commitLater?: number;
  /** One field of the body is ignored. */
  readonly dropField?: boolean;
}

export interface ModelServer {
  readonly handle: (x: Exchange, meddling: Meddling, answer: (reply: Reply) => void) => void;
}

interface Tools {
  readonly truth: Truth;
  readonly scheduler: Scheduler;
  readonly choices: Choices;
  /** Choices of the traits that only some schedules have, so that the others play as without them. */
  readonly extra: Choices;
  readonly traits: ServerTraits;
  /** Lists show whole keys. */
  readonly showsKeys: boolean;
  /** How far the replica lags that serves a run, ms. */
  readonly lagOf: (run: number) => number;
}

/**
 * The server as its documentation and recordings describe it, built for the simulation alone: no
 * id in a create's answer, names that may repeat, a PUT that replaces the record and echoes the
 * request, lists in two steps and from replicas that lag, records that become visible out of order.
 */
export function createModelServer(tools: Tools): ModelServer {
  const { truth, scheduler, choices, extra, traits } = tools;
  const show = (record: Stored): Record<string, unknown> => shown(record, tools.showsKeys);
  /** After a time that only slow servers take; at once, with no event of its own, on the others. */
  const slowly = (ms: number, act: () => void): void => {
    if (ms === 0) return act();
    scheduler.after(ms, () => {
      act();
      return false;
    });
  };
  const later = (ms: number, act: () => void): void => {
    scheduler.after(choices.next() * ms, () => {
      act();
      return false;
    });
  };

  function list(x: Exchange, answer: (reply: Reply) => void): void {
    const page = x.page ?? 1;
    const lag = tools.lagOf(x.run);
    x.readAt = scheduler.now() - lag;
    const live = truth.liveAt(x.readAt);
    const ids = [...live.keys()].sort((a, b) => b - a);
    const from = (page - 1) * traits.pageSize;
    const items = ids.slice(from, from + traits.pageSize).flatMap((id) => live.get(id) ?? []);
    x.served = items;
    later(traits.countMs, () => {
      x.total = truth.liveAt(scheduler.now() - lag).size;
      const counts = { page, page_size: traits.pageSize, total: x.total };
      answer(yes({ ...counts, items: items.length === 0 ? null : items.map(show) }));
    });
  }

  function get(x: Exchange, answer: (reply: Reply) => void): void {
    x.readAt = scheduler.now() - (traits.getsLag ? tools.lagOf(x.run) : 0);
    const record = truth.liveAt(x.readAt).get(x.id ?? 0);
    x.served = record === undefined ? [] : [record];
    answer(record === undefined ? no("record not found") : yes(show(record)));
  }

  function post(x: Exchange, meddling: Meddling, answer: (reply: Reply) => void): void {
    const body = x.body ?? {};
    const wrong = unfitQuota(body);
    if (wrong !== undefined) return answer(no(wrong));
    if (truth.live.size >= traits.keyLimit) return answer(no("too many keys"));
    const now = Math.floor(scheduler.now() / 1000);
    const sent = heeded(replacedFrom(body), BORN);
    const fields = meddling.dropField ? dropped(sent, BORN, choices) : sent;
    const record: Stored = {
      ...fields,
      name: altered(fields.name, traits.alters),
      // Where the create stores nothing, the later read shows an empty text.
      allow_ips: fields.allow_ips ?? "",
      id: truth.nextId(),
      user_id: traits.owner,
      status: STATUS.enabled,
      created_time: now,
      accessed_time: now,
      used_quota: 0,
      lag: 0,
    };
    const wait = choices.next() * traits.commitMs + (meddling.commitLater ?? 0);
    scheduler.after(wait, () => {
      x.storedAt = scheduler.now();
      truth.appear(record, byRun(x), x.storedAt);
      slowly(extra.next() * traits.slowPost.afterMs, () => answer(yes()));
      return false;
    });
  }

  /** What is left of a body's fields on a server that never heeds one of them. */
  function heeded(sent: Fields, instead: Fields): Fields {
    const field = traits.ignores;
    return field === undefined ? sent : { ...sent, [field]: instead[field] };
  }

  function put(x: Exchange, meddling: Meddling): Reply {
    const body = x.body ?? {};
    const stored = truth.live.get(x.id ?? 0);
    if (stored === undefined) return no("record not found");
    const alone = x.kind === "status" && traits.knowsStatusOnly;
    const sent = replacedFrom(body);
    if (!alone) {
      const wrong = unfitQuota(body);
      if (wrong !== undefined) return no(wrong);
    }
    const status = Number(body["status"] ?? 0);
    const refusal = status === STATUS.enabled ? cannotWork(stored, scheduler.now()) : undefined;
    if (refusal !== undefined) return no(refusal);
    const heard = heeded(sent, stored);
    const kept = meddling.dropField ? dropped(heard, stored, choices) : heard;
    const dropsStatus = meddling.dropField === true && x.kind === "status";
    const wanted = {
      ...(alone ? {} : kept),
      ...((alone || !traits.knowsStatusOnly) && !dropsStatus ? { status } : {}),
    };
    x.storedAt = scheduler.now();
    truth.change(stored.id, wanted, byRun(x), x.storedAt);
    // The answer echoes what was asked, whatever was stored.
    return yes(shown({ ...stored, ...sent, status }));
  }

  function remove(x: Exchange): Reply {
    const id = x.id ?? 0;
    if (!truth.live.has(id)) return no("record not found");
    x.storedAt = scheduler.now();
    truth.vanish(id, byRun(x), x.storedAt);
    return yes();
  }

  return {
    handle: (x, meddling, answer) => {
      x.handledAt = scheduler.now();
      switch (x.kind) {
        case "list":
          return slowly(extra.next() * traits.slowListMs, () => list(x, answer));
        case "get":
          return get(x, answer);
        case "post":
          return slowly(extra.next() * traits.slowPost.beforeMs, () => post(x, meddling, answer));
        case "put":
        case "status":
          scheduler.after(choices.next() * 4 + (meddling.commitLater ?? 0), () => {
            answer(put(x, meddling));
            return false;
          });
          return;
        case "delete":
          scheduler.after(choices.next() * 4 + (meddling.commitLater ?? 0), () => {
            answer(remove(x));
            return false;
          });
      }
    },
  };
}

function yes(data?: unknown): Reply {
  return { success: true, message: "", ...(data === undefined ? {} : { data }) };
}

function no(message: string): Reply {
  return { success: false, message };
}

function byRun(x: Exchange): Actor {
  return { kind: "run", run: x.run, request: x.n };
}

function unfitQuota(body: Readonly<Record<string, unknown>>): string | undefined {
  if (body["unlimited_quota"] === true) return undefined;
  const remain = Number(body["remain_quota"] ?? 0);
  return remain < 0 || remain > MAX_SENT_QUOTA ? "the quota is out of range" : undefined;
}

/** Why a key cannot be told to be enabled: the cause of its status still stands. */
function cannotWork(stored: Stored, now: number): string | undefined {
  const expired = stored.expired_time !== -1 && stored.expired_time * 1000 <= now;
  if (stored.status === STATUS.expired && expired) return "the key has expired";
  const empty = !stored.unlimited_quota && stored.remain_quota <= 0;
  if (stored.status === STATUS.exhausted && empty) return "the key's quota is used up";
  return undefined;
}

type Fields = Pick<Stored, Replaced>;

/** The record a body describes: what it leaves out becomes the zero value of its type. */
function replacedFrom(body: Readonly<Record<string, unknown>>): Fields {
  const text = (field: Replaced): string => {
    const value = body[field];
    return typeof value === "string" ? value : "";
  };
  const group = text("group");
  return {
    name: text("name"),
    expired_time: Number(body["expired_time"] ?? 0),
    remain_quota: Number(body["remain_quota"] ?? 0),
    unlimited_quota: body["unlimited_quota"] === true,
    model_limits_enabled: body["model_limits_enabled"] === true,
    model_limits: text("model_limits"),
    allow_ips: typeof body["allow_ips"] === "string" ? body["allow_ips"] : null,
    group,
    cross_group_retry: group === "auto" && body["cross_group_retry"] === true,
    remark: text("remark"),
  };
}

/** What a create stores for a field it ignored. */
const BORN: Fields = replacedFrom({});

function dropped(sent: Fields, instead: Fields, choices: Choices): Fields {
  const field = choices.pick(REPLACED.filter((field) => field !== "name"));
  return { ...sent, [field]: instead[field] };
}
