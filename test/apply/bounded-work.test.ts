import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply-plan.ts";
import type { Delivery } from "../../src/apply/context.ts";
import type { WriteAnswer } from "../../src/api/api-result.ts";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import type { OnPage } from "../../src/api/list-page.ts";
import { Secret } from "../../src/model/secret.ts";
import type { DesiredSink, LiveKey } from "../../src/model/key.ts";
import { sleep } from "../../src/model/ports.ts";
import { ok } from "../../src/model/result.ts";
import { createStop } from "../../src/run/stop.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { applyContext, keyList } from "../support/apply-context.ts";
import { CHANGES, countedKeys, PLAIN, type Make } from "../support/counted-keys.ts";
import { desiredKey, liveKey } from "../support/records.ts";

const ACCEPTED: WriteAnswer = { kind: "accepted" };
const PAGE_SIZE = 10;

/** What becomes of the writes, each of which is carried out. */
type Fate = "answered" | "lost" | "open" | "altered";

/** How often the id or the name of a record was looked at while a plan was applied. */
async function looksOf(make: Make, size: number, fate: Fate): Promise<number> {
  const isUnclear = fate === "lost" || fate === "open";
  const { counted, looks } = countedKeys();
  const numbers = Array.from({ length: size }, (_, index) => index + 1);
  const stored = new Map<number, LiveKey>();
  const store = (key: LiveKey): void => void stored.set(key.id, key);
  for (const id of numbers) store(liveKey({ id, name: `live-${id}` }));
  for (const id of numbers) store(liveKey({ id: size + id, name: `other-${id}` }));
  const desired = make(
    numbers.map((id) => `new-${id}`),
    numbers.map((id) => `live-${id}`),
  );

  const newestFirst = (): readonly LiveKey[] =>
    [...stored.values()].toSorted((a, b) => b.id - a.id).map(counted);
  const told = (keys: readonly LiveKey[], onPage: OnPage | undefined): readonly LiveKey[] => {
    for (let from = 0; from < keys.length; from += PAGE_SIZE) {
      onPage?.(keys.slice(from, from + PAGE_SIZE), from / PAGE_SIZE + 1, keys.length);
    }
    return keys;
  };
  const newest = (floor: number, onPage: OnPage | undefined) => {
    const keys = newestFirst();
    const above = keys.filter(({ id }) => id > floor);
    const sentAt = context.clock.now();
    return ok({ keys: told(above, onPage), total: keys.length, whole: false, sentAt });
  };
  /** Stored at once, and answered when a run that is to be stopped has been. */
  const write = async (how: () => void): Promise<WriteAnswer> => {
    how();
    await sleep(context.clock, 1_000, context.stop.writes);
    return isUnclear ? { kind: "unknown", reason: "timeout" } : ACCEPTED;
  };
  const methods: Partial<KeysWriter> = {
    list: async (_signal, onPage, onValue) => {
      const keys = told(newestFirst(), onPage);
      for (const id of stored.keys()) onValue?.(id, new Secret(`${"k".repeat(40)}${id}`));
      return ok(keyList(keys, context.clock.now()));
    },
    listNewest: async (floor, onPage) => newest(floor, onPage),
    listSince: async ({ last }, onPage) => ok({ ...newest(last, onPage).value, hasGap: false }),
    get: async (id) => {
      const key = stored.get(id);
      return ok(key && counted(key));
    },
    create: async ({ name }) => {
      const id = Math.max(...stored.keys()) + 1;
      const given = fate === "altered" ? name.toUpperCase() : name;
      const key = liveKey({ id, name: given, created_time: context.now() });
      const sentAt = context.clock.now();
      return { answer: await write(() => store(key)), sentAt };
    },
    replace: async (body) => write(() => store(liveKey({ ...stored.get(body.id), ...body }))),
    remove: async (id) => write(() => void stored.delete(id)),
  };
  const before = newestFirst();
  const base = applyContext(methods, before);
  const deliver: Delivery["deliver"] = async () => ok(undefined);
  const stop = createStop(base.clock, 900_000);
  const context = { ...base, stop, concurrency: size, delivery: { deliver } };
  const plan = planKeys({ keys: desired, scopes: [], protect: [], files: [] }, before, PLAIN);
  expect(plan.changes).toHaveLength(size);
  looks();
  if (fate === "open") base.clock.timer(500, () => stop.begin("deadline"));
  await base.until(applyPlan(plan, context));
  return looks();
}

const SINK: DesiredSink = {
  sink: { kind: "file", path: "keys.env", format: "dotenv", variable: "KEY" },
  at: desiredKey().at,
};

const WORK: Readonly<Record<string, Make>> = {
  ...CHANGES,
  "creates that are delivered": (names) =>
    names.map((name) => ({ ...desiredKey({ remain_quota: 500 }, name), deliver: [SINK] })),
};

describe.each(Object.entries(WORK))("%s", (_, make) => {
  test.each([
    ["that are answered", "answered"],
    ["whose answers are lost", "lost"],
    ["that a run leaves open", "open"],
    ["whose names the server alters", "altered"],
  ] as const)("%s: four times as many take about four times the work", async (_rule, fate) => {
    const few = await looksOf(make, 50, fate);
    const many = await looksOf(make, 200, fate);
    expect(many / few).toBeLessThan(5);
  });
});
