import pLimit from "p-limit";
import type { KeyList } from "../api/list.ts";
import type { OnPage } from "../api/list-page.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, Plan, UpdateChange, WriteChange } from "../model/plan.ts";
import type { Result } from "../model/result.ts";
import { isPending, type ApplyContext, type Ended, type FinalList } from "./context.ts";
import { createAgain, isRefused } from "./create-again.ts";
import { createKeys, type OnEnd } from "./create-keys.ts";
import { union } from "./create-state.ts";
import type { UpdateTask } from "./decide-update.ts";
import { deleteKeys } from "./delete-keys.ts";
import { deliverKeys } from "./deliver-keys.ts";
import { confirmedList, finalReadBack, floorOf, newRecords } from "./find-created.ts";
import { createFreshList, type FreshList } from "./fresh-list.ts";
import { tellLateDuplicates } from "./late-duplicates.ts";
import { notAttempted } from "./outcomes.ts";
import { proveOwner } from "./prove-owner.ts";
import { isRename, renameRefused } from "./rename-key.ts";
import { createStaging } from "./staging.ts";
import { updateKey } from "./update-key.ts";

export interface ApplyOptions {
  /**
   * The account the files are pinned to, when nothing has shown yet whose token this is: the first
   * key is then created alone and its owner checked before the rest.
   */
  readonly unprovenOwner?: number;
}

/**
 * Carries out a plan: creates, then updates, then deletes. Every change, conflict and blocked item
 * ends in one outcome, whatever happens to the others.
 */
export async function applyPlan(
  plan: Plan,
  given: ApplyContext,
  options: ApplyOptions = {},
): Promise<readonly Outcome[]> {
  const { context, shown } = remembering(given, () => list);
  const list = createFreshList(context);
  const updates = plan.changes.filter((change) => change.action === "update");
  const deletes = plan.changes.filter((change) => change.action === "delete");

  const ended = new Map<Change, Ended>();
  const staging = createStaging(plan, ended, context);
  const creates = staging.posted;
  const total = plan.changes.filter(isWrite).length;
  const told = new Set<Change>();
  const tell = (change: Change, outcome: Outcome): void => {
    if (told.has(change)) return;
    told.add(change);
    context.emit({ type: "outcome", outcome, done: told.size, total });
  };
  const note: OnEnd = (change, result) => {
    ended.set(change, result);
    if (isPending(result) || staging.isOnItsWay(change)) return;
    // What the server refused is created once more if deletes make room.
    if (deletes.length === 0 || !isRefused(result)) tell(change, result);
  };

  const isDone = (change: Change): boolean => {
    const result = ended.get(change);
    return result !== undefined && !isPending(result) && result.status === "done";
  };
  const pin = options.unprovenOwner;
  const rest = await proveOwner(creates, pin, context, list, note);
  const owned = pin === undefined ? context : { ...context, owner: pin };
  await createKeys(rest, owned, list, note);
  await updateKeys(updates, context, list, note);
  const delivered = new Map<Change, Ended>();
  /** Whether one of the keys got its name. */
  const deliver = async (mayStillBePosted: boolean): Promise<boolean> => {
    let isNamed = false;
    const jobs = staging.jobs(mayStillBePosted);
    if (jobs.length === 0 || context.delivery === undefined) return false;
    await deliverKeys(jobs, owned, list, context.delivery, (change, end) => {
      delivered.set(change, end);
      if (isPending(end)) return;
      isNamed ||= end.status === "done";
      tell(change, end);
    });
    return isNamed;
  };
  const isNamed = await deliver(deletes.length > 0);
  const isRenamed = updates.some((change) => isRename(change) && isDone(change));
  if (isRenamed || isNamed) await lookAgain(context);
  const isOpen = creates.some((change) => isUnknown(ended.get(change)));
  const pruned = deletes.filter((change) => change.pruned);
  const isHeldBack = isOpen && pruned.length > 0 && (await mayBeAltered(owned));
  const wanted = isHeldBack ? deletes.filter((change) => !change.pruned) : deletes;
  for (const change of isHeldBack ? pruned : []) {
    note(change, notAttempted(change, "outcome-unknown", HELD_BACK));
  }
  const deleted = await deleteKeys(wanted, context);
  for (const [index, result] of deleted.entries()) {
    const change = wanted[index];
    if (change !== undefined) note(change, result);
  }
  if (deletes.some(isDone) && pin === undefined) await createAgain(ended, owned, list, note);
  if (await deliver(false)) await lookAgain(context);

  const open = [...ended.values(), ...delivered.values()].some(isPending);
  const last = open ? await finalReadBack(context) : undefined;
  const outcomes = plan.changes.map((change) => {
    const created = change.action === "create" ? staging.outcomeOf(change, last) : undefined;
    const result = delivered.get(change) ?? created ?? ended.get(change);
    const outcome = outcomeOf(change, result, last);
    if (isWrite(change)) tell(change, outcome);
    return { change, outcome };
  });
  const seen = newRecords(shown(list), owned) ?? [];
  return tellLateDuplicates(outcomes, { seen, late: list.late() }, context);
}

