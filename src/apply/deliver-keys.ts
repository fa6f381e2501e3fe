import type { Code } from "../model/codes.ts";
import { groupByName, stagedName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange } from "../model/plan.ts";
import { sleep, stopCode } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import { compareFields } from "../plan/compare.ts";
import { destinationsOf } from "../plan/reviewed.ts";
import { isPending, whenEnded, type ApplyContext, type Delivery, type Ended } from "./context.ts";
import {
  decideDelivery,
  isWithoutKey,
  wantedFields,
  type DeliveryJob,
  type DeliveryMove,
} from "./decide-delivery.ts";
import { confirmedList, markOf, newRecords, ownRecords } from "./find-created.ts";
import type { FreshList } from "./fresh-list.ts";
import { handOver } from "./hand-over.ts";
import { nameKey } from "./name-key.ts";
import { obtainKeys } from "./obtain-keys.ts";
import { failed, quoted } from "./outcomes.ts";
import { removeKey } from "./remove-key.ts";
import { isDuplicateOf, type CreateRules } from "./surviving-record.ts";
import { updateKey } from "./update-key.ts";

/** Told of every key as soon as its delivery has ended. */
type OnEnd = (change: CreateChange, ended: Ended) => void;

/** A key that is there, and whose value is to be obtained. */
interface Ready {
  readonly change: CreateChange;
  readonly key: LiveKey;
}

/**
 * Brings keys from the server to their places: a settle time after the last create was answered, a whole
 * list shows which keys there are; their values are obtained, delivered, and only then do they get their
 * names. So the server itself remembers what is still to be delivered.
 */
export async function deliverKeys(
  jobs: readonly DeliveryJob[],
  context: ApplyContext,
  list: FreshList,
  delivery: Delivery,
  onEnd: OnEnd,
): Promise<void> {
  const open: DeliveryJob[] = [];
  for (const job of jobs) {
    if (job.created !== undefined && isWithoutKey(job.created)) onEnd(job.change, job.created);
    else open.push(job);
  }
  if (open.length === 0) return;
  const giveUp = (left: readonly DeliveryJob[], why?: string): void => {
    for (const { change, created } of left)
      onEnd(change, notDelivered(change, created, context, why));
  };
  const { clock, settleMs, emit, stop } = context;
  emit({ type: "wait", what: "for late creates before keys are delivered", ms: settleMs });
  if ((await sleep(clock, settleMs, stop.writes)) === "aborted") return giveUp(open);

  const whole = new Map<number, Secret>();
  const seen = await confirmedList(context.api, undefined, (id, key) => void whole.set(id, key));
  const keys = seen && ownRecords(seen.keys, context);
  if (seen === undefined || keys === undefined) {
    return giveUp(open, "the list of keys could not be read again");
  }
  list.learn({ keys: newRecords(keys, context) ?? [], last: markOf(keys), sentAt: seen.sentAt });
  const rules: CreateRules = { mark: markOf(context.list.keys), settleMs, now: context.now() };
  const ready = new Map<number, Ready>();
  const shown = { named: groupByName(keys), hadName: list.hadName };
  const moves = open.map(async (job) => {
    const made = await perform(job, decideDelivery(job, shown, rules), context, rules);
    if ("key" in made) ready.set(made.key.id, { change: job.change, key: made.key });
    else onEnd(job.change, made);
  });
  await Promise.all(moves);

  await obtainKeys([...ready.keys()], whole, context, {
    take: async (id, value) => {
      const one = ready.get(id);
      if (one !== undefined)
        onEnd(one.change, await deliverKey(one, value, context, list, delivery));
    },
    miss: (id, why) => {
      const one = ready.get(id);
      // How its create ended counts no more: the list has shown its key since.
      if (one !== undefined)
        onEnd(one.change, notDelivered(one.change, undefined, context, why, id));
    },
  });
}

