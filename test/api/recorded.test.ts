import nock from "nock";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createClient } from "../../src/api/client.ts";
import { createSend } from "../../src/http/send.ts";
import { createKeysWriter, type KeysWriter } from "../../src/api/keys-api.ts";
import { createStop } from "../../src/run/stop.ts";
import type { EditableFields, FullRecord } from "../../src/model/key.ts";
import type { Clock } from "../../src/model/ports.ts";
import { Secret } from "../../src/model/secret.ts";
import { recorded } from "../support/recorded.ts";

const BASE = "https://keys.example";

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`never asked for: ${unused.join(", ")}`);
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** A request as it must go out, and the recorded case whose answer comes back. */
interface Step {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly answeredAs: string;
  /** Replaces `data` of the recorded answer, where that was cut. */
  readonly data?: unknown;
}

interface Setting {
  readonly api: KeysWriter;
  readonly clock: Clock;
  readonly onKey: ReturnType<typeof vi.fn<(key: string) => void>>;
  /** The headers of each request as they went out, in order. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  /** The body of each request, byte by byte. */
  readonly bodies: readonly unknown[];
}

/** The client as the commands build it, before a server that answers as recorded. */
function set(steps: readonly Step[], userId?: number): Setting {
  const headers: Readonly<Record<string, unknown>>[] = [];
  const bodies: unknown[] = [];
  for (const step of steps) {
    const { status, headers: sent, body } = recorded(step.answeredAs).response;
    const whole = step.data === undefined ? body : Object.assign({}, body, { data: step.data });
    nock(BASE)
      .intercept(step.path, step.method)
      .reply(function answer() {
        headers.push({ ...this.req.headers });
        return [status, typeof whole === "string" ? whole : JSON.stringify(whole), sent];
      });
  }
  const spied: typeof fetch = (input, init) => {
    bodies.push(init?.body);
    return globalThis.fetch(input, init);
  };
  const clock = hastyClock();
  const onKey = vi.fn<(key: string) => void>();
  const client = createClient({
    send: createSend({ baseUrl: BASE, fetch: spied }),
    clock,
    random: () => 0.5,
    emit: () => {},
    words: (text: string) => text,
    token: new Secret("raw-access-token"),
    ...(userId === undefined ? {} : { userId }),
    timeoutMs: NEVER_MS,
    concurrency: 4,
    stop: createStop(clock, 2 * NEVER_MS),
  });
  return { api: createKeysWriter(client, { clock, onKey }), clock, onKey, headers, bodies };
}

/** A create that may go whenever its turn comes. */
const AT_ONCE = { mayGo: () => true, urgent: false, unopened: 0 };

const NEVER_MS = 1e9;

/** Waits pass at once, and the clock shows that they did; what lies far ahead never comes. */
function hastyClock(): Clock {
  let now = Date.parse("2026-11-23T00:00:00Z");
  return {
    now: () => now,
    wall: () => now,
    timer: (ms, fire) => {
      if (ms >= NEVER_MS) return () => {};
      const timer = setTimeout(() => {
        now += ms;
        fire();
      });
      return () => clearTimeout(timer);
    },
  };
}

const LIST = { method: "GET", path: "/api/token/?p=1&page_size=100&size=100" } as const;
const POST = { method: "POST", path: "/api/token/" } as const;
const PUT = { method: "PUT", path: "/api/token/" } as const;
const STATUS_ONLY = { method: "PUT", path: "/api/token/?status_only=true" } as const;

const FULL: EditableFields = {
  name: "full",
  expired_time: 1_900_000_000,
  remain_quota: 500_000,
  unlimited_quota: false,
  model_limits_enabled: true,
  model_limits: "gpt-4o,claude-3",
  allow_ips: "10.0.0.1\n10.1.0.0/16\n2001:db8::1",
  group: "default",
  cross_group_retry: false,
};
const RECORD: FullRecord = { ...FULL, id: 32, status: 1 };

