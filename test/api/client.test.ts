import { describe, expect, test } from "vitest";
import { createClient, type Client } from "../../src/api/client.ts";
import type { Turn } from "../../src/api/rate-limiter.ts";
import { createStop, type StopControl } from "../../src/run/stop.ts";
import type { Event } from "../../src/model/events.ts";
import { Secret } from "../../src/model/secret.ts";
import {
  ACCEPTED,
  answer,
  jsonAnswer,
  limited,
  REFUSED,
  RESET,
  scriptedSend,
  type Reply,
  type ScriptedSend,
} from "../support/scripted-send.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";

interface Setting extends ScriptedSend {
  readonly clock: VirtualClock;
  readonly client: Client;
  readonly stop: StopControl;
  readonly events: readonly Event[];
}

function set(
  replies: readonly [Reply, ...Reply[]],
  deadlineMs = 900_000,
  userId?: number,
): Setting {
  const clock = createVirtualClock();
  const scripted = scriptedSend(...replies);
  const stop = createStop(clock, deadlineMs);
  const events: Event[] = [];
  const client = createClient({
    send: scripted.send,
    clock,
    random: () => 0.5,
    emit: (event) => void events.push(event),
    words: (text: string) => text,
    token: new Secret("raw-token"),
    ...(userId === undefined ? {} : { userId }),
    timeoutMs: 30_000,
    concurrency: 4,
    stop,
  });
  return { ...scripted, clock, client, stop, events };
}

const POST = { method: "POST", path: "/api/token/", body: { name: "ci" } } as const;
const PUT = {
  method: "PUT",
  path: "/api/token/",
  body: { id: 1 },
  mayGo: ({ paused }: Turn) => !paused,
} as const;
const READ = jsonAnswer({ success: true, data: "x" });
const HTML = answer("<html>", { contentType: "text/html" });
const UNAUTHORIZED = jsonAnswer({ success: false, message: "no" }, { status: 401 });
const hanging: Reply = () => new Promise(() => {});

function read({ client, clock }: Setting, path = "/x") {
  return clock.until(client.read(path));
}

async function write({ client, clock }: Setting, request: Parameters<Client["write"]>[0] = POST) {
  return (await clock.until(client.write(request))).answer;
}

