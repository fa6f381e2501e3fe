import { expect, test, vi } from "vitest";
import { createRedactor } from "../../src/run/redact.ts";
import { finish, keepPlan } from "../../src/run/report.ts";
import type { StopSignal } from "../../src/model/stop-signal.ts";
import { fakeTerminal } from "../support/fake-io.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const io = fakeTerminal({}, () => "");
const signalled = (listener: (signal: StopSignal) => void) => {
  listener("sigterm");
  return () => {};
};

test("a signal while the result is written does not cut it short, and has its code", async () => {
  const stdout = () => Promise.resolve(true);
  expect(await finish({ ...io, onSignal: signalled, stdout }, "result", [2])).toBe(143);
});

test("a result that nobody reads is given up 5 s after a signal", async () => {
  const clock = createVirtualClock();
  const stdout = () => new Promise<boolean>(() => {});
  const ended = finish({ ...io, clock, onSignal: signalled, stdout }, "result", [0]);
  const before = clock.now();
  expect(await clock.until(ended)).toBe(143);
  expect(clock.now() - before).toBe(5_000);
});

test.each([
  ["at the deadline", 60_000, 60_000],
  ["5 s later where the deadline has passed", -1, 5_000],
])("a result that nobody reads is given up %s, and told on stderr", async (_when, left, after) => {
  const clock = createVirtualClock();
  const before = clock.now();
  const terminal = fakeTerminal({}, () => "");
  const stdout = () => new Promise<boolean>(() => {});
  const ended = finish(
    { ...terminal, clock, stdout, deadlineAt: before + left },
    "result",
    [0],
    "Applied: 1 created",
  );
  expect(await clock.until(ended)).toBe(3);
  expect(clock.now() - before).toBe(after);
  expect(terminal.written().stderr).toContain("Applied: 1 created");
});

test("a reader who was given up is not waited for a second time", async () => {
  const clock = createVirtualClock();
  const stdout = () => new Promise<boolean>(() => {});
  const unread = { ...io, clock, stdout, deadlineAt: clock.now() };
  expect(await clock.until(finish(unread, "plan", [0]))).toBe(3);
  const before = clock.now();
  expect(await clock.until(finish({ ...unread }, "result", [0]))).toBe(3);
  expect(clock.now()).toBe(before);
});

test("the hashes of a plan are shown whole, and gone through only once a server's key could cut them", () => {
  const redactor = createRedactor();
  const hashes = [["0123456789abcdef0123456789abcdef"]];
  const flat = vi.spyOn(hashes, "flat");
  keepPlan({ digest: "sha256:0a1b2c", hashes }, { ...io, redactor });
  expect(redactor.clean("89abcdef0123")).toBe("89abcdef0123");
  expect(flat).not.toHaveBeenCalled();
  redactor.addKey(`${hashes.join("")}${"x".repeat(16)}`);
  expect(redactor.clean("89abcdef0123")).toBe("89abcdef0123");
  expect(flat).toHaveBeenCalled();
});