describe("what goes out", () => {
  test("a read carries the raw token and neither a body nor its type", async () => {
    const { api, headers, bodies } = set([
      { method: "GET", path: "/api/token/32", answeredAs: "get one" },
    ]);
    await api.get(32);
    expect(headers[0]).toMatchObject({
      authorization: "raw-access-token",
      accept: "application/json",
      "user-agent": "cometkeys",
    });
    expect(headers[0]).not.toHaveProperty("content-type");
    expect(headers[0]).not.toHaveProperty("new-api-user");
    expect(bodies).toEqual([undefined]);
  });

  test("the user id goes along, in reads and writes, only when it is set", async () => {
    const { api, headers } = set(
      [
        { method: "GET", path: "/api/token/32", answeredAs: "get one" },
        { ...POST, answeredAs: "full" },
      ],
      5678,
    );
    await api.get(32);
    await api.create(FULL, AT_ONCE);
    expect(headers.map((sent) => sent["new-api-user"])).toEqual(["5678", "5678"]);
  });

  test("a create is the recorded full body, byte by byte", async () => {
    const { api, headers, bodies } = set([{ ...POST, answeredAs: "full" }]);
    expect(await api.create(FULL, AT_ONCE)).toMatchObject({ answer: { kind: "accepted" } });
    expect(bodies).toEqual([
      '{"name":"full","expired_time":1900000000,"remain_quota":500000,"unlimited_quota":false,"model_limits_enabled":true,"model_limits":"gpt-4o,claude-3","allow_ips":"10.0.0.1\\n10.1.0.0/16\\n2001:db8::1","group":"default","cross_group_retry":false}',
    ]);
    expect(JSON.parse(String(bodies[0]))).toEqual(recorded("full").request.body);
    expect(headers[0]).toMatchObject({ "content-type": "application/json" });
  });

  test("an update and a change of status both carry the whole record", async () => {
    const { api, bodies } = set([
      { ...PUT, answeredAs: "put full" },
      { ...STATUS_ONLY, answeredAs: "put disable status_only" },
    ]);
    expect(await api.replace(RECORD)).toEqual({ kind: "accepted" });
    expect(await api.setStatus({ ...RECORD, status: 2 })).toEqual({ kind: "accepted" });
    expect(bodies).toEqual([JSON.stringify(RECORD), JSON.stringify({ ...RECORD, status: 2 })]);
  });
});