describe("a read", () => {
  test("is a GET with the raw token and no body", async () => {
    const setting = set([READ]);
    expect(await read(setting)).toEqual({
      ok: true,
      value: { data: "x", size: 27, sentAt: expect.any(Number) },
    });
    const [request] = setting.requests;
    expect(request).toMatchObject({ method: "GET", path: "/x" });
    expect(request?.headers).toEqual({
      Authorization: "raw-token",
      Accept: "application/json",
      "User-Agent": "cometkeys",
    });
    expect(request).not.toHaveProperty("body");
  });

  test("carries the user id when there is one", async () => {
    const setting = set([READ], 900_000, 5678);
    await read(setting);
    expect(setting.requests[0]?.headers).toMatchObject({ "New-Api-User": "5678" });
  });

  test.each([
    ["a reset connection", RESET, "server-unreachable"],
    ["a refused connection", REFUSED, "server-unreachable"],
    ["a 503", answer("", { status: 503 }), "server-error"],
    ["a cut body", answer('{"succ'), "server-unreachable"],
    ["a 409", answer("", { status: 409 }), "server-unreachable"],
  ])("is tried four times in about four seconds on %s", async (_what, reply, code) => {
    const setting = set([reply]);
    const result = await read(setting);
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(!result.ok && result.error.message).toContain("(tried 4 times)");
    expect(setting.requests).toHaveLength(4);
    expect(setting.clock.now()).toBe(3_500);
    expect(setting.events.filter(({ type }) => type === "retry")).toHaveLength(3);
  });

  test("succeeds when a repeat does", async () => {
    const setting = set([RESET, REFUSED, answer("", { status: 502 }), READ]);
    expect(await read(setting)).toEqual({
      ok: true,
      value: { data: "x", size: 27, sentAt: expect.any(Number) },
    });
  });

  test("that hangs is given up after --timeout and tried again", async () => {
    const setting = set([hanging, READ]);
    expect(await read(setting)).toMatchObject({ ok: true });
    expect(setting.clock.now()).toBe(30_500);
    expect(setting.requests[0]?.signal.aborted).toBe(true);
  });

  test.each([
    ["401", UNAUTHORIZED, "credentials-refused"],
    ["success:false", jsonAnswer({ success: false, message: "no" }), "server-refused"],
    ["a redirect", answer("", { status: 301 }), "server-not-this-api"],
    ["404", answer("", { status: 404 }), "server-not-this-api"],
    [
      "a final 500",
      jsonAnswer({ error: { code: "invalid_request" } }, { status: 500 }),
      "server-error",
    ],
    ["HTML from a server never heard before", HTML, "server-not-this-api"],
    ["an empty 200 from a server never heard before", answer(""), "server-not-this-api"],
    ["JSON of another API", answer("{}"), "server-not-this-api"],
  ])("is not repeated on %s", async (_what, reply, code) => {
    const setting = set([reply]);
    expect(await read(setting)).toMatchObject({ ok: false, error: { code } });
    expect(setting.requests).toHaveLength(1);
  });

  test("tells a missing record from a missing path by the caller's eyes", async () => {
    const setting = set([jsonAnswer({ error: { message: "Invalid URL" } }, { status: 404 })]);
    expect(await read(setting)).toEqual({
      ok: false,
      error: { code: "server-not-this-api", message: "HTTP 404: Invalid URL", notFound: true },
    });
  });

  test("of HTML is repeated once the server has answered as this API", async () => {
    const setting = set([READ, HTML, READ]);
    await read(setting);
    expect(await read(setting)).toMatchObject({ ok: true });
    expect(setting.requests).toHaveLength(3);
  });

  test("waits out a limit without counting it as a try", async () => {
    const setting = set([limited("10"), RESET, RESET, RESET, READ]);
    expect(await read(setting)).toMatchObject({ ok: true });
    expect(setting.clock.now()).toBe(13_500);
  });

  test("ends with the limit when that outlasts the deadline", async () => {
    const setting = set([limited("3600")]);
    expect(await read(setting)).toMatchObject({ ok: false, error: { code: "server-limit" } });
    expect(setting.requests).toHaveLength(1);
  });

  test("ends when the run does, without another try", async () => {
    const setting = set([hanging]);
    setting.clock.at(1_000, () => setting.stop.begin("sigint"));
    expect(await read(setting)).toMatchObject({ ok: false, error: { code: "interrupted" } });
    expect(setting.clock.now()).toBe(6_000);
    expect(setting.requests).toHaveLength(1);
  });

  test("ends between two tries when the run does", async () => {
    const setting = set([RESET], 1_000);
    expect(await read(setting)).toMatchObject({ ok: false, error: { code: "deadline" } });
  });
});

