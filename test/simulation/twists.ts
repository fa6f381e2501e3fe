import { ALTERATIONS } from "./altered-name.ts";
import type { ClientRun } from "./client-run.ts";
import { withLives } from "./lives.ts";
import type { ServerTraits } from "./model-server.ts";
import type { Choices } from "./random.ts";
import { liveRecord, randomFields } from "./random-fields.ts";
import { NO_FAULTS, type RunPlan, type Schedule } from "./schedule.ts";

/**
 * Gives some schedules what the others do not have: replicas that lag, long rate limits, clocks that
 * are set, servers that alter names or ignore fields, slow servers, many creates. All of it comes
 * from a stream of choices of its own, so that a schedule without them plays as it always did.
 */
export function twisted(schedule: Schedule, extra: Choices): Schedule {
  const { settleMs } = schedule;
  const date = extra.next();
  const traits: Partial<ServerTraits> = {
    dateAheadMs:
      date < 0.1 ? undefined : date < 0.2 ? extra.whole(1, 5) * 1_000 * extra.pick([1, -1]) : 0,
  };
  const dated = withTraits(schedule, traits);
  const many = extra.chance(0.05) ? manyCreates(dated, extra) : dated;
  const lagging = extra.chance(0.16)
    ? withSecondRun(withTraits(many, replicas(settleMs, extra)), settleMs, extra)
    : many;
  const slow = extra.chance(0.08) ? withTraits(lagging, slowPosts(settleMs, extra)) : lagging;
  const slowed = extra.chance(0.05) ? withTraits(slow, slowLists(schedule, extra)) : slow;
  const limited = extra.chance(0.1) ? withLimit(slowed, extra) : slowed;
  // Where no answer is dated the client's own clock says what has expired, so it has to be right.
  const steps = extra.chance(0.1) && limited.traits.dateAheadMs !== undefined;
  const stepped = steps ? withClockSteps(limited, extra) : limited;
  const deaf = extra.chance(0.05)
    ? withTraits(stepped, {
        ignores: extra.pick(["cross_group_retry", "model_limits", "allow_ips"] as const),
      })
    : stepped;
  const named = extra.chance(0.05) ? withAlteredNames(deaf, extra) : deaf;
  const crowded = extra.chance(0.05) ? withCrowd(named, extra) : named;
  return withLives(crowded, extra);
}

/**
 * How far the replica lags that serves a run, ms. Runs that nothing disturbs get no replica that
 * lags longer than the protocol can wait for.
 */
export function lagOf({ traits, settleMs }: Schedule, run: ClientRun | undefined): number {
  if (run === undefined) return 0;
  const lag = traits.replicas[run.run % traits.replicas.length] ?? 0;
  return run.role === "calm" && lag > settleMs / 2 ? 0 : lag;
}

function withTraits(schedule: Schedule, traits: Partial<ServerTraits>): Schedule {
  return { ...schedule, traits: { ...schedule.traits, ...traits } };
}

function replicas(settleMs: number, extra: Choices): Partial<ServerTraits> {
  const long = extra.chance(0.12);
  const lag = (): number => extra.next() * (long ? 12_000 : settleMs / 2);
  return {
    replicas: extra.pick([[lag()], [0, lag()], [lag(), 0], [lag(), lag()]]),
    getsLag: extra.chance(0.4),
  };
}

function slowPosts(settleMs: number, extra: Choices): Partial<ServerTraits> {
  const ms = settleMs * extra.between(0.5, 1.3);
  const slowPost = extra.pick([
    { beforeMs: ms, afterMs: 0 },
    { beforeMs: 0, afterMs: ms },
    { beforeMs: ms / 2, afterMs: ms / 2 },
  ]);
  return { slowPost };
}

function slowLists({ settleMs, timeoutMs }: Schedule, extra: Choices): Partial<ServerTraits> {
  return { slowListMs: Math.min(settleMs * extra.between(0.3, 1.2), timeoutMs / 2) };
}

