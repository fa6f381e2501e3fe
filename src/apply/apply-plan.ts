import pLimit from "p-limit";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, CreateChange, Plan, UpdateChange } from "../model/plan.ts";
import { isOpen, type ApplyContext, type Ended } from "./context.ts";
import { createKeys } from "./create-keys.ts";
import { deleteKeys } from "./delete-keys.ts";
import { lastLook } from "./look.ts";
import { failed, notAttempted } from "./outcomes.ts";
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
  context: ApplyContext,
  options: ApplyOptions = {},
): Promise<readonly Outcome[]> {
  const creates = plan.changes.filter((change) => change.action === "create");
  const updates = plan.changes.filter((change) => change.action === "update");
  const deletes = plan.changes.filter((change) => change.action === "delete");

  const ended = new Map<Change, Ended>();
  const note = (changes: readonly Change[], results: readonly Ended[]): void => {
    for (const [index, change] of changes.entries()) {
      const result = results[index];
      if (result === undefined) throw new Error(`no result for ${change.name}`);
      ended.set(change, result);
      if (!isOpen(result)) {
        context.emit({
          type: "outcome",
          outcome: result,
          done: ended.size,
          total: plan.changes.length,
        });
      }
    }
  };

  const rest = await createFirst(creates, options.unprovenOwner, context, note);
  note(rest, await createKeys(rest, context));
  note(updates, await updateKeys(updates, context));
  note(deletes, await deleteKeys(deletes, context));

  const open = [...ended.values()].some(isOpen);
  const keys = open ? await lastLook(context) : undefined;
  return plan.changes.map((change) => outcomeOf(change, ended.get(change), keys));
}

function outcomeOf(
  change: Change,
  ended: Ended | undefined,
  keys: readonly LiveKey[] | undefined,
): Outcome {
  switch (change.action) {
    case "conflict":
      return notAttempted(change, "twins", change.reason);
    case "blocked":
      return notAttempted(change, "expiry-past", change.reason);
    case "create":
    case "update":
    case "delete":
      if (ended === undefined) throw new Error(`${change.name} was not worked on`);
      return isOpen(ended) ? ended.judge(keys) : ended;
  }
}

async function updateKeys(
  updates: readonly UpdateChange[],
  context: ApplyContext,
): Promise<readonly Ended[]> {
  // Bounded here as well as at the gate, so that a key's read and write stay next to each other.
  const limit = pLimit(context.concurrency);
  return Promise.all(
    updates.map((change) =>
      limit(() =>
        updateKey(
          { change, live: change.live, desired: change.desired.fields, planned: change.fields },
          context,
        ),
      ),
    ),
  );
}

/** Returns the creates that are still to be made. */
async function createFirst(
  creates: readonly CreateChange[],
  owner: number | undefined,
  context: ApplyContext,
  note: (changes: readonly Change[], results: readonly Ended[]) => void,
): Promise<readonly CreateChange[]> {
  const [first, ...rest] = creates;
  if (owner === undefined || first === undefined) return creates;
  const [result] = await createKeys([first], context);
  if (result === undefined) throw new Error("a create without a result");
  const id = isOpen(result) ? undefined : result.id;
  const got = id === undefined ? undefined : await context.api.get(id);
  const actual = got?.ok ? got.value?.user_id : undefined;
  if (actual === owner || (actual === undefined && !isOpen(result) && result.status !== "done")) {
    note([first], [result]);
    return rest;
  }
  const found = actual === undefined ? "could not be told" : `is ${actual}`;
  const message = `the file is for account ${owner}, but the owner of the first new key ${found}`;
  const wrong = failed(first, "other-account", `${message}; delete key ${id ?? "?"} by hand`, id);
  note([first], [isOpen(result) ? result : wrong]);
  note(
    rest,
    rest.map((change) => notAttempted(change, "other-account", message)),
  );
  return [];
}
