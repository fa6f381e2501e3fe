import { describe, expect, it } from "vitest";
import type { Gatekeeper } from "./gateway.ts";
import { noise, resultsOf, undeclaredIn, untruths } from "./judge.ts";
import { atPlace } from "./place.ts";
import type { CliProcess } from "./start-cli.ts";

type Signal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** What becomes of the request at which the signal comes. */
type Fate = "answered" | "landed unanswered" | "lost";

/** Resolves when the process has said that it is stopping. */
async function isStopping(run: CliProcess): Promise<void> {
  while (!run.stderr().includes("Stopping")) {
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}

/** Signals a run at its first request of a method, and judges what it reports. */
async function stopAt(method: string, signal: Signal, fate: Fate) {
  let victim: CliProcess | undefined;
  let signalled = 0;
  const gatekeeper: Gatekeeper = async (request, forward) => {
    if (victim === undefined || request.method !== method || signalled > 0) return forward();
    signalled = request.number;
    victim.kill(signal);
    await isStopping(victim);
    if (fate === "answered") return forward();
    if (fate === "landed unanswered") await forward();
    await victim.ended;
    return undefined;
  };
  return atPlace({ gatekeeper }, async ({ sandbox, gateway, before, start, apply }) => {
    victim = start("--concurrency 1");
    const run = await victim.ended;
    victim = undefined;
    const lies = untruths(run, sandbox.store.all(), before);
    const written = gateway.passed.slice(signalled).filter((request) => request.method !== "GET");
    const again = await apply();
    return {
      run,
      results: resultsOf(run),
      wrong: [
        ...lies,
        ...written.map((request) => `${request.method} after the signal`),
        ...(again.code === 0 ? [] : [`then ${again.code}: ${again.stdout}`]),
        ...noise(again),
        ...undeclaredIn(sandbox.store.all(), before),
      ],
    };
  });
}

describe("a signal: nothing new is written, every change is accounted for, the next run goes on", () => {
  it.concurrent.each([
    ["POST", "SIGINT", 130, 1],
    ["POST", "SIGTERM", 143, 1],
    ["PUT", "SIGINT", 130, 4],
    ["DELETE", "SIGTERM", 143, 6],
    ["POST", "SIGHUP", 129, 1],
  ] as const)("at the first %s, %s: exit %i", async (method, signal, code, done) => {
    const { run, results, wrong } = await stopAt(method, signal, "answered");
    expect(wrong).toEqual([]);
    expect(run.code).toBe(code);
    const counted = results.map(({ status }) => status);
    expect(counted.filter((status) => status === "done")).toHaveLength(done);
    expect(counted.filter((status) => status === "not_attempted")).toHaveLength(6 - done);
  });

  it.concurrent("a create that landed without an answer is found by the closing look", async () => {
    const { run, results, wrong } = await stopAt("POST", "SIGINT", "landed unanswered");
    expect(wrong).toEqual([]);
    expect(run.code).toBe(130);
    expect(results.filter(({ status }) => status === "done")).toHaveLength(1);
    expect(results.filter(({ status }) => status === "not_attempted")).toHaveLength(5);
  });

  it.concurrent("a create of which nothing was heard or seen is unknown, not failed", async () => {
    const { run, results, wrong } = await stopAt("POST", "SIGTERM", "lost");
    expect(wrong).toEqual([]);
    expect(run.code).toBe(143);
    expect(results.filter(({ status }) => status === "unknown")).toHaveLength(1);
    expect(results.filter(({ status }) => status === "not_attempted")).toHaveLength(5);
  });

  it.concurrent("a second SIGINT ends the run at once, without a report", async () => {
    let victim: CliProcess | undefined;
    const gatekeeper: Gatekeeper = async ({ method }, forward) => {
      if (victim === undefined || method !== "POST") return forward();
      victim.kill("SIGINT");
      await isStopping(victim);
      victim.kill("SIGINT");
      await victim.ended;
      return undefined;
    };
    await atPlace({ gatekeeper }, async ({ sandbox, before, start, apply }) => {
      victim = start();
      expect(await victim.ended).toMatchObject({ code: 130, stdout: "" });
      victim = undefined;
      expect(await apply()).toMatchObject({ code: 0 });
      expect(undeclaredIn(sandbox.store.all(), before)).toEqual([]);
    });
  });
});

describe("--deadline", () => {
  it.concurrent("reached in the middle: exit 9, every change accounted for, the next run goes on", async () => {
    let victim: CliProcess | undefined;
    const gatekeeper: Gatekeeper = async ({ method }, forward) => {
      const answer = await forward();
      if (victim === undefined || method !== "PUT") return answer;
      await victim.ended;
      return undefined;
    };
    await atPlace({ gatekeeper }, async ({ sandbox, before, start, apply }) => {
      victim = start("--concurrency 1 --deadline 12s");
      const run = await victim.ended;
      victim = undefined;
      expect(run).toMatchObject({ code: 9 });
      expect(untruths(run, sandbox.store.all(), before)).toEqual([]);
      const statuses = new Map(resultsOf(run).map(({ name, status }) => [name, status]));
      for (const name of ["new-free", "new-narrow", "new-plain"]) {
        expect([name, statuses.get(name)]).toEqual([name, "done"]);
      }
      // The closing look may find that the update has landed.
      expect(["done", "unknown"]).toContain(statuses.get("old-plain"));
      expect(statuses.get("old-spent")).toBe("not_attempted");
      expect(statuses.get("gone")).toBe("not_attempted");
      expect(await apply()).toMatchObject({ code: 0 });
      expect(undeclaredIn(sandbox.store.all(), before)).toEqual([]);
    });
  });
});