describe("a write", () => {
  test("is sent once with its body as JSON", async () => {
    const setting = set([ACCEPTED]);
    expect(await write(setting)).toEqual({ kind: "accepted" });
    expect(setting.requests).toHaveLength(1);
    expect(setting.requests[0]).toMatchObject({ method: "POST", body: '{"name":"ci"}' });
    expect(setting.requests[0]?.headers).toMatchObject({ "Content-Type": "application/json" });
  });

  test.each([
    ["a reset", RESET],
    ["a 500", answer("", { status: 500 })],
    ["a 408", answer("", { status: 408 })],
    ["HTML", HTML],
    ["an empty body", answer("")],
    ["a cut body", answer('{"success":')],
    ["a redirect", answer("", { status: 307 })],
    ["another shape", answer("{}")],
  ])("with %s for an answer is unknown and never repeated", async (_what, reply) => {
    const setting = set([reply]);
    expect(await write(setting)).toMatchObject({ kind: "unknown" });
    expect(setting.requests).toHaveLength(1);
  });

  test("that hangs is unknown after --timeout, and never repeated", async () => {
    const setting = set([hanging]);
    expect(await write(setting)).toEqual({
      kind: "unknown",
      reason: "no answer within 30 s (--timeout)",
    });
    expect(setting.requests).toHaveLength(1);
  });

  test.each([
    ["success:false", jsonAnswer({ success: false, message: "too long" }), "too long"],
    ["400", answer("", { status: 400 }), "HTTP 400"],
    ["404", answer("", { status: 404 }), "HTTP 404"],
  ])("answered with %s is refused", async (_what, reply, message) => {
    expect(await write(set([reply]))).toEqual({ kind: "refused", message });
  });

  test("whose connection never opens is tried four times; then nothing more is written", async () => {
    const setting = set([REFUSED]);
    const closed = {
      kind: "not-carried-out",
      code: "server-unreachable",
      reason: "ECONNREFUSED",
    };
    expect(await write(setting)).toEqual(closed);
    expect(setting.requests).toHaveLength(4);
    expect(await write(setting)).toEqual(closed);
    expect(setting.requests).toHaveLength(4);
  });

  test("that is given back each time counts its tries over the calls", async () => {
    const setting = set([REFUSED]);
    expect(await write(setting, PUT)).toEqual({ kind: "paused", unopened: true });
    expect(await write(setting, { ...PUT, unopened: 3 })).toMatchObject({
      kind: "not-carried-out",
      code: "server-unreachable",
    });
    expect(setting.requests).toHaveLength(2);
  });

  test("whose connection opens at last is carried out once", async () => {
    const setting = set([REFUSED, REFUSED, ACCEPTED]);
    expect(await write(setting)).toEqual({ kind: "accepted" });
    expect(setting.requests).toHaveLength(3);
  });

  test("after a refused token is not sent any more", async () => {
    const setting = set([UNAUTHORIZED, ACCEPTED]);
    expect(await write(setting)).toEqual({ kind: "unauthorized", message: "no" });
    expect(await write(setting, PUT)).toMatchObject({
      kind: "not-carried-out",
      code: "credentials-refused",
    });
    expect(setting.requests).toHaveLength(1);
  });

  test("that waited behind a refused token is not sent either", async () => {
    const setting = set([UNAUTHORIZED, ACCEPTED]);
    const answers = await setting.clock.until(
      Promise.all(Array.from({ length: 8 }, () => setting.client.write(POST))),
    );
    expect(answers.filter(({ answer }) => answer.kind === "not-carried-out")).toHaveLength(4);
    expect(setting.requests).toHaveLength(4);
  });

  test("met by a limit never reached the server: a POST goes again after the pause", async () => {
    const setting = set([limited("30"), limited(), ACCEPTED]);
    expect(await write(setting)).toEqual({ kind: "accepted" });
    expect(setting.requests.map(({ body }) => body)).toEqual(Array(3).fill('{"name":"ci"}'));
  });

  test("met by a limit is given back where it rests on a fresh read", async () => {
    const setting = set([limited("30"), ACCEPTED]);
    expect(await write(setting, PUT)).toEqual({ kind: "paused" });
    expect(setting.requests).toHaveLength(1);
    expect(setting.clock.now()).toBe(30_000);
  });

  test("is not begun once the run is being stopped", async () => {
    const setting = set([ACCEPTED]);
    setting.stop.begin("sigint");
    expect(await write(setting)).toMatchObject({ kind: "not-carried-out", code: "interrupted" });
    expect(setting.requests).toEqual([]);
  });

  test("under way when the run is stopped gets five seconds", async () => {
    const setting = set([hanging]);
    setting.clock.at(1_000, () => setting.stop.begin("sigint"));
    expect(await write(setting)).toEqual({ kind: "unknown", reason: "given up" });
    expect(setting.clock.now()).toBe(6_000);
  });
});

test("a transport that throws is a broken connection, not a crash", async () => {
  const throwing: Reply = () => Promise.reject(new Error("boom"));
  expect(await write(set([throwing]))).toEqual({ kind: "unknown", reason: "Error: boom" });
});

test("every exchange is told with its outcome and its time, never with a body", async () => {
  const slow: Reply = async () => RESET;
  const setting = set([slow, READ]);
  await read(setting, "/api/token/1");
  expect(setting.events.filter(({ type }) => type === "request")).toEqual([
    { type: "request", method: "GET", path: "/api/token/1", outcome: "unknown (reset)", ms: 0 },
    { type: "request", method: "GET", path: "/api/token/1", outcome: "success", ms: 0 },
  ]);
});
