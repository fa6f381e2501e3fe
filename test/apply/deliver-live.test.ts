import { describe, expect, test } from "vitest";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import type { Revealed } from "../../src/api/reveal-keys.ts";
import type { ApplyContext, Delivery } from "../../src/apply/context.ts";
import { deliverLive } from "../../src/apply/deliver-live.ts";
import type { Event } from "../../src/model/events.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { sleep, type StopReason } from "../../src/model/ports.ts";
import { err, ok } from "../../src/model/result.ts";
import { Secret } from "../../src/model/secret.ts";
import { createStop } from "../../src/run/stop.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { valueOf } from "../support/create-server.ts";
import { desiredKey, liveKey } from "../support/records.ts";

const A = liveKey({ id: 1, name: "a" });
const B = liveKey({ id: 2, name: "b" });

interface Script {
  /** What the list shows; it cannot be read where undefined. */
  readonly listed?: readonly LiveKey[] | undefined;
  /** What each call that shows keys is answered; lists show them whole where absent. */
  readonly reveals?: readonly Revealed[];
  /** Why a place does not take a key. */
  readonly refusal?: string;
  /** How long a place takes, ms. */
  readonly takes?: number;
  readonly stop?: { readonly at: number; readonly reason: StopReason };
}

/** Delivers a and b, one after the other. */
async function deliver({ reveals, refusal, takes = 0, stop: stopped, ...script }: Script = {}) {
  const listed = "listed" in script ? script.listed : [B, A];
  const asked = [...(reveals ?? [])];
  const methods: Partial<KeysWriter> = {
    list: async (_signal, _onPage, onValue) => {
      if (listed === undefined) return err({ code: "server-unreachable", message: "gone" });
      if (reveals === undefined)
        for (const { id } of listed) onValue?.(id, new Secret(valueOf(id)));
      return ok(keyList(listed));
    },
    reveal: async () => asked.shift() ?? { kind: "no-endpoint" },
  };
  const base = applyContext(methods, [B, A]);
  const stop = createStop(base.clock, 900_000);
  if (stopped !== undefined) base.clock.timer(stopped.at, () => stop.begin(stopped.reason));
  const told: string[] = [];
  const emit = (event: Event): void => {
    if (event.type === "outcome") told.push(`${event.done}/${event.total} ${event.outcome.name}`);
  };
  const context: ApplyContext = { ...base, stop, emit, concurrency: 1 };
  const places: string[] = [];
  const delivery: Delivery = {
    deliver: async (_sink, key) => {
      if (takes > 0) await sleep(base.clock, takes);
      if (refusal !== undefined) return err(refusal);
      places.push(key.reveal());
      return ok(undefined);
    },
  };
  const wanted = [A, B].map((key) => {
    const desired = desiredKey({}, key.name);
    const sink = { kind: "exec", argv: ["put", key.name] } as const;
    return { key, desired: { ...desired, deliver: [{ sink, at: desired.at }] } };
  });
  const outcomes = await base.until(deliverLive(wanted, context, delivery));
  const said = outcomes.map(({ name, status, error, delivered }) =>
    [name, status, error?.code, error?.message ?? delivered?.join(", ")].filter(Boolean).join(" "),
  );
  return { said, told, places };
}

describe("delivering live keys", () => {
  test("brings each to its places, and tells of each", async () => {
    expect(await deliver()).toEqual({
      said: ["a done exec:put a", "b done exec:put b"],
      told: ["1/2 a", "2/2 b"],
      places: [`sk-${valueOf(1)}`, `sk-${valueOf(2)}`],
    });
  });

  test("attempts nothing where the list cannot be read", async () => {
    const { said, places } = await deliver({ listed: undefined });
    expect(said).toEqual([
      "a not_attempted not-delivered the list of keys could not be read",
      "b not_attempted not-delivered the list of keys could not be read",
    ]);
    expect(places).toEqual([]);
  });

  test("leaves a key that was deleted or renamed since", async () => {
    const { said, places } = await deliver({ listed: [{ ...A, name: "other" }] });
    expect(said).toEqual([
      "a failed moved it was deleted or renamed since it was looked for",
      "b failed moved it was deleted or renamed since it was looked for",
    ]);
    expect(places).toEqual([]);
  });

  test("tells what a place says", async () => {
    const { said } = await deliver({ refusal: "exit code 2" });
    expect(said).toEqual([
      "a failed not-delivered exec:put a: exit code 2",
      "b failed not-delivered exec:put b: exit code 2",
    ]);
  });

  test("tells that the server has no way to show a key", async () => {
    const { said } = await deliver({ reveals: [] });
    expect(said).toEqual([
      "a failed not-delivered the server masks keys, and has no way to show one",
      "b failed not-delivered the server masks keys, and has no way to show one",
    ]);
  });

  test("tells why the server did not show a key, and goes on with the next", async () => {
    const failed = { kind: "failed", message: "HTTP 500" } as const;
    const own = { kind: "shown", keys: new Map([[2, new Secret(valueOf(2))]]) } as const;
    const { said } = await deliver({ reveals: [failed, failed, own] });
    expect(said).toEqual([
      "a failed not-delivered the server did not show the key: HTTP 500",
      "b done exec:put b",
    ]);
  });

  test("begins nothing once the run is stopped, and says by what", async () => {
    const { said, places } = await deliver({ takes: 1_000, stop: { at: 500, reason: "sigint" } });
    expect(said).toEqual([
      "a done exec:put a",
      "b not_attempted interrupted the run was stopped before it",
    ]);
    expect(places).toHaveLength(1);
  });

  test("asks for no key once the run is stopped in a wait", async () => {
    const { said } = await deliver({
      reveals: [{ kind: "limited", ms: 60_000 }],
      stop: { at: 20_000, reason: "deadline" },
    });
    expect(said).toEqual([
      "a not_attempted deadline the run was stopped before it",
      "b not_attempted deadline the run was stopped before it",
    ]);
  });
});