/** What is to be seen is two runs at once, and often nothing but them. */
function withSecondRun(schedule: Schedule, withinMs: number, extra: Choices): Schedule {
  const [first, second] = schedule.runs;
  if (first === undefined) return schedule;
  const startsAfter = extra.next() * withinMs;
  const other = second ?? (extra.chance(0.8) ? { ...undisturbed(first), startsAfter } : undefined);
  const runs = other === undefined ? [first] : [first, other];
  if (!extra.chance(0.5)) return { ...schedule, runs };
  const quiet = runs.map((run) => ({ ...undisturbed(run), rates: NO_FAULTS }));
  return { ...schedule, runs: quiet, people: [] };
}

function undisturbed(run: RunPlan): RunPlan {
  const { killedAtStep: _step, interruptedAfter: _after, ...rest } = run;
  return rest;
}

/** A limit that holds one run up for longer than the settle time, while another one goes on. */
export function withLimit(schedule: Schedule, extra: Choices): Schedule {
  const { settleMs } = schedule;
  const after = extra.pick([20, 150, 600]) * extra.between(0.5, 1.5);
  const ms = settleMs * extra.between(0.6, 3) + 1_000;
  const limited = { after, ms, tellsUntil: extra.chance(0.6) };
  const two = withSecondRun(schedule, after + ms, extra);
  const which = extra.whole(0, two.runs.length - 1);
  const all = extra.chance(0.2);
  return {
    ...two,
    runs: two.runs.map((run, index) => (all || index === which ? { ...run, limited } : run)),
  };
}

function withClockSteps(schedule: Schedule, extra: Choices): Schedule {
  const HOUR = 3_600_000;
  const steps = (): NonNullable<RunPlan["clockSteps"]> =>
    Array.from({ length: extra.whole(1, 3) }, () => ({
      after: extra.pick([300, 3_000, 12_000]) * extra.next(),
      by: extra.between(-10, 10) * HOUR,
    }));
  return { ...schedule, runs: schedule.runs.map((run) => ({ ...run, clockSteps: steps() })) };
}

/** So many creates, one or two at a time, that a second run starts in the middle of them. */
function manyCreates(schedule: Schedule, extra: Choices): Schedule {
  const owner = schedule.traits.owner;
  const count = extra.whole(12, 25);
  const latencyMs = extra.pick([100, 400, 1_000]);
  const concurrency = extra.whole(1, 2);
  const at = { file: "keys.yaml", line: 2, column: 1 };
  const declared = Array.from({ length: count }, (_, index) => ({
    name: `key-${index}`,
    state: "present" as const,
    fields: randomFields(extra, false),
    at: { ...at, line: index + 2 },
  }));
  const seeded = Array.from({ length: extra.whole(0, 3) }, (_, index) => ({
    ...liveRecord(`other-${index}`, {}, owner, extra),
    id: index + 1,
  }));
  const takesMs = (count * latencyMs) / concurrency;
  const two = withSecondRun(schedule, takesMs, extra);
  return {
    ...withTraits(two, { latencyMs, keyLimit: 1_000, pageSize: extra.pick([5, 10, 100]) }),
    declared,
    seeded,
    useEveryMs: Math.max(300, schedule.useEveryMs),
    runs: two.runs.map((run) => ({ ...run, concurrency })),
  };
}

/** Three runs in the middle of each other's creates, which become visible out of order. */
function withCrowd(schedule: Schedule, extra: Choices): Schedule {
  const many = extra.chance(0.5) ? manyCreates(schedule, extra) : schedule;
  const [first] = many.runs;
  if (first === undefined) return schedule;
  const commitMs = schedule.settleMs * extra.between(0.1, 0.4);
  const quiet = extra.chance(0.5) ? { rates: NO_FAULTS } : {};
  const plan = { ...undisturbed(first), ...quiet, concurrency: extra.whole(1, 2) };
  const runs = [0, 1, 2].map((n) => ({ ...plan, startsAfter: n * extra.next() * commitMs }));
  return { ...withTraits(many, { commitMs }), runs };
}

/** Every declared name has something that each alteration changes. */
function withAlteredNames(schedule: Schedule, extra: Choices): Schedule {
  const long = (name: string): string => name.replace(/^key-(\d+)$/, "Key-$1-É-with-a-long-name");
  return {
    ...withTraits(schedule, { alters: extra.pick(ALTERATIONS) }),
    declared: schedule.declared.map((key) => ({ ...key, name: long(key.name) })),
    seeded: schedule.seeded.map((record) => ({ ...record, name: long(record.name) })),
  };
}
