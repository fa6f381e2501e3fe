import { describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import { json, look, send } from "./send.ts";
import { start } from "./running.ts";

const many = (count: number): readonly { readonly name: string }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `key-${index + 1}` }));

interface ListedPage {
  readonly page: number;
  readonly page_size: number;
  readonly total: number;
  readonly items: readonly {
    readonly id: number;
    readonly key: string;
    readonly user_id: number;
  }[];
}

async function list(sandbox: Sandbox, path: string): Promise<ListedPage> {
  return JSON.parse((await send(sandbox, path)).text).data;
}

describe("the list", () => {
  it("gives 250 records in three pages, newest first, and an empty fourth", async () => {
    const sandbox = await start({ seed: many(250) });
    const ids: number[][] = [];
    for (const page of [1, 2, 3, 4]) {
      const path = `/api/token/?p=${page}&page_size=100`;
      const data = await list(sandbox, path);
      expect(data).toMatchObject({ page, page_size: 100, total: 250 });
      ids.push(data.items.map((item) => item.id));
    }
    expect(ids.map((page) => page.length)).toEqual([100, 100, 50, 0]);
    expect(ids.flat()).toEqual(Array.from({ length: 250 }, (_, index) => 250 - index));
  });

  it.each([
    ["page_size=100000", 100],
    ["page_size=0", 10],
    ["page_size=x", 10],
    ["ps=7", 7],
    ["size=8", 8],
    ["", 10],
  ])("asked with %j has pages of %i", async (query, size) => {
    const sandbox = await start({ seed: many(120) });
    const data = await list(sandbox, `/api/token/?${query}`);
    expect([data.page_size, data.items.length]).toEqual([size, size]);
  });

  it("shows whole keys, or the ends of them when masked; reveal gives the whole key", async () => {
    const key = "ABCD0123456789012345678901234567890123456789wxyz";
    for (const [masked, shown] of [
      [false, key],
      [true, "ABCD**********wxyz"],
    ] as const) {
      const sandbox = await start({ masked, seed: [{ id: 1, name: "a", key }] });
      const data = await list(sandbox, "/api/token/");
      expect(data.items.map((item) => item.key)).toEqual([shown]);
      expect(await json(sandbox, "/api/token/1")).toMatchObject({ data: { key: shown } });
      const put = { method: "PUT", body: { id: 1, name: "a" } };
      expect(await json(sandbox, "/api/token/", put)).toMatchObject({ data: { key: shown } });
      const reveal = { method: "POST" };
      expect(await json(sandbox, "/api/token/1/key", reveal)).toMatchObject({ data: { key } });
    }
  });

  it("shows every account's records to an administrator's token only", async () => {
    const seed = [{ user_id: 3 }, { user_id: 4 }];
    const owners = async (adminList: boolean): Promise<readonly number[]> => {
      const sandbox = await start({ seed, userId: 4, adminList });
      const data = await list(sandbox, "/api/token/");
      return data.items.map((item) => item.user_id);
    };
    expect(await owners(false)).toEqual([4]);
    expect(await owners(true)).toEqual([4, 3]);
  });
});

describe("access", () => {
  it("wants New-Api-User with the account's id where that is required", async () => {
    const sandbox = await start({ userId: 42, requireUserHeader: true });
    const ask = async (user: object): Promise<number> => {
      const headers = { Authorization: sandbox.token, ...user };
      return (await send(sandbox, "/api/user/self", { headers })).status;
    };
    expect(await ask({})).toBe(401);
    expect(await ask({ "New-Api-User": "41" })).toBe(401);
    expect(await ask({ "New-Api-User": "42" })).toBe(200);
  });

  it("redirects a path that differs by a slash either way", async () => {
    const sandbox = await start();
    const reply = await send(sandbox, "/api/user/self/");
    expect([reply.status, reply.headers.get("location")]).toEqual([301, "/api/user/self"]);
  });

  it.each([
    ["PATCH", "/api/token/"],
    ["POST", "/api/token/1"],
    ["GET", "/api/token/1/key"],
    ["GET", "/"],
  ])("%s %s is an unknown path", async (method, path) => {
    const reply = await send(await start(), path, { method });
    expect([reply.status, JSON.parse(reply.text).error.message]).toEqual([
      404,
      `Invalid URL (${method} ${path})`,
    ]);
  });

  it("reveals at most 100 keys in one call and leaves unknown ids out", async () => {
    const sandbox = await start({ seed: [{ id: 1 }, { id: 3, user_id: 2 }] });
    const reveal = (ids: readonly number[]): Promise<unknown> =>
      json(sandbox, "/api/token/batch/keys", { method: "POST", body: { ids } });
    const key = sandbox.store.all().find(({ id }) => id === 1)?.key;
    expect(await reveal([1, 2, 3])).toEqual({
      data: { keys: { "1": key } },
      message: "",
      success: true,
    });
    expect(await reveal(many(101).map((_, index) => index))).toMatchObject({ success: false });
  });
});

describe("the server", () => {
  it("logs each request as received, with the number in flight at its arrival", async () => {
    const sandbox = await start({ latencyMs: 100, now: () => 1_800_000_000 });
    await Promise.all(
      many(5).map((body) => send(sandbox, "/api/token/", { method: "POST", body })),
    );
    await send(sandbox, "/api/token/?p=1");
    expect(sandbox.requests.map((request) => request.inFlight).sort((a, b) => a - b)).toEqual([
      1, 1, 2, 3, 4, 5,
    ]);
    expect(sandbox.maxInFlight).toBe(5);
    expect(sandbox.requests.map((request) => request.body)).toContain('{"name":"key-3"}');
    expect(sandbox.requests.at(-1)).toMatchObject({
      method: "GET",
      path: "/api/token/?p=1",
      body: "",
      at: 1_800_000_000_000,
      headers: { authorization: sandbox.token },
    });
  });

  it("dates every answer by its own clock, a 404 and a 429 included", async () => {
    const now = (): number => 1_800_000_000;
    const sandbox = await start({ now, rateLimit: { requests: 2, seconds: 9 } });
    const dates = [];
    for (const path of ["/api/token/", "/nowhere", "/api/token/"]) {
      dates.push((await send(sandbox, path)).headers.get("date"));
    }
    expect(dates).toEqual(Array.from({ length: 3 }, () => "Fri, 15 Jan 2027 08:00:00 GMT"));
  });

  it("keeps one connection open for several requests", async () => {
    const sandbox = await start();
    const reply = await send(sandbox, "/api/token/");
    expect(reply.headers.get("connection")).toBe("keep-alive");
  });

  it("listens on the loopback address alone", async () => {
    const sandbox = await start();
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
    await expect(fetch(`http://127.0.0.2:${sandbox.port}/`)).rejects.toThrow("fetch failed");
  });

  it("breaks open connections when it closes", async () => {
    const sandbox = await start({ latencyMs: 60_000 });
    const waiting = look(sandbox, "/api/token/");
    while (sandbox.requests.length === 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    await sandbox.close();
    expect(await waiting).toEqual({ kind: "broken" });
  });

  it("rejects when its port is taken", async () => {
    const { port } = await start();
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
