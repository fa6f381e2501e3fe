import { describe, expect, test } from "vitest";
import { createClient } from "../../src/api/client.ts";
import { revealKeys } from "../../src/api/reveal-keys.ts";
import { createTryKey } from "../../src/api/try-key.ts";
import { Secret } from "../../src/model/secret.ts";
import { createStop } from "../../src/run/stop.ts";
import {
  answer,
  jsonAnswer,
  limited,
  REFUSED,
  RESET,
  scriptedSend,
  type Reply,
} from "../support/scripted-send.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const KEY = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5uX8";
const MASKED = "aB3d**********X8aa";
const NOWHERE = answer('{"error":{"message":"no such path"}}', { status: 404 });

/** What the values of keys are asked for, and what the server said. */
async function reveal(ids: readonly number[], ...replies: readonly [Reply, ...Reply[]]) {
  const clock = createVirtualClock();
  const { send, requests } = scriptedSend(...replies);
  const stop = createStop(clock, 900_000);
  const token = new Secret("raw-token");
  const ports = {
    send,
    clock,
    stop,
    token,
    random: () => 0.5,
    emit: () => {},
    words: (text: string) => text,
  };
  const client = createClient({ ...ports, timeoutMs: 30_000, concurrency: 4 });
  const told: unknown[] = [];
  const shown = await clock.until(revealKeys(client, ids, (...key) => void told.push(key)));
  const keys = shown.kind === "shown" ? [...shown.keys].map(([id, key]) => [id, key.reveal()]) : [];
  return {
    kind: shown.kind,
    shown,
    keys,
    told,
    sent: requests.map(({ path, body }) => [path, body]),
  };
}

describe("the values of keys", () => {
  test("of several are asked for at once, and each is told before it is given", async () => {
    const data = { keys: { 7: KEY, 8: `sk-${KEY}` } };
    expect(await reveal([7, 8], jsonAnswer({ success: true, data }))).toMatchObject({
      keys: [
        [7, KEY],
        [8, `sk-${KEY}`],
      ],
      told: [
        [KEY, 7],
        [`sk-${KEY}`, 8],
      ],
      sent: [["/api/token/batch/keys", '{"ids":[7,8]}']],
    });
  });

  test("of one is asked for by its own path", async () => {
    const { keys, sent } = await reveal([7], jsonAnswer({ success: true, data: { key: KEY } }));
    expect(keys).toEqual([[7, KEY]]);
    expect(sent).toEqual([["/api/token/7/key", "{}"]]);
  });

  test("are none where nothing is asked for", async () => {
    expect(await reveal([], RESET)).toMatchObject({ kind: "shown", keys: [], sent: [] });
  });

  test.each([
    ["a mask", { keys: { 7: MASKED, 8: KEY } }, [[8, KEY]]],
    ["another id", { keys: { 9: KEY, 8: KEY } }, [[8, KEY]]],
    ["something else", { keys: { 7: 5, 8: null } }, []],
    ["nothing", {}, []],
    ["a list", [KEY], []],
  ])("are not taken from %s", async (_, data, keys) => {
    expect(await reveal([7, 8], jsonAnswer({ success: true, data }))).toMatchObject({
      kind: "shown",
      keys,
    });
  });

  test.each<[string, Reply, object]>([
    ["another path", NOWHERE, { kind: "no-endpoint" }],
    ["a limit", limited("1200"), { kind: "limited", ms: 1_200_000 }],
    ["a limit without a time", limited(), { kind: "limited" }],
    [
      "a refusal",
      jsonAnswer({ success: false, message: "no rights" }),
      { kind: "failed", message: "no rights" },
    ],
    ["no connection", REFUSED, { kind: "failed", message: expect.stringContaining("4 times") }],
    ["no answer", RESET, { kind: "failed", message: expect.stringContaining("4 times") }],
  ])("are not shown after %s", async (_, reply, expected) => {
    const { shown } = await reveal([7, 8], reply);
    expect(shown).toMatchObject(expected);
  });

  test("are asked for again where it is not known what came of it: nothing is changed by it", async () => {
    const { keys, sent } = await reveal(
      [7],
      RESET,
      jsonAnswer({ success: true, data: { key: KEY } }),
    );
    expect([keys, sent.length]).toEqual([[[7, KEY]], 2]);
  });
});

describe("a key that is tried", () => {
  const MODELS = jsonAnswer({ object: "list", data: [] });

  async function tried(...replies: readonly [Reply, ...Reply[]]) {
    const clock = createVirtualClock();
    const { send, requests } = scriptedSend(...replies);
    const events: unknown[] = [];
    const emit = (event: unknown): void => void events.push(event);
    const tryKey = createTryKey({ send, clock, emit, timeoutMs: 30_000 });
    const signal = new AbortController().signal;
    const trial = await clock.until(tryKey(new Secret(`sk-${KEY}`), signal));
    return { trial, requests, events };
  }

  test("is used once, where it costs nothing, and shown by no trace", async () => {
    const { trial, requests, events } = await tried(MODELS);
    expect(trial).toEqual({ kind: "works" });
    expect(requests).toMatchObject([
      { method: "GET", path: "/v1/models", headers: { Authorization: `Bearer sk-${KEY}` } },
    ]);
    expect(JSON.stringify(events)).toContain("/v1/models");
    expect(JSON.stringify(events)).not.toContain(KEY.slice(0, 8));
  });

  test.each<[string, Reply, object, number]>([
    ["refused", answer("{}", { status: 401 }), { kind: "refused", message: "HTTP 401" }, 1],
    ["forbidden", answer("{}", { status: 403 }), { kind: "refused", message: "HTTP 403" }, 1],
    ["broken server", answer("", { status: 502 }), { kind: "unclear", message: "HTTP 502" }, 2],
    ["page of a gateway", answer("<html>"), { kind: "unclear" }, 2],
    ["list without end", answer(`{"data":[${"0,".repeat(500_000)}0]}`), { kind: "unclear" }, 2],
    ["list of something else", answer("[]"), { kind: "unclear" }, 2],
    ["reset", RESET, { kind: "unclear", message: "reset" }, 2],
    ["server that is not there", REFUSED, { kind: "unclear", message: "no connection" }, 2],
    ["silence", () => new Promise(() => {}), { kind: "unclear", message: "no answer in time" }, 2],
  ])("tells of a %s", async (_, reply, expected, count) => {
    const { trial, requests } = await tried(reply);
    expect(trial).toMatchObject(expected);
    expect(requests).toHaveLength(count);
  });

  test("is tried once more where the first answer was unclear", async () => {
    expect((await tried(RESET, MODELS)).trial).toEqual({ kind: "works" });
  });
});
