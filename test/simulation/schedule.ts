import type { DesiredFields } from "../../src/model/fields.ts";
import type { DesiredKey } from "../../src/model/key.ts";
import { STATUS } from "../../src/model/status.ts";
import type { PruneOptions } from "../../src/plan/prune.ts";
import type { Delivers } from "./deliveries.ts";
import type { FaultRates } from "./faults.ts";
import { PLAIN, type ServerTraits } from "./model-server.ts";
import type { Choices } from "./random.ts";
import { liveRecord, randomFields, spoil } from "./random-fields.ts";
import { START } from "./scheduler.ts";
import type { Stored } from "./record.ts";

/** How one run of the client is started, and how it is disturbed. */
export interface RunPlan {
  /** ms after the schedule begins. */
  readonly startsAfter: number;
  /** Killed at this step, if it ever comes to it. */
  readonly killedAtStep?: number;
  /** Interrupted this long after its start, ms. */
  readonly interruptedAfter?: number;
  readonly concurrency: number;
  readonly deadlineMs: number;
  readonly rates: FaultRates;
  /** Times at which this run's wall clock is set to another time, ms after its start. */
  readonly clockSteps?: readonly { readonly after: number; readonly by: number }[];
  /** A time, ms after its start, in which all its requests are answered with 429. */
  readonly limited?: {
    readonly after: number;
    readonly ms: number;
    readonly tellsUntil: boolean;
  };
}

export type PersonAct = {
  readonly at: number;
  readonly what:
    | "create"
    | "create-declared"
    | "rename"
    | "take-name"
    | "delete"
    | "disable"
    | "edit";
};

/** Everything a seed decides before the first event. */
export interface Schedule {
  readonly seed: number;
  readonly declared: readonly DesiredKey[];
  /** The account the file is pinned to. */
  readonly pinned: boolean;
  readonly seeded: readonly Stored[];
  readonly traits: ServerTraits;
  readonly settleMs: number;
  readonly timeoutMs: number;
  readonly runs: readonly RunPlan[];
  /** How long after a kill the client is started again, ms. */
  readonly rerunAfter: number;
  readonly people: readonly PersonAct[];
  /** Mean time between two uses of a key, ms. */
  readonly useEveryMs: number;
  readonly lagMs: number;
  /** The file answers for all names of its scope. */
  readonly prune?: PruneOptions;
  /** Some keys are to be delivered. */
  readonly delivers?: Delivers;
}

export const NO_FAULTS: FaultRates = { reads: 0, writes: 0, limits: 0 };

export function makeSchedule(seed: number, choices: Choices): Schedule {
  const owner = 7;
  const seeded: Stored[] = [];
  const declared: DesiredKey[] = [];
  const add = (record: Omit<Stored, "id">): void => {
    seeded.push({ ...record, id: seeded.length + 1 });
  };
  const strangers = choices.whole(0, 5);
  for (let i = 0; i < strangers; i += 1) add(liveRecord(`other-${i}`, {}, owner, choices));
  const count = choices.whole(2, 8);
  for (let i = 0; i < count; i += 1) declareKey(`key-${i}`, owner, choices, declared, add);

  const settleMs = choices.pick([500, 1_000, 2_000, 5_000, 5_000, 5_000, 10_000]);
  const timeoutMs = choices.pick([2_000, 5_000, 30_000]);
  const rate = choices.pick([0.04, 0.1, 0.15, 0.25, 0.4]);
  const rates: FaultRates = {
    reads: rate * choices.pick([0.3, 0.6, 1]),
    writes: Math.min(0.6, rate * choices.pick([1, 1.5, 2.5])),
    limits: choices.pick([0, 0.3, 1, 1, 4]),
  };
  const two = choices.chance(0.45);
  const killed = choices.chance(0.42);
  const plan = (startsAfter: number, mayBeKilled: boolean): RunPlan => ({
    startsAfter,
    ...(mayBeKilled ? { killedAtStep: Math.floor(choices.between(1, 7) ** 2) } : {}),
    ...(choices.chance(0.08) ? { interruptedAfter: choices.between(10, 12_000) } : {}),
    concurrency: choices.pick([1, 2, 4, 4, 8]),
    deadlineMs: choices.chance(0.15) ? choices.between(2_000, 60_000) : 900_000,
    rates,
  });
  const runs = [plan(0, killed)];
  if (two) runs.push(plan(choices.pick([5, 60, 500, 4_000]) * choices.next(), choices.chance(0.1)));
  return {
    seed,
    declared,
    pinned: choices.chance(0.12),
    seeded,
    traits: {
      ...PLAIN,
      pageSize: choices.pick([2, 2, 3, 4, 5, 100]),
      knowsStatusOnly: choices.chance(0.5),
      keyLimit: choices.chance(0.08) ? seeded.length + choices.whole(1, 4) : 1_000,
      commitMs: choices.pick([4, 4, 20, 300]),
      countMs: choices.pick([1, 5, 40]),
      owner,
      tellsOwner: choices.chance(0.5),
    },
    settleMs,
    timeoutMs,
    runs,
    rerunAfter: choices.pick([20, 500, 4_000, 20_000, 90_000]) * choices.next(),
    people: choices.chance(0.5) ? makePeople(choices) : [],
    useEveryMs: choices.pick([15, 60, 300, 1_500]),
    lagMs: choices.pick([0, 20, 400, 3_000]),
  };
}

