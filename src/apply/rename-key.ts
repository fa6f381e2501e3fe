import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, UpdateChange } from "../model/plan.ts";
import type { ApplyContext } from "./context.ts";
import type { FreshList } from "./fresh-list.ts";
import { failed, notAttempted } from "./outcomes.ts";

/** Whether a change gives a key another name. */
export function isRename(change: Change): change is UpdateChange {
  return change.action === "update" && change.live.name !== change.name;
}

/**
 * Why a key must not get its new name now. As for a create, the name has to be free on a list asked for
 * within half the settle time: another run may have made a key of that name since the plan's list.
 *
 * @param bearer The key that was to give the name up in this run, and has not.
 */
export async function renameRefused(
  change: UpdateChange,
  bearer: number | undefined,
  { clock, stop }: ApplyContext,
  list: FreshList,
): Promise<Outcome | undefined> {
  if (bearer !== undefined) {
    const message = `not renamed: key ${bearer}, which has this name, could not be renamed first`;
    return notAttempted(change, "duplicates", message, change.id);
  }
  if (!list.allows(undefined) && !stop.writes.aborted) {
    const renewed = await list.renew(clock.now());
    if (!renewed.ok && stop.reason() === undefined) {
      const message = `the list of keys could not be read again before it: ${renewed.error.message}`;
      return notAttempted(change, renewed.error.code, message, change.id);
    }
  }
  const inTheWay = list.named(change.name).find(({ id }) => id !== change.id);
  return inTheWay === undefined
    ? undefined
    : failed(change, "duplicates", taken(inTheWay), change.id);
}

function taken({ id }: LiveKey): string {
  return `not renamed: key ${id} has got this name since the plan was made; plan again`;
}
