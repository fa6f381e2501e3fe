import type { Outcome } from "../model/outcome.ts";
import type { Change, CreateChange } from "../model/plan.ts";
import { isPending, type ApplyContext, type Ended } from "./context.ts";
import { createKeys, type OnEnd } from "./create-keys.ts";
import { confirmedList, markOf, newRecords } from "./find-created.ts";
import type { FreshList } from "./fresh-list.ts";

/** A create that the server refused, and under whose name the list shows no key. */
export function isRefused(ended: Ended): ended is Outcome {
  if (isPending(ended)) return false;
  const { action, status, error, id } = ended;
  const isFailed = status === "failed" && error?.code === "change-failed";
  return action === "create" && isFailed && id === undefined;
}

/**
 * Creates once more what was refused before the deletes made room: an account has room for so many
 * keys, and the words of a refusal are in any language. It begins with a whole list that held still; a
 * name that stands on it by now is not posted again. The rest goes by the same protocol.
 */
export async function createAgain(
  ended: ReadonlyMap<Change, Ended>,
  context: ApplyContext,
  list: FreshList,
  onEnd: OnEnd,
): Promise<void> {
  const refused = new Map<CreateChange, Outcome>();
  for (const [change, end] of ended) {
    if (change.action === "create" && isRefused(end)) refused.set(change, end);
  }
  if (refused.size === 0 || context.stop.reason() !== undefined) return;
  const whole = await confirmedList(context.api);
  const keys = whole && newRecords(whole.keys, context);
  if (whole === undefined || keys === undefined) return;
  list.learn({ keys, last: markOf(whole.keys), sentAt: whole.sentAt });
  await createKeys([...refused.keys()], context, list, (change, end) => {
    const first = change.action === "create" ? refused.get(change) : undefined;
    onEnd(change, first === undefined ? end : unlessHeldBack(end, first));
  });
}

/** What was not sent again ended as it did the first time. */
function unlessHeldBack(end: Ended, first: Outcome): Ended {
  if (isPending(end)) {
    return { resolve: (list) => heldBack(end.resolve(list), first) };
  }
  return heldBack(end, first);
}

function heldBack(end: Outcome, first: Outcome): Outcome {
  return end.status === "not_attempted" ? first : end;
}
