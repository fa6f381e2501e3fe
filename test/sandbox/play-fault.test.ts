import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/model/ports.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { look, send, type Seen } from "./send.ts";
import { faults, start } from "./running.ts";

const create = (sandbox: Sandbox, name: string, giveUp?: AbortSignal): Promise<Seen> =>
  look(sandbox, "/api/token/", {
    method: "POST",
    body: { name, remain_quota: 5, group: "auto" },
    ...(giveUp === undefined ? {} : { giveUp }),
  });

/** A client that gives up as soon as the server has its request. */
async function createAndGiveUp(sandbox: Sandbox, name: string): Promise<Seen> {
  const giveUp = new AbortController();
  const seen = create(sandbox, name, giveUp.signal);
  await expect.poll(() => sandbox.requests.length, PATIENTLY).toBe(1);
  giveUp.abort();
  return seen;
}

const names = (sandbox: Sandbox): readonly string[] =>
  sandbox.store.all().map((record) => record.name);

const PATIENTLY = { timeout: 300_000, interval: 5 } as const;

/** A clock on which time passes only when it is told to. */
function stoppedClock(): { readonly clock: Clock; readonly passAll: () => void } {
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    wall: () => 1_800_000_000_000,
    timer: (_ms, fire) => {
      timers.add(fire);
      return () => void timers.delete(fire);
    },
  };
  const passAll = (): void => {
    for (const fire of timers) fire();
    timers.clear();
  };
  return { clock, passAll };
}

