import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import { differences } from "./differences.ts";
import { send, type Reply } from "./send.ts";

interface Exchange {
  readonly case: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly then_newest?: Partial<TokenRecord> | null;
}

const exchanges: readonly Exchange[] = JSON.parse(
  readFileSync("fixtures/recorded/exchanges.json", "utf8"),
);

/** What was done to the recorded server by hand, or by the clock, before a case. */
const BEFORE: Readonly<Record<string, (sandbox: Sandbox) => Promise<void> | void>> = {
  "global rate limit (360 requests in 180 s from one address)": async (sandbox) => {
    const ask = (): Promise<Reply> => send(sandbox, "/api/token/?p=1&page_size=1");
    for (let passed = 0; passed < 360; passed += 1) expect((await ask()).status).toBe(200);
  },
  "reveal rate limit (20 in 20 min from one address)": async (sandbox) => {
    const reveal = (): Promise<Reply> => send(sandbox, "/api/token/31/key", { method: "POST" });
    for (let passed = 0; passed < 20; passed += 1) expect((await reveal()).status).toBe(200);
  },
  "exhausted: get": ({ store }) => {
    const times = { created_time: 1795406799, accessed_time: 1795406799 };
    store.seed({ id: 1601, name: "ex", status: 4, remain_quota: 0, used_quota: 100, ...times });
  },
  "expired: enable without a later expiry": ({ store }) => {
    store.patch(1601, { expired_time: 1000000000, status: 3 });
  },
};

/** What the sandbox does not serve, because no part of the client asks for it. */
const NOT_SERVED = ["search", "auto-groups", "models user", "v1 models"];

/** The clock of the recorded server where no record tells it. */
const CLOCK: Readonly<Record<string, number>> = { "auto_groups: create": 1795412301 };

/**
 * Both limits are full only in their own case: these run against a server of their own, so that a
 * full limiter does not refuse the cases after it. They are compared like all others.
 */
const LIMITED = ["global rate limit", "reveal rate limit"];

describe("the sandbox answers as the recorded server did", () => {
  let now = 1795405393;
  let main: Sandbox;
  const compared: string[] = [];

  beforeAll(async () => {
    main = await startSandbox({ masked: true, now: () => now });
    main.store.seed({ name: "first" });
  });
  afterAll(() => main.close());

  for (const [index, exchange] of exchanges.entries()) {
    if (NOT_SERVED.includes(exchange.case)) continue;
    it(`${index + 1}. ${exchange.case}`, async () => {
      const isLimited = LIMITED.some((name) => exchange.case.startsWith(name));
      const sandbox = isLimited ? await startLimited() : main;
      try {
        now = exchange.then_newest?.created_time ?? CLOCK[exchange.case] ?? now;
        await BEFORE[exchange.case]?.(sandbox);
        const total = sandbox.store.all().length;
        expect(await replay(sandbox, exchange, () => now)).toEqual([]);
        expect(await newestDifferences(sandbox, exchange, total)).toEqual([]);
        compared.push(exchange.case);
      } finally {
        if (isLimited) await sandbox.close();
      }
    });
  }

  it("leaves no exchange of the recording out but those of endpoints it does not serve", () => {
    expect(exchanges).toHaveLength(101);
    expect([...compared, ...NOT_SERVED].toSorted()).toEqual(
      exchanges.map((exchange) => exchange.case).toSorted(),
    );
  });
});

function startLimited(): Promise<Sandbox> {
  return startSandbox({
    masked: true,
    now: () => 1795405400,
    rateLimit: { requests: 360, seconds: 180 },
    seed: [{ id: 31 }],
  });
}

/** Sends the recorded request and lists how the answer differs from the recorded one. */
async function replay(
  sandbox: Sandbox,
  { request, response }: Exchange,
  now: () => number,
): Promise<readonly string[]> {
  const keys = new Map(sandbox.store.all().map(({ id, key }) => [`key ${id}`, key]));
  const fill = (name: string): string =>
    name === "request id" ? String(now()) : (keys.get(name) ?? `unknown ${name}`);
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, value.replace("{{token}}", sandbox.token)] as const,
  );
  const reply = await send(sandbox, request.path, {
    method: request.method,
    headers: Object.fromEntries(headers),
    ...(request.body === null ? {} : { body: request.body }),
  });
  const isJson = reply.headers.get("content-type")?.startsWith("application/json") ?? false;
  const body: unknown = isJson ? JSON.parse(reply.text) : reply.text;
  const answered = Object.keys(response.headers).map((name) => [name, reply.headers.get(name)]);
  const actual = { status: reply.status, headers: Object.fromEntries(answered), body };
  const isDated = !Number.isNaN(Date.parse(reply.headers.get("date") ?? ""));
  return [...differences(response, actual, fill), ...(isDated ? [] : ["no Date header"])];
}

/** Compares the newest listed record after a create; null means that none was added. */
async function newestDifferences(
  sandbox: Sandbox,
  { then_newest: newest }: Exchange,
  totalBefore: number,
): Promise<readonly string[]> {
  if (newest === undefined) return [];
  const { text } = await send(sandbox, "/api/token/?p=1&page_size=1");
  const { data } = JSON.parse(text);
  const total = newest === null ? totalBefore : totalBefore + 1;
  return [
    ...differences(total, data.total, String, "total"),
    ...(newest === null ? [] : differences(newest, data.items[0], String, "newest")),
  ];
}
