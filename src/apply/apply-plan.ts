import pLimit from "p-limit";
import type { KeyList } from "../api/list.ts";
import type { OnPage } from "../api/list-page.ts";
import type { Code } from "../model/codes.ts";
import { groupByName, type LiveKey } from "../model/key.ts";
import { stopCode } from "../model/ports.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, CreateChange, Plan, UpdateChange } from "../model/plan.ts";
import type { Result } from "../model/result.ts";
import { isPending, type ApplyContext, type Ended, type FinalList } from "./context.ts";
import { createKeys, type OnEnd } from "./create-keys.ts";
import { union } from "./create-state.ts";
import { deleteKeys } from "./delete-keys.ts";
import { finalReadBack, newRecords } from "./find-created.ts";
import { createFreshList, type FreshList } from "./fresh-list.ts";
import { duplicatesMessage, failed, notAttempted } from "./outcomes.ts";
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
  const creates = plan.changes.filter((change) => change.action === "create");
  const updates = plan.changes.filter((change) => change.action === "update");
  const deletes = plan.changes.filter((change) => change.action === "delete");

  const ended = new Map<Change, Ended>();
  const total = creates.length + updates.length + deletes.length;
  let told = 0;
  const tell = (outcome: Outcome): void => {
    told += 1;
    context.emit({ type: "outcome", outcome, done: told, total });
  };
  const note: OnEnd = (change, result) => {
    ended.set(change, result);
    if (!isPending(result)) tell(result);
  };

  const pin = options.unprovenOwner;
  const rest = await proveOwner(creates, pin, context, list, note);
  const owned = pin === undefined ? context : { ...context, owner: pin };
  await createKeys(rest, owned, list, note);
  await updateKeys(updates, context, note);
  const deleted = await deleteKeys(deletes, context);
  for (const [index, result] of deleted.entries()) {
    const change = deletes[index];
    if (change !== undefined) note(change, result);
  }

  const open = [...ended.values()].some(isPending);
  const last = open ? await finalReadBack(context) : undefined;
  const outcomes = plan.changes.map((change) => {
    const result = ended.get(change);
    const outcome = outcomeOf(change, result, last);
    if (result !== undefined && isPending(result)) tell(outcome);
    return outcome;
  });
  const seen = newRecords(shown(list), owned) ?? [];
  const late = await stillLive(overtaken(list, seen, outcomes), context);
  const named = groupByName([...seen, ...late]);
  return outcomes.map((outcome) => contradicted(outcome, named) ?? outcome);
}

/** Records of overtaken relists that would be a second key of a create that is done. */
function overtaken(
  list: FreshList,
  seen: readonly LiveKey[],
  outcomes: readonly Outcome[],
): readonly LiveKey[] {
  const ids = new Set(seen.map(({ id }) => id));
  const done = new Map(outcomes.filter(isCreated).map(({ name, id }) => [name, id]));
  return list.late().filter(({ id, name }) => {
    return done.has(name) && done.get(name) !== id && !ids.has(id);
  });
}

function isCreated({ action, status }: Outcome): boolean {
  return action === "create" && status === "done";
}

async function stillLive(
  keys: readonly LiveKey[],
  { api, stop }: ApplyContext,
): Promise<readonly LiveKey[]> {
  if (stop.reason() !== undefined) return [];
  const read = await Promise.all(keys.map(({ id }) => api.get(id)));
  return read.flatMap((got, index) => {
    const key = got.ok ? got.value : undefined;
    return key !== undefined && key.name === keys[index]?.name ? [key] : [];
  });
}

/**
 * Tells of every page of every list, and keeps what the last one showed, whatever it was read for,
 * with the pages of those that were begun since and did not come to their end.
 */
