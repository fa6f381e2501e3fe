import { STATUS } from "../../src/model/status.ts";
import type { Choices } from "./random.ts";
import { liveRecord } from "./random-fields.ts";
import type { PersonAct, Schedule } from "./schedule.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Stored } from "./record.ts";
import type { Truth } from "./truth.ts";

interface World {
  readonly schedule: Schedule;
  readonly scheduler: Scheduler;
  readonly choices: Choices;
  readonly truth: Truth;
  /** False once everything is at rest. */
  readonly busy: () => boolean;
}

/** Lets people work on the account by hand while the client runs. */
export function startPeople(world: World): void {
  for (const act of world.schedule.people) {
    world.scheduler.after(act.at, () => {
      if (world.busy()) perform(act, world);
      return false;
    });
  }
}

function perform({ what }: PersonAct, { schedule, scheduler, choices, truth }: World): void {
  const at = scheduler.now();
  const person = { kind: "person" } as const;
  const live = [...truth.live.values()];
  const declared = choices.pick(schedule.declared);
  const target = live.length === 0 ? undefined : choices.pick(live);
  const change = (fields: Partial<Stored>): void => {
    if (target !== undefined) truth.change(target.id, fields, person, at);
  };
  switch (what) {
    case "create":
    case "create-declared": {
      const mine = what === "create";
      const name = mine ? `hand-${Math.floor(at)}` : declared.name;
      const born = Math.floor(at / 1000);
      const record = {
        ...liveRecord(name, mine ? {} : declared.fields, schedule.traits.owner, choices),
        status: STATUS.enabled,
        created_time: born,
        accessed_time: born,
        used_quota: 0,
        remain_quota: declared.fields.remain_quota ?? 0,
        id: truth.nextId(),
      };
      return truth.appear(record, person, at);
    }
    case "rename":
      return change({ name: `renamed-${Math.floor(at)}` });
    case "take-name":
      return change({ name: declared.name });
    case "delete":
      if (target !== undefined) truth.vanish(target.id, person, at);
      return;
    case "disable":
      return change({ status: STATUS.disabled });
    case "edit":
      return change(
        choices.pick<Partial<Stored>>([
          { model_limits: "sigma", model_limits_enabled: true },
          { allow_ips: "203.0.113.9" },
          { expired_time: Math.floor(at / 1000) + 50_000 },
          { remain_quota: (target?.remain_quota ?? 0) + 1_000 },
          { group: "team" },
          { remark: "edited" },
        ]),
      );
  }
}

/** Lets keys be used all the time, seldomer as time goes by, so that long waits stay cheap. */
export function startUse(world: World): void {
  const { schedule, scheduler, choices } = world;
  let uses = 0;
  const next = (): void => {
    const ms = schedule.useEveryMs * choices.between(0.2, 1.8) * 1.04 ** uses;
    scheduler.after(ms, () => {
      if (!world.busy()) return false;
      uses += 1;
      useKey(world);
      next();
      return false;
    });
  };
  next();
}

function useKey({ schedule, scheduler, choices, truth }: World): void {
  const live = [...truth.live.values()];
  if (live.length === 0) return;
  const key = choices.pick(live);
  if (key.status !== STATUS.enabled) return;
  const now = Math.floor(scheduler.now() / 1000);
  const use = (fields: Partial<Stored>): void => {
    truth.change(key.id, fields, { kind: "use" }, scheduler.now());
  };
  if (key.expired_time !== -1 && key.expired_time <= now) return use({ status: STATUS.expired });
  if (!key.unlimited_quota && key.remain_quota <= 0) return use({ status: STATUS.exhausted });
  const spent = choices.whole(1, choices.chance(0.1) ? 600 : 40);
  const lags = schedule.lagMs > 0 && choices.chance(0.5);
  use({
    remain_quota: key.remain_quota - spent,
    ...(lags ? { lag: key.lag + spent } : { used_quota: key.used_quota + spent }),
    accessed_time: now,
  });
  if (!lags) return;
  scheduler.after(schedule.lagMs * choices.next(), () => {
    showUse(key.id, spent, truth, scheduler.now());
    return false;
  });
}

function showUse(id: number, spent: number, truth: Truth, at: number): void {
  const key = truth.live.get(id);
  if (key === undefined) return;
  const counters = { used_quota: key.used_quota + spent, lag: key.lag - spent };
  truth.change(id, counters, { kind: "use" }, at);
}
