import { describe, expect, it } from "vitest";
import { createRateLimiter, parseRateLimit } from "../../src/sandbox/rate-limit.ts";
import { send } from "./send.ts";
import { start } from "./running.ts";

describe("the rate limit", () => {
  it("is a window that slides over the requests that passed; refused ones do not count", () => {
    let now = 0;
    const limiter = createRateLimiter({ requests: 2, seconds: 10 }, () => now);
    const passes = (at: number): boolean => {
      now = at;
      return limiter() === undefined;
    };
    const times = [0, 4000, 5000, 9999, 10_000, 10_001, 13_999, 14_000, 15_000];
    expect(times.filter(passes)).toEqual([0, 4000, 10_000, 14_000]);
  });

  it("answers an empty 429 before the handler, with the whole window as Retry-After", async () => {
    const rateLimit = { requests: 1, seconds: 180 };
    const sandbox = await start({ rateLimit });
    const sent = { method: "POST", body: { name: "a" } };
    expect((await send(sandbox, "/api/token/", sent)).status).toBe(200);
    const refused = await send(sandbox, "/api/token/", sent);
    expect(refused).toMatchObject({ status: 429, text: "" });
    expect(refused.headers.get("retry-after")).toBe("180");
    expect(sandbox.store.all()).toHaveLength(1);
    expect(sandbox.requests).toHaveLength(2);
  });

  it("serves again once the window has moved on", async () => {
    let now = 1_800_000_000;
    const sandbox = await start({ rateLimit: { requests: 1, seconds: 60 }, now: () => now });
    const statuses = [];
    for (const wait of [0, 59, 1]) {
      now += wait;
      statuses.push((await send(sandbox, "/api/token/")).status);
    }
    expect(statuses).toEqual([200, 429, 200]);
  });

  it("is read from REQUESTS/SECONDS", () => {
    expect(parseRateLimit("360/180")).toEqual({ ok: true, value: { requests: 360, seconds: 180 } });
  });

  it.each(["", "360", "0/5", "5/0", "-1/5", "1.5/5", "5/5/5"])("%j is an error", (text) => {
    expect(parseRateLimit(text)).toMatchObject({ ok: false, error: { code: "usage" } });
  });
});