/** What ended, or the key that is ready to be delivered. */
async function perform(
  { change }: DeliveryJob,
  move: DeliveryMove,
  context: ApplyContext,
  rules: CreateRules,
): Promise<Ended | { readonly key: LiveKey }> {
  const { fields } = change.desired;
  /** Under `name`; a key that is as declared is only read. */
  const bringInLine = (key: LiveKey): Promise<Ended> =>
    updateKey(
      {
        change: { action: "create", name: key.name },
        live: key,
        desired: wantedFields(change, key),
        planned: compareFields(wantedFields(change, key), key, context.now()),
      },
      context,
    );
  // What is not gone by the end of the run is shown by a later list, and told then.
  const remove = async (duplicates: readonly LiveKey[], keep: LiveKey): Promise<void> => {
    const isDuplicate = isDuplicateOf(keep, fields, rules);
    await Promise.all(duplicates.map((key) => removeKey(key, context, isDuplicate)));
  };
  const renewed = async (key: LiveKey): Promise<Ended | { readonly key: LiveKey }> => {
    const ended = await bringInLine(key);
    // As declared and not delivered is not done.
    if (isPending(ended)) {
      return whenEnded(ended, (end) =>
        end.status === "done"
          ? notDelivered(change, undefined, context, undefined, key.id)
          : named(change, end),
      );
    }
    if (ended.status === "failed" && ended.error !== undefined && ended.error.code !== "moved") {
      return left(change, key.id, ended.error.message, ended.error.code);
    }
    if (ended.status !== "done") return named(change, ended);
    const got = await context.api.get(key.id);
    const live = got.ok ? got.value : undefined;
    return live === undefined ? left(change, key.id, "it could not be read again") : { key: live };
  };
  switch (move.kind) {
    case "end":
      return named(change, move.outcome);
    case "deliver": {
      await remove(move.duplicates, move.key);
      const isDeclared =
        compareFields(wantedFields(change, move.key), move.key, context.now()).length === 0;
      return isDeclared ? { key: move.key } : renewed(move.key);
    }
    case "named": {
      await remove(move.duplicates, move.key);
      const note = `made meanwhile, and not seen on its way to its places; run deliver ${quoted(change.name)} to be sure`;
      const found = move.isSeen ? { delivered: destinationsOf(change) } : { note };
      return whenEnded(await bringInLine(move.key), (end) =>
        end.status === "done" ? { ...end, ...found } : end,
      );
    }
  }
}

/** The outcome of what was done under the staged name. */
function named({ name }: CreateChange, outcome: Outcome): Outcome {
  return { ...outcome, name };
}

/** Delivers one key to all of its places, and gives it its name once all of them have taken it. */
async function deliverKey(
  { change, key }: Ready,
  value: Secret,
  context: ApplyContext,
  list: FreshList,
  delivery: Delivery,
): Promise<Ended> {
  const { stop } = context;
  const { desired } = change;
  if (stop.reason() !== undefined)
    return notDelivered(change, undefined, context, undefined, key.id);
  const handed = await handOver(desired, value, delivery, stop);
  if (!handed.ok) return notDelivered(change, undefined, context, handed.error, key.id);
  if (desired.deliver === undefined) {
    return { action: "create", name: change.name, status: "done", id: key.id, ...handed.value };
  }
  return whenEnded(await nameKey(change, key, context, list), (end) =>
    end.status === "done" ? { ...end, ...handed.value } : end,
  );
}

/** The key is there, and its value is not where it is to be. */
export function notDelivered(
  change: CreateChange,
  created: Outcome | undefined,
  { stop }: ApplyContext,
  why?: string,
  id: number | undefined = created?.id ?? change.resumes?.id,
): Outcome {
  if (id === undefined) return created ?? failed(change, "not-delivered", why ?? STOPPED);
  // What did not end well has said more already.
  if (created !== undefined && created.status !== "done") return created;
  // The next run goes on with it, whatever the deadline was; a signal has a code of its own.
  const reason = stop.reason();
  const isSignal = why === undefined && reason !== undefined && reason !== "deadline";
  const code = isSignal ? stopCode(stop) : "not-delivered";
  return left(change, id, why ?? STOPPED, code);
}

const STOPPED = "the run was stopped before it was delivered";

function left(
  change: CreateChange,
  id: number,
  why: string,
  code: Code = "not-delivered",
): Outcome {
  const { name, desired } = change;
  const message =
    desired.deliver === undefined
      ? `key ${id} was created, but ${why}; run deliver ${quoted(name)} --keys-out FILE`
      : `key ${id} is left as ${quoted(stagedName(name))}: ${why}; apply again to go on with it`;
  return failed(change, code, message, id);
}
