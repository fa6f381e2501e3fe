import { startClient, type ClientRun } from "./client-run.ts";
import { withDeliveries, type Taken } from "./deliveries.ts";
import type { Exchange } from "./exchange-log.ts";
import { createModelServer } from "./model-server.ts";
import { createNetwork } from "./network.ts";
import { startPeople, startUse } from "./people.ts";
import { choicesOf } from "./random.ts";
import { calmRun, makeSchedule, type RunPlan, type Schedule } from "./schedule.ts";
import { lagOf, twisted } from "./twists.ts";
import { createScheduler, START } from "./scheduler.ts";
import type { Stored } from "./record.ts";
import { createTruth, type Truth } from "./truth.ts";

/** Everything that happened in one schedule: what the judge and the trace read. */
export interface History {
  readonly schedule: Schedule;
  readonly truth: Pick<Truth, "steps">;
  readonly exchanges: readonly Exchange[];
  readonly runs: readonly ClientRun[];
  /** What the places of keys have taken. */
  readonly taken: readonly Taken[];
  /** The records when everything was at rest, before the calm runs. */
  readonly atRest: readonly Stored[];
  readonly atEnd: readonly Stored[];
  /** The account had no room for all that the first calm run had to create. */
  readonly full: boolean;
  readonly cells: ReadonlyMap<string, number>;
  /** Faults that struck. */
  readonly faults: number;
  readonly played: number;
  /** The events did not come to an end, or a part of the simulation failed. */
  readonly broken?: string;
}

/** Sets the stream of choices apart from which the traits come that only some schedules have. */
const EXTRA = 0x2545f491;
const DELIVERIES = 0x1b873593;

/** Plays one schedule to its end: the disturbed part, then two runs that nothing disturbs. */
export async function playSchedule(seed: number): Promise<History> {
  const choices = choicesOf(seed);
  const extra = choicesOf(seed + EXTRA);
  const twists = twisted(makeSchedule(seed, choices), extra);
  const schedule = withDeliveries(twists, choicesOf(seed + DELIVERIES));
  const taken: Taken[] = [];
  const scheduler = createScheduler(START, choices);
  const truth = createTruth(schedule.seeded);
  const { traits, settleMs, timeoutMs } = schedule;
  const runs: ClientRun[] = [];
  const server = createModelServer({
    truth,
    scheduler,
    choices,
    extra,
    traits,
    showsKeys: schedule.delivers?.shows === "whole",
    lagOf: (run) => lagOf(schedule, runs[run]),
  });
  const exchanges: Exchange[] = [];
  const cells = new Map<string, number>();
  const network = createNetwork({
    server,
    scheduler,
    choices,
    extra,
    traits,
    exchanges,
    cells,
    settleMs,
    timeoutMs,
    ...(schedule.delivers && { delivers: schedule.delivers }),
    isLive: (id) => truth.live.has(id),
  });
  const lastId = (): number =>
    Math.max(...schedule.seeded.map(({ id }) => id), 0, ...truth.steps.map(({ id }) => id));
  let waiting = 0;

  const start = (plan: RunPlan, role: ClientRun["role"]): void => {
    waiting += 1;
    scheduler.after(plan.startsAfter, () => {
      const state: ClientRun = {
        run: runs.length,
        role,
        startedAt: scheduler.now(),
        deadlineMs: plan.deadlineMs,
        toldAt: new Map(),
      };
      runs.push(state);
      const { carry } = network;
      startClient(state, plan, { schedule, scheduler, choices, carry, onEnd, taken, lastId });
      return true;
    });
  };
  const onEnd = (run: ClientRun): void => {
    waiting -= 1;
    if (run.killedAt === undefined) return;
    const { killedAtStep: _once, ...plan } = schedule.runs[0] ?? calmRun(0);
    start({ ...plan, startsAfter: schedule.rerunAfter }, "again");
  };

  let atRest: readonly Stored[] = [];
  let broken: string | undefined;
  try {
    for (const plan of schedule.runs) start(plan, "applier");
    const world = { schedule, scheduler, choices, truth, busy: () => waiting > 0 };
    startPeople(world);
    startUse(world);
    await scheduler.play();
    atRest = [...truth.live.values()];
    for (let i = 0; i < 2; i += 1) {
      // What the last run did has to be visible to the next one.
      start(calmRun(1_000 + Math.max(...traits.replicas)), "calm");
      await scheduler.play();
    }
    if (waiting > 0) broken = "a client waits for something that will never happen";
  } catch (error) {
    broken = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  let faults = 0;
  for (const hits of cells.values()) faults += hits;
  const calm = runs.find(({ role }) => role === "calm")?.plan?.summary;
  const grows = (calm?.create ?? 0) - (calm?.delete ?? 0);
  return {
    schedule,
    truth,
    exchanges,
    taken,
    runs,
    atRest,
    atEnd: [...truth.live.values()],
    // What is refused is created once more after the deletes.
    full: atRest.length + grows > traits.keyLimit,
    cells,
    faults,
    played: scheduler.played(),
    ...(broken === undefined ? {} : { broken }),
  };
}
