import { expect, test } from "vitest";
import { untilSignal } from "../../src/commands/until-signal.ts";
import type { StopSignal } from "../../src/model/stop-signal.ts";

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