describe("a fault decides what the client sees and what is stored", () => {
  it.each([
    ["reset-before", "broken", []],
    ["reset-after", "broken", ["a"]],
    ["cut", "broken", ["a"]],
  ] as const)("post %s: %s, stored %j", async (kind, seen, stored) => {
    const sandbox = await start({ faults: faults(`post ${kind}`) });
    expect(await create(sandbox, "a")).toEqual({ kind: seen });
    expect(names(sandbox)).toEqual(stored);
  });

  it.each([
    ["hang-before", []],
    ["hang-after", ["a"]],
  ] as const)("post %s: silence until the client gives up, stored %j", async (kind, stored) => {
    const sandbox = await start({ faults: faults(`post ${kind}`) });
    expect(await createAndGiveUp(sandbox, "a")).toEqual({ kind: "silence" });
    expect(names(sandbox)).toEqual(stored);
  });

  it.each([
    ["500-before", 500, "application/json", []],
    ["500-after", 500, "application/json", ["a"]],
    ["502-html-before", 502, "text/html", []],
    ["502-html-after", 502, "text/html", ["a"]],
    ["html", 200, "text/html", []],
  ] as const)("post %s: status %i, %s, stored %j", async (kind, status, type, stored) => {
    const sandbox = await start({ faults: faults(`post ${kind}`) });
    const seen = await create(sandbox, "a");
    expect(seen).toMatchObject({ kind: "answer", status });
    expect(seen.kind === "answer" && seen.headers.get("content-type")).toContain(type);
    expect(names(sandbox)).toEqual(stored);
  });

  it.each([
    ["refuse", []],
    ["refuse-after", ["a"]],
    ["refused-name:a", []],
  ] as const)("post %s: success false with a message, stored %j", async (kind, stored) => {
    const sandbox = await start({ faults: faults(`post ${kind}`) });
    const sent = { method: "POST", body: { name: "a" } };
    const reply = await send(sandbox, "/api/token/", sent);
    expect(reply.status).toBe(200);
    const message = "Database error, please try again later";
    expect(JSON.parse(reply.text)).toEqual({ message, success: false });
    expect(names(sandbox)).toEqual(stored);
  });

  it("late: the connection breaks at once and the handler runs afterwards", async () => {
    const { clock, passAll } = stoppedClock();
    const sandbox = await start({ faults: faults("post late:100"), clock });
    expect(await create(sandbox, "a")).toEqual({ kind: "broken" });
    expect(names(sandbox)).toEqual([]);
    passAll();
    await expect.poll(() => names(sandbox), PATIENTLY).toEqual(["a"]);
  });

  it("late: a handler still to run is forgotten when the server closes", async () => {
    const { clock, passAll } = stoppedClock();
    const sandbox = await start({ faults: faults("post late:50"), clock });
    await create(sandbox, "a");
    await sandbox.close();
    passAll();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(names(sandbox)).toEqual([]);
  });

  it("slow: a request the client gave up on is carried out all the same", async () => {
    const { clock, passAll } = stoppedClock();
    const sandbox = await start({ faults: faults("post slow:300"), clock });
    expect(await createAndGiveUp(sandbox, "a")).toEqual({ kind: "silence" });
    expect(names(sandbox)).toEqual([]);
    passAll();
    await expect.poll(() => names(sandbox), PATIENTLY).toEqual(["a"]);
  });

  it("cut: a good status and length, then half of the JSON", async () => {
    const sandbox = await start({ seed: [{ name: "a" }], faults: faults("list cut") });
    const response = await fetch(`${sandbox.url}/api/token/`, {
      headers: { Authorization: sandbox.token },
    });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(300);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  it.each([
    ["429", "1"],
    ["429:7", "7"],
    ["429-bare", null],
  ])("%s: an empty 429 with Retry-After %s, the handler not run", async (kind, after) => {
    const sandbox = await start({ faults: faults(`post ${kind}`) });
    const seen = await create(sandbox, "a");
    expect(seen).toMatchObject({ kind: "answer", status: 429, text: "" });
    expect(seen.kind === "answer" && seen.headers.get("retry-after")).toBe(after);
    expect(names(sandbox)).toEqual([]);
  });

  it("drop on an update: the answer shows what was asked, the store keeps the old value", async () => {
    const sandbox = await start({
      seed: [{ id: 1, name: "old" }],
      faults: faults("put drop:name"),
    });
    const body = { id: 1, name: "new", remain_quota: 9 };
    const reply = await send(sandbox, "/api/token/", { method: "PUT", body });
    expect(JSON.parse(reply.text).data).toMatchObject({ name: "new", remain_quota: 9 });
    expect(sandbox.store.all()).toMatchObject([{ name: "old", remain_quota: 9 }]);
  });

  it("drop on a create: the field is zero", async () => {
    const sandbox = await start({ faults: faults("post drop:group") });
    expect(await create(sandbox, "a")).toMatchObject({ status: 200 });
    expect(sandbox.store.all()).toMatchObject([{ name: "a", group: "", remain_quota: 5 }]);
  });

  it("drop on a status change: the status stays", async () => {
    const sandbox = await start({ seed: [{ id: 1 }], faults: faults("status drop:status") });
    const sent = { method: "PUT", body: { id: 1, status: 2 } };
    const reply = await send(sandbox, "/api/token/?status_only=true", sent);
    expect(JSON.parse(reply.text).data.status).toBe(2);
    expect(sandbox.store.all()).toMatchObject([{ status: 1 }]);
  });

  it.each([
    ["lower", "ci-prod-of-team-\u00e9-and-more"],
    ["cut", "CI-Prod-of-Team-\u00c9-an"],
    ["nfd", "CI-Prod-of-Team-E\u0301-and-more"],
  ])("alter-name:%s: a create and an update report success and store %j", async (way, stored) => {
    const sandbox = await start({ faults: faults(`write alter-name:${way}`) });
    const name = "CI-Prod-of-Team-\u00c9-and-more";
    expect(await create(sandbox, name)).toMatchObject({ status: 200 });
    expect(names(sandbox)).toEqual([stored]);
    const [record] = sandbox.store.all();
    const body = { id: record?.id, name, remain_quota: 9 };
    const reply = await send(sandbox, "/api/token/", { method: "PUT", body });
    expect(JSON.parse(reply.text).data).toMatchObject({ name, remain_quota: 9 });
    expect(sandbox.store.all()).toMatchObject([{ name: stored, remain_quota: 9 }]);
  });

  it("dead: a create reports success and stores expired_time 0", async () => {
    const sandbox = await start({ faults: faults("post dead") });
    const seen = await create(sandbox, "a");
    expect(seen.kind === "answer" && JSON.parse(seen.text)).toEqual({ message: "", success: true });
    expect(sandbox.store.all()).toMatchObject([{ name: "a", expired_time: 0 }]);
  });

  it("redirect: 307 for a write, 301 for a read, to a path of this server, not run", async () => {
    const sandbox = await start({ faults: faults("any redirect") });
    const post = await create(sandbox, "a");
    const list = await send(sandbox, "/api/token/");
    expect(post).toMatchObject({ status: 307 });
    expect(list.status).toBe(301);
    expect(list.headers.get("location")).toBe("/moved/api/token/");
    expect(names(sandbox)).toEqual([]);
  });
});

describe("a fault strikes where and when it is told", () => {
  const seed = [{ id: 1, name: "seeded" }];
  const calls = {
    list: ["/api/token/?p=1", { method: "GET" }],
    get: ["/api/token/1", { method: "GET" }],
    post: ["/api/token/", { method: "POST", body: { name: "a" } }],
    put: ["/api/token/", { method: "PUT", body: { id: 1 } }],
    status: ["/api/token/?status_only=true", { method: "PUT", body: { id: 1, status: 2 } }],
    self: ["/api/user/self", { method: "GET" }],
    delete: ["/api/token/1", { method: "DELETE" }],
  } as const;

  it.each([
    ["any", ["list", "get", "post", "put", "status", "self", "delete"]],
    ["write", ["post", "put", "status", "delete"]],
    ["list", ["list"]],
    ["get", ["get"]],
    ["post", ["post"]],
    ["put", ["put"]],
    ["status", ["status"]],
    ["delete", ["delete"]],
  ])("%s strikes %j", async (where, struck) => {
    const sandbox = await start({ seed, faults: faults(`${where} 500-before`) });
    const hit: string[] = [];
    for (const [name, [path, sent]] of Object.entries(calls)) {
      if ((await send(sandbox, path, sent)).status === 500) hit.push(name);
    }
    expect(hit).toEqual(struck);
  });

  it.each([
    ["#2", [2]],
    ["#2,5", [2, 5]],
    ["#4-", [4, 5, 6]],
    ["100%", [1, 2, 3, 4, 5, 6]],
    ["0%", []],
  ])("%s strikes the requests %j of six", async (when, struck) => {
    const sandbox = await start({ faults: faults(`list 500-before ${when}`) });
    expect(await struckOf(sandbox, 6)).toEqual(struck);
  });

  it("a chance is repeated by the same seed", async () => {
    const options = { faults: faults("list 500-before 50%"), randomSeed: 7 };
    const first = await struckOf(await start(options), 20);
    const second = await struckOf(await start(options), 20);
    expect(first).toEqual(second);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(20);
  });

  it("the first of several faults wins, and each counts for itself", async () => {
    const list = faults("list 500-before #1", "list 502-html-before #1,2");
    const sandbox = await start({ faults: list });
    const statuses = [];
    for (let call = 0; call < 3; call += 1)
      statuses.push((await send(sandbox, "/api/token/")).status);
    expect(statuses).toEqual([500, 502, 200]);
  });

  it("refused-name counts and refuses requests with that name alone", async () => {
    const sandbox = await start({ faults: faults("post refused-name:two words #2") });
    for (const name of ["two words", "b", "two words", "two words"]) await create(sandbox, name);
    expect(names(sandbox)).toEqual(["two words", "b", "two words"]);
  });

  it("setFaults replaces the faults of a running server", async () => {
    const sandbox = await start({ faults: faults("list 500-before") });
    sandbox.setFaults([]);
    expect((await send(sandbox, "/api/token/")).status).toBe(200);
  });
});

/** The numbers of the list calls, of `count`, that were answered with 500. */
async function struckOf(sandbox: Sandbox, count: number): Promise<readonly number[]> {
  const struck: number[] = [];
  for (let call = 1; call <= count; call += 1) {
    if ((await send(sandbox, "/api/token/")).status === 500) struck.push(call);
  }
  return struck;
}