describe("what comes back", () => {
  test("a list of one page, without keys, and no mask is taken for one", async () => {
    const items = ["minimal", "ips null", "group auto retry"].map(
      (name) => recorded(name).then_newest,
    );
    const data = { page: 1, page_size: 100, total: 3, items };
    const { api, onKey } = set([{ ...LIST, answeredAs: "page size 1000", data }]);
    const list = await api.list();
    expect(list).toMatchObject({
      ok: true,
      value: {
        keys: [
          { id: 2, name: "min", allow_ips: "" },
          { id: 20, name: "ipn", unlimited_quota: true },
          { id: 26, name: "ga", group: "auto", cross_group_retry: true },
        ],
      },
    });
    expect(JSON.stringify(list)).not.toContain("**********");
    expect(onKey).not.toHaveBeenCalled();
  });

  test("an empty page for a page past the end", async () => {
    const data = { page: 1, page_size: 100, total: 0, items: [] };
    const { api } = set([{ ...LIST, answeredAs: "page beyond", data }]);
    expect(await api.list()).toMatchObject({ ok: true, value: { keys: [], confirmed: true } });
  });

  test("one record; allow_ips may be null", async () => {
    const { api } = set([
      { method: "GET", path: "/api/token/32", answeredAs: "after put name only" },
    ]);
    expect(await api.get(32)).toMatchObject({
      ok: true,
      value: { id: 32, name: "renamed", expired_time: 0, allow_ips: "", unknown: [] },
    });
  });

  test("nothing for a record that is missing", async () => {
    const { api } = set([{ method: "GET", path: "/api/token/999999", answeredAs: "get missing" }]);
    expect(await api.get(999_999)).toEqual({ ok: true, value: undefined });
  });

  test("another record than asked for is no answer", async () => {
    const { api } = set([{ method: "GET", path: "/api/token/31", answeredAs: "get one" }]);
    expect(await api.get(31)).toMatchObject({ ok: false, error: { code: "server-not-this-api" } });
  });

  test.each([
    ["a name that is too long", "name 51 ascii", "Token name is too long"],
    ["the same in another language", "fr message", "令牌名称过长"],
    [
      "a quota beyond the limit",
      "quota max",
      "Quota value exceeds valid range, maximum is 2147483647",
    ],
  ])("a refused create quotes the server: %s", async (_what, answeredAs, message) => {
    const { api } = set([{ ...POST, answeredAs }]);
    expect(await api.create(FULL, AT_ONCE)).toMatchObject({ answer: { kind: "refused", message } });
  });

  test("a refused update and a refused enable quote the server", async () => {
    const { api } = set([
      { ...PUT, answeredAs: "put missing" },
      { ...STATUS_ONLY, answeredAs: "exhausted: enable without quota (status_only)" },
    ]);
    expect(await api.replace(RECORD)).toEqual({ kind: "refused", message: "record not found" });
    expect(await api.setStatus(RECORD)).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/^Token quota is exhausted/),
    });
  });

  test("a delete is accepted, and refused when it is repeated", async () => {
    const path = "/api/token/32";
    const { api, bodies } = set([
      { method: "DELETE", path, answeredAs: "delete" },
      { method: "DELETE", path, answeredAs: "delete again" },
    ]);
    expect(await api.remove(32)).toEqual({ kind: "accepted" });
    expect(await api.remove(32)).toEqual({ kind: "refused", message: "record not found" });
    expect(bodies).toEqual([undefined, undefined]);
  });

  test("a refused token is a matter of credentials for reads and writes", async () => {
    const message = "Unauthorized, invalid access token";
    const { api } = set([
      { ...LIST, answeredAs: "bad auth" },
      { ...POST, answeredAs: "no auth" },
    ]);
    expect(await api.list()).toEqual({
      ok: false,
      error: { code: "credentials-refused", message },
    });
    expect(await api.create(FULL, AT_ONCE)).toMatchObject({
      answer: { kind: "unauthorized", message },
    });
  });

  test("a path the server does not know, or redirects, means a wrong base URL", async () => {
    const { api } = set([
      { ...LIST, answeredAs: "wrong path" },
      { ...LIST, answeredAs: "no trailing slash GET" },
    ]);
    expect(await api.list()).toMatchObject({
      error: { code: "server-not-this-api", message: "HTTP 404: Invalid URL (GET /api/tokens/)" },
    });
    expect(await api.list()).toMatchObject({
      error: { code: "server-not-this-api", message: "HTTP 301 (a redirect)" },
    });
  });

  test("a write that is redirected is not followed and stays unknown", async () => {
    const { api } = set([{ ...POST, answeredAs: "no trailing slash POST" }]);
    expect(await api.create(FULL, AT_ONCE)).toMatchObject({
      answer: {
        kind: "unknown",
        reason: "HTTP 307 (a redirect)",
      },
    });
  });

  test("a rate limit holds a create back for as long as it says, then it is sent again", async () => {
    const limit = "global rate limit (360 requests in 180 s from one address)";
    const { api, clock, bodies } = set([
      { ...POST, answeredAs: limit },
      { ...POST, answeredAs: "full" },
    ]);
    const began = clock.now();
    expect(await api.create(FULL, AT_ONCE)).toMatchObject({ answer: { kind: "accepted" } });
    expect(clock.now() - began).toBe(180_000);
    expect(bodies).toEqual([JSON.stringify(FULL), JSON.stringify(FULL)]);
  });

  test("optional helps give their data, or nothing where the server has none", async () => {
    const { api } = set([
      { method: "GET", path: "/api/user/self", answeredAs: "self" },
      { method: "GET", path: "/api/user/self/groups", answeredAs: "self groups" },
      { method: "GET", path: "/api/models", answeredAs: "html root" },
    ]);
    expect(await api.hint("/api/user/self")).toMatchObject({ kind: "answer", data: { id: 1 } });
    expect(await api.hint("/api/user/self/groups")).toHaveProperty("data.vip");
    expect(await api.hint("/api/models")).toEqual({ kind: "silent" });
  });
});
