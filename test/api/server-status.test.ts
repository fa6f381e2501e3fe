import { describe, expect, test } from "vitest";
import { readServerStatus } from "../../src/api/server-status.ts";
import type { HttpRequest, SendResult } from "../../src/http/send.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

function answer(status: number, text: string): SendResult {
  return { kind: "answer", answer: { status, contentType: "application/json", text } };
}

const told = (rate: unknown): SendResult =>
  answer(200, JSON.stringify({ success: true, data: { quota_per_unit: rate } }));

/** Asks a server that answers so, or never. */
function ask(result?: SendResult, signal = new AbortController().signal) {
  const clock = createVirtualClock();
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<SendResult> => {
    sent.push(request);
    return result === undefined ? new Promise(() => {}) : Promise.resolve(result);
  };
  const words = (text: string): string => text.replace("SECRET", "***");
  const status = clock.until(readServerStatus({ send, clock, emit: () => {}, words, signal }));
  const rate = status.then(({ quotaPerUnit }) => quotaPerUnit);
  return { status, rate, sent, clock };
}

test("the rate is what the status page tells", async () => {
  expect(await ask(told(500_000)).rate).toBe(500_000);
  expect(await ask(told(0.5)).rate).toBe(0.5);
});

test("so is the version, cut where it is endless", async () => {
  const of = (version: unknown) =>
    answer(200, JSON.stringify({ success: true, data: { version } }));
  expect(await ask(of("v0.9.1")).status).toEqual({ version: "v0.9.1" });
  expect(await ask(of("v1 SECRET")).status).toEqual({ version: "v1 ***" });
  expect(await ask(of("v".repeat(500))).status).toEqual({ version: `${"v".repeat(80)}…` });
  for (const version of [5, "", null]) expect(await ask(of(version)).status).toEqual({});
});

test.each([
  ["zero", told(0)],
  ["negative", told(-1)],
  ["text", told("500000")],
  ["too large a number", answer(200, '{"success":true,"data":{"quota_per_unit":1e999}}')],
  ["missing", answer(200, '{"success":true,"data":{}}')],
  ["no object", answer(200, '{"success":true,"data":[1]}')],
  ["refused", answer(200, '{"success":false,"message":"no"}')],
  ["a 429", answer(429, "")],
  ["a 404", answer(404, "")],
  ["HTML", answer(200, "<html>")],
  ["a reset", { kind: "broken", why: "reset", reason: "r" }],
  ["no connection", { kind: "not-sent", reason: "r" }],
] satisfies readonly (readonly [string, SendResult])[])("%s is silence", async (_case, result) => {
  const { rate, sent } = ask(result);
  expect(await rate).toBeUndefined();
  expect(sent).toHaveLength(1);
});

describe("the one request", () => {
  test("is a GET without the token", () => {
    const [request] = ask(told(1)).sent;
    expect(request).toMatchObject({ method: "GET", path: "/api/status" });
    expect(Object.keys(request?.headers ?? {})).toEqual(["Accept", "User-Agent"]);
  });

  test("is given up after 5 s", async () => {
    const { rate, sent, clock } = ask();
    const start = clock.now();
    expect(await rate).toBeUndefined();
    expect(clock.now() - start).toBe(5_000);
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  test("ends with the run", async () => {
    const { rate, clock } = ask(undefined, AbortSignal.abort());
    const start = clock.now();
    expect(await rate).toBeUndefined();
    expect(clock.now()).toBe(start);
  });
});
