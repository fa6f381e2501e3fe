import { describe, expect, test } from "vitest";
import { createRateLimiter, type RateLimiter, type Attempt } from "../../src/api/rate-limiter.ts";
import type { Event } from "../../src/model/events.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";

const never = new AbortController().signal;

interface Setting {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly events: readonly Event[];
}

function set(concurrency = 4, deadlineAt = 900_000): Setting {
  const clock = createVirtualClock();
  const events: Event[] = [];
  const emit = (event: Event): void => void events.push(event);
  const limiter = createRateLimiter({ clock, random: () => 0.5, concurrency, deadlineAt, emit });
  return { clock, limiter, events };
}

interface Traffic {
  /** When each exchange began, ms. */
  readonly starts: readonly number[];
  readonly most: () => number;
  readonly exchange: () => Promise<Attempt<string>>;
}

/** Exchanges of 10 ms; `limit` says by the time of sending whether the answer is a 429. */
function traffic(
  clock: VirtualClock,
  limit: (sentAt: number) => boolean,
  retryAfter?: string,
): Traffic {
  const starts: number[] = [];
  let inFlight = 0;
  let most = 0;
  return {
    starts,
    most: () => most,
    exchange: async () => {
      const sentAt = clock.now();
      starts.push(sentAt);
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise<void>((resolve) => void clock.timer(10, resolve));
      inFlight -= 1;
      return limit(sentAt) ? { limited: true, retryAfter } : { limited: false, value: "done" };
    },
  };
}

function runAll({ limiter, clock }: Setting, count: number, { exchange }: Traffic) {
  const runs = Array.from({ length: count }, () => limiter.run({ signal: never }, exchange));
  return clock.until(Promise.all(runs));
}

test.each([1, 4, 64])("never more than %i requests are in flight", async (concurrency) => {
  const setting = set(concurrency);
  const all = traffic(setting.clock, () => false);
  const passed = await runAll(setting, 200, all);
  expect(passed).toEqual(Array.from({ length: 200 }, () => ({ passed: true, value: "done" })));
  expect(all.most()).toBe(concurrency);
});

describe("after a 429", () => {
  test("all requests share one pause, and each is sent again afterwards", async () => {
    const setting = set();
    const all = traffic(setting.clock, (at) => at === 0, "60");
    const passed = await runAll(setting, 6, all);
    expect(passed.every((one) => one.passed)).toBe(true);
    expect(all.starts.filter((at) => at === 0)).toHaveLength(4);
    expect(all.starts.filter((at) => at > 0 && at < 60_010)).toEqual([]);
    expect(all.starts.filter((at) => at >= 60_010)).toHaveLength(6);
  });

  test("a burst of 429s is one limit: it is told once and halves the concurrency once", async () => {
    const setting = set();
    const first = traffic(setting.clock, (at) => at === 0, "60");
    await runAll(setting, 4, first);
    expect(setting.events).toEqual([{ type: "pause", ms: 60_000, until: 60_010 }]);
    const later = traffic(setting.clock, () => false);
    await runAll(setting, 4, later);
    expect(later.most()).toBe(2);
  });

  test("the concurrency comes back, one request at a time, after enough answers", async () => {
    const setting = set();
    await runAll(
      setting,
      4,
      traffic(setting.clock, (at) => at === 0, "1"),
    );
    const later = traffic(setting.clock, () => false);
    await runAll(setting, 30, later);
    expect(later.most()).toBe(4);
  });

  test("a pause without Retry-After grows with every limit in a row and starts anew after an answer", async () => {
    const setting = set(1);
    const { clock } = setting;
    const limitedUntil = traffic(clock, (at) => at < 3_000);
    await runAll(setting, 1, limitedUntil);
    const pauses = limitedUntil.starts.slice(1).map((at, index) => {
      return at - (limitedUntil.starts[index] ?? 0) - 10;
    });
    expect(pauses).toEqual([500, 1_000, 2_000]);
    const again = traffic(clock, (at) => at < 3_541);
    await runAll(setting, 1, again);
    expect((again.starts[1] ?? 0) - (again.starts[0] ?? 0) - 10).toBe(500);
  });

  test.each(["0", "nonsense"])("Retry-After %s still gives the server a moment", async (text) => {
    const setting = set(1);
    const all = traffic(setting.clock, (at) => at === 0, text);
    await runAll(setting, 1, all);
    expect(all.starts[1]).toBeGreaterThanOrEqual(110);
  });

  test("short pauses are not worth a line", async () => {
    const setting = set();
    await runAll(
      setting,
      1,
      traffic(setting.clock, (at) => at === 0, "2"),
    );
    expect(setting.events).toEqual([]);
  });

  test("a request that may not go any more is given back instead of being sent after the pause", async () => {
    const setting = set(1);
    const all = traffic(setting.clock, (at) => at === 0, "60");
    const run = setting.limiter.run(
      { signal: never, mayGo: ({ paused }) => !paused },
      all.exchange,
    );
    expect(await setting.clock.until(run)).toEqual({ passed: false, why: "paused" });
    expect(all.starts).toEqual([0]);
    expect(setting.clock.now()).toBe(60_010);
  });

  test("a limit that outlasts the deadline ends the wait at once", async () => {
    const setting = set(4, 50_000);
    const all = traffic(setting.clock, () => true, "180");
    const passed = await runAll(setting, 6, all);
    expect(passed).toEqual(Array.from({ length: 6 }, () => ({ passed: false, why: "limit" })));
    expect(setting.clock.now()).toBe(10);
    expect(setting.events).toEqual([]);
  });
});

describe("an abort", () => {
  test("before its turn sends nothing", async () => {
    const setting = set();
    const all = traffic(setting.clock, () => false);
    const run = setting.limiter.run({ signal: AbortSignal.abort() }, all.exchange);
    expect(await setting.clock.until(run)).toEqual({ passed: false, why: "aborted" });
    expect(all.starts).toEqual([]);
  });

  test("during a pause ends the wait", async () => {
    const setting = set();
    const controller = new AbortController();
    const all = traffic(setting.clock, () => true, "60");
    setting.clock.at(5_000, () => controller.abort());
    const run = setting.limiter.run({ signal: controller.signal }, all.exchange);
    expect(await setting.clock.until(run)).toEqual({ passed: false, why: "aborted" });
    expect(setting.clock.now()).toBe(5_000);
  });
});
