import { describe, expect, it } from "vitest";
import type { Gatekeeper } from "./gateway.ts";
import { resultsOf, undeclaredIn, untruths } from "./judge.ts";
import { atPlace } from "./place.ts";
import { playFaultCase } from "./play-fault-case.ts";

describe("an answer that never comes", () => {
  it.concurrent.each(["list", "get", "post", "put", "status", "delete"])(
    "%s: is given up after --timeout, and the list decides",
    async (place) => {
      const kind = place === "post" ? "hang-after" : "hang-before";
      const { first, wrong } = await playFaultCase([`${place} ${kind} #1`], "--timeout 3s");
      expect(wrong).toEqual([]);
      expect(first.code).toBe(0);
    },
  );
});

describe("a rate limit that outlasts --deadline ends in 9, and every key is accounted for", () => {
  it.concurrent.each([
    ["from the first write on", "any 429-bare #2-"],
    ["in the middle of the creates", "any 429-bare #4-"],
    ["once the creates are in", "any 429-bare #6-"],
    ["naming a time beyond the deadline", "any 429:600 #3-"],
  ])("%s", async (_, fault) => {
    const { first, wrong } = await playFaultCase([fault], "--deadline 12s --concurrency 2");
    expect(wrong).toEqual([]);
    expect(first.code).toBe(9);
    const statuses = resultsOf(first).map(({ status }) => status);
    expect(statuses).toContain("not_attempted");
    expect(statuses).not.toContain("failed");
  });

  it.concurrent("without any list there is no plan, and the reason is given", async () => {
    const { first, wrong } = await playFaultCase(["any 429:1"], "--deadline 2s");
    expect(wrong).toEqual([]);
    expect(first.code).toBe(9);
    expect(JSON.parse(first.stdout)).toMatchObject({
      changes: [],
      results: [],
      diagnostics: [{ severity: "error" }],
    });
  });
});

describe("a rate limit that passes is waited out", () => {
  it.concurrent("short pauses are not worth a line", async () => {
    const { first, wrong } = await playFaultCase(["any 429:1 #1,2,3,4,5,6"], "");
    expect(wrong).toEqual([]);
    expect(first.code).toBe(0);
    expect(first.stderr).not.toContain("pausing");
  });

  it.concurrent("a long one is said on stderr with the time at which it goes on", async () => {
    const { first, wrong } = await playFaultCase(["any 429:3 #1"], "");
    expect(wrong).toEqual([]);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/pausing 3 s, resuming at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/);
    const silent = await playFaultCase(["any 429:3 #1"], "--quiet");
    expect(silent.first).toMatchObject({ code: 0, stderr: "" });
  });

  it.concurrent.each([
    ["right", 0],
    ["an hour ahead", 3_600_000],
  ])("Retry-After may be a date by the server's clock, which is %s", async (_, ahead) => {
    let limited = false;
    const gatekeeper: Gatekeeper = async ({ method }, forward) => {
      if (method !== "POST" || limited) return forward();
      limited = true;
      const now = Math.floor((Date.now() + ahead) / 1000) * 1000;
      const text = (ms: number): string => new Date(ms).toUTCString();
      const headers = { Date: text(now), "Retry-After": text(now + 4_000) };
      return { status: 429, headers, body: "" };
    };
    await atPlace({ gatekeeper }, async ({ apply, sandbox, before }) => {
      const run = await apply("--deadline 300s");
      expect(run).toMatchObject({ code: 0 });
      expect(run.stderr).toContain("pausing 4 s, resuming at ");
      expect(untruths(run, sandbox.store.all(), before)).toEqual([]);
      expect(undeclaredIn(sandbox.store.all(), before)).toEqual([]);
      // A 429 is no create: the refused one was sent again, and nothing else was.
      expect(sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(3);
    });
  });
});