function isWrite(change: Change): change is WriteChange {
  return "desired" in change;
}

function isUnknown(ended: Ended | undefined): boolean {
  return ended !== undefined && !isPending(ended) && ended.status === "unknown";
}

/**
 * Where nobody knows what became of a create, the server may have altered its name, as it may have in a
 * run before: then a key that no file declares is the one that was to be created. Only a whole list
 * without any new key of an undeclared name shows that it has not.
 */
async function mayBeAltered(context: ApplyContext): Promise<boolean> {
  if (context.stop.reason() !== undefined) return false;
  const whole = await confirmedList(context.api);
  const keys = whole && newRecords(whole.keys, context);
  return keys === undefined || keys.some(({ name }) => !context.declared.has(name));
}

const HELD_BACK =
  "not deleted, because it is not known what became of a key that was to be created; plan again";

/** A key that was renamed need not be the only one of its name: what was made since stands on top. */
async function lookAgain({ api, list, stop, ...times }: ApplyContext): Promise<void> {
  if (stop.reason() !== undefined) return;
  await api.listNewest(floorOf(list.keys, list.sentAt, times));
}

/**
 * Tells of every page of every list, and keeps what the last one showed, whatever it was read for,
 * with the pages of those that were begun since and did not come to their end.
 */
function remembering(given: ApplyContext, freshList: () => FreshList) {
  let keys = new Map<number, LiveKey>();
  let sentAt = -Infinity;
  const kept = <T extends Result<Pick<KeyList, "keys" | "sentAt">, unknown>>(listed: T): T => {
    if (listed.ok) {
      keys = new Map(listed.value.keys.map((key) => [key.id, key]));
      sentAt = listed.value.sentAt;
      freshList().seeEnd();
    }
    return listed;
  };
  const see: OnPage = (page) => {
    for (const key of page) keys.set(key.id, key);
    freshList().see(page);
  };
  const list: ApplyContext["api"]["list"] = async (signal, tell, onValue) => {
    const onPage: OnPage = (page, ...rest) => {
      see(page, ...rest);
      tell?.(page, ...rest);
    };
    return kept(await given.api.list(signal, onPage, onValue));
  };
  const listNewest: ApplyContext["api"]["listNewest"] = async (floor) =>
    kept(await given.api.listNewest(floor, see));
  const context = { ...given, api: { ...given.api, list, listNewest } };
  /** With what a relist has shown that ended later than all of them. */
  const shown = ({ seen, seenAt }: FreshList): readonly LiveKey[] =>
    union([...keys.values()], seenAt() > sentAt ? seen() : []);
  return { context, shown };
}

function outcomeOf(change: Change, ended: Ended | undefined, list: FinalList | undefined): Outcome {
  switch (change.action) {
    case "conflict":
    case "blocked":
      return notAttempted(change, change.code, change.reason);
    case "create":
    case "update":
    case "delete":
      if (ended === undefined) throw new Error(`${change.name} was not worked on`);
      return isPending(ended) ? ended.resolve(list) : ended;
  }
}

/**
 * A name that another key of the plan is to give up is free only once it has: such renames go first, and
 * what waits for one is refused where it failed.
 */
async function updateKeys(
  updates: readonly UpdateChange[],
  context: ApplyContext,
  list: FreshList,
  onEnd: OnEnd,
): Promise<void> {
  // Bounded here as well as at the rate limiter, so that a key's read and write stay next to each other.
  const limit = pLimit(context.concurrency);
  const bearers = new Map<string, number>();
  const run = async (changes: readonly UpdateChange[]): Promise<void> => {
    const updated = changes.map((change) =>
      limit(async () => {
        const bearer = bearers.get(change.name);
        const refused = isRename(change)
          ? await renameRefused(change, bearer, context, list)
          : undefined;
        const ended = refused ?? (await updateKey(taskOf(change), context));
        if (isPending(ended) || ended.status !== "done") bearers.set(change.live.name, change.id);
        onEnd(change, ended);
      }),
    );
    await Promise.all(updated);
  };
  const wanted = new Set(updates.filter(isRename).map(({ name }) => name));
  const givesUp = (change: UpdateChange): boolean =>
    isRename(change) && wanted.has(change.live.name);
  await run(updates.filter(givesUp));
  await run(updates.filter((change) => !givesUp(change)));
}

function taskOf(change: UpdateChange): UpdateTask {
  const { live, desired, fields, pruned } = change;
  return { change, live, desired: desired.fields, planned: fields, pruned };
}
