import type { KeysWriter } from "../../src/api/keys-api.ts";
import { createStop } from "../../src/api/stop.ts";
import type { ApplyContext } from "../../src/apply/context.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { fakeWriter } from "./fake-writer.ts";
import { NOW } from "./records.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** What an apply works with, over a clock of its own; the keys are those the plan was made from. */
export function applyContext(
  methods: Partial<KeysWriter>,
  keys: readonly LiveKey[] = [],
): ApplyContext & { readonly until: <T>(promise: Promise<T>) => Promise<T> } {
  const clock = createVirtualClock(NOW * 1000);
  const firstPage = { entries: keys, total: keys.length };
  return {
    api: fakeWriter(methods),
    clock,
    until: clock.until,
    random: () => 0.5,
    stop: createStop(clock, 900_000),
    emit: () => {},
    settleMs: 5_000,
    concurrency: 4,
    list: { keys, pages: 1, firstPage },
    now: () => Math.floor(clock.now() / 1000),
  };
}
