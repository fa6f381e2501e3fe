import { describe, expect, test } from "vitest";
import { STATUS } from "../../src/model/status.ts";
import { altered } from "./altered-name.ts";
import type { Exchange } from "./exchange-log.ts";
import { createModelServer, PLAIN, type Reply, type ServerTraits } from "./model-server.ts";
import { createNetwork, type Peer } from "./network.ts";
import { choicesOf } from "./random.ts";
import type { Stored } from "./record.ts";
import { createScheduler, START } from "./scheduler.ts";
import { createTruth } from "./truth.ts";

const TRAITS: ServerTraits = {
  ...PLAIN,
  pageSize: 100,
  knowsStatusOnly: true,
  keyLimit: 1_000,
  commitMs: 1,
  countMs: 1,
  owner: 7,
  tellsOwner: false,
};

const OLD: Stored = {
  id: 1,
  user_id: 7,
  name: "old",
  status: STATUS.enabled,
  created_time: START / 1000 - 100,
  accessed_time: START / 1000 - 100,
  expired_time: -1,
  remain_quota: 10,
  unlimited_quota: false,
  model_limits_enabled: false,
  model_limits: "",
  allow_ips: "",
  group: "",
  cross_group_retry: false,
  used_quota: 0,
  remark: "",
  lag: 0,
};

/** A server with one record and a network to it, at a time of its own. */
function world(changed: Partial<ServerTraits> = {}, lagMs = 0) {
  const traits = { ...TRAITS, ...changed };
  const choices = choicesOf(1);
  const scheduler = createScheduler(START, choices);
  const truth = createTruth([OLD]);
  const tools = { scheduler, choices, extra: choicesOf(2), traits };
  const server = createModelServer({ ...tools, truth, showsKeys: false, lagOf: () => lagMs });
  const exchanges: Exchange[] = [];
  const { carry } = createNetwork({
    ...tools,
    server,
    exchanges,
    cells: new Map(),
    settleMs: 5_000,
    timeoutMs: 30_000,
    isLive: () => false,
  });
  const wait = async (ms: number): Promise<void> => {
    scheduler.after(ms, () => false);
    await scheduler.play();
  };
  const handle = async (x: Partial<Exchange>): Promise<{ reply?: Reply; x: Exchange }> => {
    const whole: Exchange = { n: 0, run: 0, kind: "list", sentAt: scheduler.now(), ...x };
    let reply: Reply | undefined;
    server.handle(whole, {}, (said) => {
      reply = said;
    });
    await scheduler.play();
    return { x: whole, ...(reply === undefined ? {} : { reply }) };
  };
  const send = async (method: "GET" | "POST", path: string, peer: Partial<Peer> = {}) => {
    const body = method === "POST" ? { body: JSON.stringify({ name: "new" }) } : {};
    const { signal } = new AbortController();
    const rates = { reads: 0, writes: 0, limits: 0 };
    const request = { method, path, headers: {}, signal, ...body };
    const answered = carry({ run: 0, rates, step: () => true, ...peer }, request);
    await scheduler.play();
    return answered;
  };
  return { scheduler, truth, wait, handle, send };
}

describe("a replica that lags", () => {
  test("shows items and total of the same moment of the past", async () => {
    const { scheduler, truth, wait, handle } = world({}, 2_000);
    truth.appear({ ...OLD, id: 2, name: "new" }, { kind: "person" }, scheduler.now());
    truth.change(1, { group: "vip" }, { kind: "person" }, scheduler.now());
    await wait(1_000);
    const early = (await handle({ kind: "list", page: 1 })).x;
    expect(early.served).toEqual([OLD]);
    expect(early.total).toBe(1);

    await wait(1_500);
    truth.vanish(1, { kind: "person" }, scheduler.now());
    const later = (await handle({ kind: "list", page: 1 })).x;
    expect(later.served?.map(({ id, group }) => [id, group])).toEqual([
      [2, ""],
      [1, "vip"],
    ]);
    expect(later.total).toBe(2);
  });

  test("serves a GET of one key where the trait says so, else the primary does", async () => {
    for (const getsLag of [true, false]) {
      const { scheduler, truth, handle } = world({ getsLag }, 2_000);
      truth.change(1, { group: "vip" }, { kind: "person" }, scheduler.now());
      const { x } = await handle({ kind: "get", id: 1 });
      expect(x.served?.[0]?.group).toBe(getsLag ? "" : "vip");
    }
  });
});

