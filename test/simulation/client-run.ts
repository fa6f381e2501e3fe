import { applyPlan } from "../../src/apply/apply-plan.ts";
import { createClient } from "../../src/api/client.ts";
import { createKeysWriter } from "../../src/api/keys-api.ts";
import type { Send } from "../../src/http/send.ts";
import { confirmedPlan, preparePlan } from "../../src/run/plan.ts";
import { createStop } from "../../src/run/stop.ts";
import type { Emit } from "../../src/model/events.ts";
import type { Desired } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Clock } from "../../src/model/ports.ts";
import { Secret } from "../../src/model/secret.ts";
import { deliveryOf, type Taken } from "./deliveries.ts";
import { SCOPE } from "./lives.ts";
import type { Peer } from "./network.ts";
import type { Choices } from "./random.ts";
import type { RunPlan, Schedule } from "./schedule.ts";
import type { Scheduler } from "./scheduler.ts";

/** What one run of the client left behind. */
export interface ClientRun {
  readonly run: number;
  readonly role: "applier" | "again" | "calm";
  readonly startedAt: number;
  readonly deadlineMs: number;
  plan?: Plan;
  /** The ids of the list the plan was made from. */
  listed?: readonly number[];
  outcomes?: readonly Outcome[];
  /** When each outcome was told; those of a run cut short are told at its end. */
  readonly toldAt: Map<string, number>;
  /** Why there is no plan. */
  refusal?: string;
  endedAt?: number;
  killedAt?: number;
  /** When it was known to be stopping, by a signal or its deadline. */
  stoppedAt?: number;
  interruptedAt?: number;
  crash?: string;
}

interface Tools {
  readonly schedule: Schedule;
  readonly scheduler: Scheduler;
  readonly choices: Choices;
  readonly carry: (peer: Peer, request: Parameters<Send>[0]) => ReturnType<Send>;
  readonly onEnd: (run: ClientRun) => void;
  readonly taken: Taken[];
  readonly lastId: () => number;
}

/** Starts the client as `apply` does: list, plan, read page 1 again, apply. Only ports are ours. */
export function startClient(state: ClientRun, plan: RunPlan, tools: Tools): void {
  const { schedule, scheduler, choices } = tools;
  let steps = 0;
  const step = (): boolean => {
    if (state.killedAt !== undefined) return false;
    steps += 1;
    if (steps !== plan.killedAtStep || state.endedAt !== undefined) return true;
    state.killedAt = scheduler.now();
    tools.onEnd(state);
    return false;
  };
  const clock: Clock = {
    now: () => scheduler.now(),
    wall: () => Math.floor(scheduler.now() + steppedBy(plan, scheduler.now() - state.startedAt)),
    // A timer of a killed client never fires: what waits for it is never resumed.
    timer: (ms, fire) =>
      scheduler.after(ms, () => {
        if (state.endedAt !== undefined || !step()) return false;
        fire();
        return true;
      }),
  };
  const stop = createStop(clock, plan.deadlineMs);
  if (plan.interruptedAfter !== undefined) {
    scheduler.after(plan.interruptedAfter, () => {
      if (state.endedAt !== undefined || state.killedAt !== undefined) return false;
      state.interruptedAt = scheduler.now();
      state.stoppedAt ??= state.interruptedAt;
      stop.begin("sigint");
      return true;
    });
  }
  const { limited } = plan;
  const window = limited && {
    from: state.startedAt + limited.after,
    until: state.startedAt + limited.after + limited.ms,
    tellsUntil: limited.tellsUntil,
  };
  const peer: Peer = {
    run: state.run,
    rates: plan.rates,
    step,
    ...(window === undefined ? {} : { limited: window }),
  };
  const emit: Emit = (event) => {
    if (event.type === "outcome") state.toldAt.set(event.outcome.name, scheduler.now());
    if (stop.reason() !== undefined) state.stoppedAt ??= scheduler.now();
  };
  const client = createClient({
    send: (request) => tools.carry(peer, request),
    clock,
    random: choices.next,
    emit,
    words: (text: string) => text,
    stop,
    token: TOKEN,
    timeoutMs: schedule.timeoutMs,
    concurrency: plan.concurrency,
  });
  const api = createKeysWriter(client, { clock, onKey: () => {} });

  async function main(): Promise<void> {
    const preparation = {
      api,
      status: async () => ({}),
      clock,
      random: choices.next,
      stop,
      emit,
      desired: desiredOf(schedule),
      shape: { only: [], createOnly: false, denyWidening: false, ...pruneOf(schedule) },
      situation: { baseUrl: "https://keys.example", userIdSent: false },
      checkPolicies: () => [],
      checkSinks: () => [],
      tryKey: async () => ({ kind: "works" }) as const,
      deadlineAt: Infinity,
      forWriting: true,
    };
    const prepared = await confirmedPlan(preparation, () => preparePlan(preparation));
    if (!prepared.ok) {
      state.refusal = `${prepared.error.code}: ${prepared.error.message}`;
      return;
    }
    state.plan = prepared.value.plan;
    state.listed = prepared.value.list.keys.map(({ id }) => id);
    const { settleMs } = schedule;
    const { concurrency } = plan;
    const ports = { api, clock, random: choices.next, stop, emit, settleMs, concurrency };
    const { delivers, timeoutMs } = schedule;
    const isCalm = state.role === "calm";
    const port = { ...tools, clock, run: state.run, isCalm, timeoutMs };
    const delivery = delivers && { delivery: deliveryOf({ ...port, delivers }) };
    const context = { ...prepared.value, ...ports, ...delivery };
    state.outcomes = await applyPlan(prepared.value.plan, context, prepared.value);
  }
  const end = (): void => {
    stop.dispose();
    if (stop.reason() !== undefined) state.stoppedAt ??= scheduler.now();
    if (state.killedAt !== undefined) return;
    state.endedAt = scheduler.now();
    tools.onEnd(state);
  };
  void main().then(end, (error: unknown) => {
    state.crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
    end();
  });
}

/** How far the wall clock of a run has been set away from the true time by now. */
function steppedBy({ clockSteps = [] }: RunPlan, elapsed: number): number {
  return clockSteps.reduce((sum, { after, by }) => (after <= elapsed ? sum + by : sum), 0);
}

const TOKEN = new Secret("token");

function pruneOf({ prune }: Schedule) {
  return prune === undefined ? {} : { prune };
}

function desiredOf({ declared, pinned, traits }: Schedule): Desired {
  const at = { file: "keys.yaml", line: 2, column: 1 };
  const scopes = [{ glob: SCOPE, isEmpty: declared.length === 0, at }];
  const account = pinned ? { account: { userId: traits.owner, at } } : {};
  return { keys: declared, scopes, protect: [], files: ["keys.yaml"], ...account };
}
