import type { Code } from "../model/codes.ts";
import type { CreateChange } from "../model/plan.ts";
import { stopCode } from "../model/ports.ts";
import { isPending, type ApplyContext } from "./context.ts";
import { createKeys, type OnEnd } from "./create-keys.ts";
import type { FreshList } from "./fresh-list.ts";
import { failed, notAttempted } from "./outcomes.ts";

/**
 * Creates one key after the other until one shows whose token this is; returns the creates that are
 * still to be made, none when it is another account's.
 */
export async function proveOwner(
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