describe("a server that stores something else than it is sent", () => {
  test("alters names on create", async () => {
    const { truth, handle } = world({ alters: "lower" });
    await handle({ kind: "post", name: "New", body: { name: "New" } });
    expect(truth.live.get(2)?.name).toBe("new");
  });

  test("has an alteration for every way a name is told apart", () => {
    const name = "Key-3-É-with-a-long-name";
    expect(altered(name, undefined)).toBe(name);
    expect(altered(name, "lower")).toBe("key-3-é-with-a-long-name");
    expect(altered(name, "cut to 16")).toBe("Key-3-É-with-a-l");
    expect(altered(name, "cut to 20")).toBe("Key-3-É-with-a-long-");
    expect(altered(name, "NFD")).toBe(name.normalize("NFD"));
  });

  test("never heeds an ignored field, neither on create nor on update", async () => {
    const { truth, handle } = world({ ignores: "model_limits" });
    const body = { name: "new", group: "vip", model_limits: "a" };
    await handle({ kind: "post", name: "new", body });
    expect(truth.live.get(2)).toMatchObject({ group: "vip", model_limits: "" });
    await handle({ kind: "put", id: 2, body: { ...body, group: "auto" } });
    expect(truth.live.get(2)).toMatchObject({ group: "auto", model_limits: "" });
  });
});

describe("what an answer carries", () => {
  const list = "/api/token/?p=1&page_size=100";
  const dateOf = (result: Awaited<ReturnType<ReturnType<typeof world>["send"]>>) =>
    result.kind === "answer" ? result.answer.date : "not an answer";

  test("Date is the server's clock in whole seconds, another clock's, or not there", async () => {
    const at = (ms: number): string => new Date(START + ms).toUTCString();
    expect(dateOf(await world().send("GET", list))).toBe(at(0));
    expect(dateOf(await world({ dateAheadMs: 3_000 }).send("GET", list))).toBe(at(3_000));
    expect(dateOf(await world({ dateAheadMs: undefined }).send("GET", list))).toBeUndefined();
  });

  test("a limit holds every request of its client until it ends, and no other client", async () => {
    const { wait, send, truth } = world();
    const limited = { from: START, until: START + 10_000, tellsUntil: true };
    const statusOf = async (peer: Partial<Peer>, method: "GET" | "POST" = "GET") => {
      const result = await send(method, method === "POST" ? "/api/token/" : list, peer);
      return result.kind === "answer" ? [result.answer.status, result.answer.retryAfter] : [];
    };
    expect(await statusOf({ limited })).toEqual([429, "10"]);
    expect(await statusOf({ limited }, "POST")).toEqual([429, "10"]);
    expect(await statusOf({ limited: { ...limited, tellsUntil: false } })).toEqual([
      429,
      undefined,
    ]);
    expect(await statusOf({ run: 1 })).toEqual([200, undefined]);
    expect(truth.live.size).toBe(1);
    await wait(10_000);
    expect(await statusOf({ limited }, "POST")).toEqual([200, undefined]);
    expect(truth.live.size).toBe(2);
  });

  test("a slow server answers a create late, stored before or after the wait", async () => {
    for (const slowPost of [
      { beforeMs: 4_000, afterMs: 0 },
      { beforeMs: 0, afterMs: 4_000 },
    ]) {
      const { scheduler, handle } = world({ slowPost });
      const { x } = await handle({ kind: "post", name: "new", body: { name: "new" } });
      const took = scheduler.now() - START;
      const stored = (x.storedAt ?? 0) - START;
      expect(took).toBeGreaterThan(10);
      expect(stored > 10).toBe(slowPost.beforeMs > 0);
    }
  });
});
