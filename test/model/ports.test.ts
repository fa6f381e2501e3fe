import { expect, test } from "vitest";
import { sleep } from "../../src/model/ports.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

test("a sleep lasts as long as it says", async () => {
  const clock = createVirtualClock(1_000);
  expect(await clock.until(sleep(clock, 250))).toBe("elapsed");
  expect(clock.now()).toBe(1_250);
});

test("a sleep ends at once when its signal aborts, and leaves no timer", async () => {
  const clock = createVirtualClock();
  const controller = new AbortController();
  clock.at(10, () => controller.abort());
  expect(await clock.until(sleep(clock, 250, controller.signal))).toBe("aborted");
  expect(clock.now()).toBe(10);
  await expect(clock.until(new Promise(() => {}))).rejects.toThrow("no timer is set");
});

test("a signal that was aborted before allows no sleep", async () => {
  const clock = createVirtualClock();
  expect(await sleep(clock, 250, AbortSignal.abort())).toBe("aborted");
});

test("an abort after a sleep changes nothing", async () => {
  const clock = createVirtualClock();
  const controller = new AbortController();
  expect(await clock.until(sleep(clock, 5, controller.signal))).toBe("elapsed");
  controller.abort();
  expect(clock.now()).toBe(5);
});
