import { expect, test } from "vitest";
import { sleep } from "../../src/model/ports.ts";
import type { StopSignal } from "../../src/model/stop-signal.ts";
import { createStop, untilSignal, untilStopped, untilStoppedAtPause } from "../../src/run/stop.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const wait = (clock: ReturnType<typeof createVirtualClock>, ms: number): Promise<void> =>
  clock.until(new Promise<void>((resolve) => void clock.timer(ms, resolve)));

test("a signal stops new writes at once and gives requests under way five seconds", async () => {
  const clock = createVirtualClock();
  const stop = createStop(clock, 900_000);
  stop.begin("sigint");
  expect([stop.reason(), stop.writes.aborted, stop.requests.aborted]).toEqual([
    "sigint",
    true,
    false,
  ]);
  await wait(clock, 4_999);
  expect(stop.requests.aborted).toBe(false);
  await wait(clock, 1);
  expect(stop.requests.aborted).toBe(true);
});

test("the deadline leaves time for what is under way and one look at the list", async () => {
  const clock = createVirtualClock();
  const stop = createStop(clock, 900_000);
  await wait(clock, 893_499);
  expect(stop.reason()).toBeUndefined();
  await wait(clock, 1);
  expect([stop.reason(), stop.writes.aborted]).toEqual(["deadline", true]);
  await wait(clock, 5_000);
  expect([stop.requests.aborted, stop.lookMs]).toEqual([true, 1_500]);
  expect(clock.now() + stop.lookMs).toBe(stop.deadlineAt);
});

test("a short deadline leaves half of the end to the closing look", async () => {
  const clock = createVirtualClock();
  const stop = createStop(clock, 1_000);
  await wait(clock, 699);
  expect(stop.reason()).toBeUndefined();
  await wait(clock, 1);
  expect([stop.reason(), stop.lookMs]).toEqual(["deadline", 150]);
});

test("the first reason stays", () => {
  const stop = createStop(createVirtualClock(), 1_000);
  stop.begin("sigterm");
  stop.begin("sigint");
  expect(stop.reason()).toBe("sigterm");
});

test("a disposed stop leaves no timer behind and lets nothing more be sent", async () => {
  const clock = createVirtualClock();
  const stop = createStop(clock, 1_000);
  stop.begin("sigint");
  stop.dispose();
  expect([stop.writes.aborted, stop.requests.aborted]).toEqual([true, true]);
  expect(stop.reason()).toBe("sigint");
});

/** A source of signals, and how many listen to it. */
function signals() {
  const listeners = new Set<(signal: StopSignal) => void>();
  return {
    listeners,
    send: (signal: StopSignal) => listeners.forEach((listener) => listener(signal)),
    onSignal: (listener: (signal: StopSignal) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

test("work that ends first is what counts, and nobody listens any more", async () => {
  const source = signals();
  expect(await untilSignal(source, async () => 7)).toEqual({ ok: true, value: 7 });
  expect(source.listeners.size).toBe(0);
});

test("a signal ends the wait for work that hangs", async () => {
  const source = signals();
  const waiting = untilSignal(source, () => new Promise(() => {}));
  source.send("sighup");
  expect(await waiting).toMatchObject({ ok: false, error: { code: "hung-up" } });
  expect(source.listeners.size).toBe(0);
});

test("work that fails is a bug to be told, not a signal", async () => {
  const source = signals();
  const failing = untilSignal(source, () => Promise.reject(new Error("bug")));
  await expect(failing).rejects.toThrow("bug");
  expect(source.listeners.size).toBe(0);
});

test("the deadline ends the wait for work that hangs", async () => {
  const clock = createVirtualClock();
  const io = { ...signals(), clock, deadlineAt: clock.now() + 2_000 };
  const waiting = untilStopped(io, () => new Promise(() => {}));
  expect(await clock.until(waiting)).toMatchObject({ ok: false, error: { code: "deadline" } });
  expect(io.listeners.size).toBe(0);
});

test("long work of our own ends at its next pause, and goes no further", async () => {
  const clock = createVirtualClock();
  const io = { ...signals(), clock, deadlineAt: clock.now() + 2_000 };
  let steps = 0;
  const working = untilStoppedAtPause(io, async (pause) => {
    for (;;) {
      await pause();
      steps += 1;
    }
  });
  expect(await clock.until(working)).toMatchObject({ ok: false, error: { code: "deadline" } });
  const done = steps;
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(steps).toBe(done);
  const whole = untilStoppedAtPause(io, async (pause) => {
    await pause();
    return "done";
  });
  expect(await whole).toEqual({ ok: true, value: "done" });
});

test("a question is not bounded by the deadline", async () => {
  const clock = createVirtualClock();
  const answer = untilSignal(signals(), async () => {
    await sleep(clock, 3_600_000);
    return "yes";
  });
  expect(await clock.until(answer)).toEqual({ ok: true, value: "yes" });
});
