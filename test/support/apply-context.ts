import type { KeysWriter } from "../../src/api/keys-api.ts";
import type { KeyList } from "../../src/api/list.ts";
import { createStop } from "../../src/run/stop.ts";
import type { ApplyContext, FinalList } from "../../src/apply/context.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { fakeWriter } from "./fake-writer.ts";
import { NOW } from "./records.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** A list of one page, as it was read. */
export function keyList(keys: readonly LiveKey[], sentAt = 0): KeyList {
  return { keys, firstPage: { entries: keys, total: keys.length }, confirmed: true, sentAt };
}

/** The closing list of a run that was cut short. */
export function finalList(
  keys: readonly LiveKey[],
  rest: Omit<FinalList, "keys"> = { proven: true, downTo: 0 },
): FinalList {
  return { keys: new Map(keys.map((key) => [key.id, key])), ...rest };
}

/** What an apply works with, over a clock of its own; the keys are those the plan was made from. */
export function applyContext(
  methods: Partial<KeysWriter>,
  keys: readonly LiveKey[] = [],
): ApplyContext & { readonly until: <T>(promise: Promise<T>) => Promise<T> } {
  const clock = createVirtualClock(NOW * 1000);
  return {
    api: fakeWriter(methods),
    clock,
    until: clock.until,
    random: () => 0.5,
    stop: createStop(clock, 900_000),
    emit: () => {},
    settleMs: 5_000,
    concurrency: 4,
    list: keyList(keys, clock.now()),
    declared: new Set(),
    now: () => Math.floor(clock.now() / 1000),
  };
}