/** The run of a client whom nothing disturbs. */
export function calmRun(startsAfter: number): RunPlan {
  return { startsAfter, concurrency: 4, deadlineMs: 900_000, rates: NO_FAULTS };
}

function makePeople(choices: Choices): readonly PersonAct[] {
  return Array.from({ length: choices.whole(1, 3) }, () => ({
    at: choices.pick([100, 400, 2_000, 15_000]) * choices.next(),
    what: choices.pick([
      "create",
      "create-declared",
      "rename",
      "take-name",
      "delete",
      "delete",
      "disable",
      "edit",
      "edit",
    ] as const),
  }));
}

const SITUATIONS = [
  "missing",
  "missing",
  "missing",
  "differs",
  "differs",
  "differs",
  "exhausted",
  "expired",
  "half revived",
  "absent",
  "absent",
  "in place",
  "twins",
] as const;

function declareKey(
  name: string,
  owner: number,
  choices: Choices,
  declared: DesiredKey[],
  add: (record: Omit<Stored, "id">) => void,
): void {
  const at = { file: "keys.yaml", line: declared.length + 2, column: 1 };
  const declare = (fields: DesiredFields, state: DesiredKey["state"] = "present"): void => {
    declared.push({ name, state, fields, at });
  };
  const situation = choices.pick(SITUATIONS);
  const fields = randomFields(choices, situation === "differs");
  const record = (): Omit<Stored, "id"> => liveRecord(name, fields, owner, choices);
  const now = Math.floor(START / 1000);
  switch (situation) {
    case "missing":
      return declare(fields);
    case "differs":
      declare(fields);
      return add(spoil(record(), fields, choices));
    case "exhausted": {
      const used = choices.whole(100, 2_000);
      const quota = { remain_quota: used + choices.whole(100, 5_000), unlimited_quota: false };
      const { status: _status, ...rest } = fields;
      declare({ ...rest, ...quota });
      const empty = { remain_quota: -choices.whole(0, 20), used_quota: used };
      return add({ ...record(), ...empty, unlimited_quota: false, status: STATUS.exhausted });
    }
    case "expired":
      declare({ ...fields, expired_time: choices.pick([-1, now + 86_400]) });
      return add({ ...record(), expired_time: now - 500, status: STATUS.expired });
    case "half revived": {
      // The status a revival leaves behind that was interrupted between its two writes.
      declare({ ...fields, status: "enabled" });
      return add({ ...record(), status: choices.pick([STATUS.exhausted, STATUS.disabled]) });
    }
    case "absent":
      declare({}, "absent");
      if (choices.chance(0.85)) add(record());
      return;
    case "in place":
      declare(fields);
      return add(record());
    case "twins":
      declare(fields);
      if (!choices.chance(0.4)) return;
      add(record());
      add(record());
  }
}