function remembering(given: ApplyContext, freshList: () => FreshList) {
  let keys: readonly LiveKey[] = [];
  let sentAt = -Infinity;
  const kept = <T extends Result<Pick<KeyList, "keys" | "sentAt">, unknown>>(listed: T): T => {
    if (listed.ok) {
      ({ keys, sentAt } = listed.value);
      freshList().seeEnd();
    }
    return listed;
  };
  const see: OnPage = (page) => {
    keys = union(keys, page);
    freshList().see(page);
  };
  const list: ApplyContext["api"]["list"] = async (signal, tell) =>
    kept(
      await given.api.list(signal, (page, number) => {
        see(page, number);
        tell?.(page, number);
      }),
    );
  const listNewest: ApplyContext["api"]["listNewest"] = async (floor) =>
    kept(await given.api.listNewest(floor, see));
  const context = { ...given, api: { ...given.api, list, listNewest } };
  /** With what a relist has shown that ended later than all of them. */
  const shown = ({ seen, seenAt }: FreshList): readonly LiveKey[] =>
    seenAt() > sentAt ? union(keys, seen()) : keys;
  return { context, shown };
}

/**
 * A list read for later creates or for the deletes may show a second key of a name whose create had
 * ended well: one that landed late. Then the report says so, for `done` means that it is live once.
 */
function contradicted(
  outcome: Outcome,
  named: ReadonlyMap<string, readonly LiveKey[]>,
): Outcome | undefined {
  const keys = named.get(outcome.name) ?? [];
  if (!isCreated(outcome) || keys.length < 2) return undefined;
  return failed(outcome, "duplicates", duplicatesMessage(keys), outcome.id);
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

async function updateKeys(
  updates: readonly UpdateChange[],
  context: ApplyContext,
  onEnd: OnEnd,
): Promise<void> {
  // Bounded here as well as at the rate limiter, so that a key's read and write stay next to each other.
  const limit = pLimit(context.concurrency);
  const updated = updates.map((change) =>
    limit(async () => {
      const { live, desired, fields: planned } = change;
      onEnd(change, await updateKey({ change, live, desired: desired.fields, planned }, context));
    }),
  );
  await Promise.all(updated);
}

/**
 * Creates one key after the other until one shows whose token this is; returns the creates that are
 * still to be made, none when it is another account's.
 */
async function proveOwner(
  creates: readonly CreateChange[],
  owner: number | undefined,
  context: ApplyContext,
  list: FreshList,
  onEnd: OnEnd,
): Promise<readonly CreateChange[]> {
  if (owner === undefined) return creates;
  const giveUp = (rest: readonly CreateChange[], code: Code, message: string): readonly [] => {
    for (const other of rest) onEnd(other, notAttempted(other, code, message));
    return [];
  };
  for (const [index, change] of creates.entries()) {
    const [result] = await createKeys([change], context, list);
    if (result === undefined) throw new Error("a create without a result");
    const id = isPending(result) ? undefined : result.id;
    const got = id === undefined ? undefined : await context.api.get(id);
    const actual = got?.ok ? got.value?.user_id : undefined;
    const rest = creates.slice(index + 1);
    if (actual === owner) {
      onEnd(change, result);
      return rest;
    }
    // Only where nothing can have been created may the next one show it.
    const nothing = !isPending(result) && result.status !== "done" && id === undefined;
    if (isPending(result) || (result.status === "unknown" && actual === undefined)) {
      const open = "it is not known yet whose token this is: the first create is still open";
      const code = context.stop.reason() === undefined ? "other-account" : stopCode(context.stop);
      onEnd(change, result);
      return giveUp(rest, code, open);
    }
    if (actual !== undefined || !nothing) {
      const found = actual === undefined ? "could not be told" : `is ${actual}`;
      const message = `the file is for account ${owner}, but the owner of the first new key ${found}`;
      const duplicates = result.error?.code === "duplicates" ? result.error.message : undefined;
      const byHand = `${message}; ${duplicates ?? `delete key ${id ?? "?"} by hand`}`;
      onEnd(change, failed(change, "other-account", byHand, id));
      return giveUp(rest, "other-account", message);
    }
    // Nothing was created, so nothing is shown yet.
    onEnd(change, result);
  }
  return [];
}
