import { isAlteredForm } from "../model/altered-name.ts";
import type { LiveKey } from "../model/key.ts";
import type { FieldChange } from "../model/plan.ts";
import { grantOf } from "../model/quota.ts";
import { STATUS } from "../model/status.ts";
import { hasSameSettings } from "../plan/compare.ts";
import { revivable } from "../plan/digest.ts";
import { newlyUsed } from "../plan/dangers.ts";
import type { UpdateMemory, UpdateTask } from "./decide-update.ts";
import { differing, quoted } from "./outcomes.ts";

/**
 * A key under another name is another key: nothing declared for the old name is written to it. One that
 * is to be renamed may have its new name already.
 */
export function becameAnother(
  task: UpdateTask,
  live: LiveKey,
  { last }: Pick<UpdateMemory, "last">,
): string | undefined {
  const isOwn = last?.kind === "replace" && isAlteredForm(task.change.name, live.name);
  if (!bearsName(task, live) && isOwn && task.live.name !== task.change.name) {
    return `the server stored the new name as ${quoted(live.name)}: declare it so, or rename the key in the console`;
  }
  if (!bearsName(task, live)) return `renamed to ${quoted(live.name)} since the plan was made`;
  if (live.user_id !== task.live.user_id) return "it belongs to another account now";
  return undefined;
}

/** Whether a record has the name the plan found it under, or the one it is to have. */
export function bearsName(
  { change, live: planned }: Pick<UpdateTask, "change" | "live">,
  { name }: Pick<LiveKey, "name">,
): boolean {
  return name === planned.name || name === change.name;
}

/** A key that nobody asked for by its name is left alone once somebody needs it. */
export function cameIntoUse(
  { pruned, live: planned }: UpdateTask,
  live: LiveKey,
  changes: readonly FieldChange[],
  now: number,
): string | undefined {
  const isOpen = changes.some(({ field }) => field === "status");
  if (!pruned || !isOpen || !newlyUsed(live, planned, now)) return undefined;
  return `it came into use since the plan was made; ${differing(changes)}`;
}

/** Why the record is no longer what the plan was made from; undefined when it still is. */
export function movedSince(
  task: UpdateTask,
  live: LiveKey,
  changes: readonly FieldChange[],
): string | undefined {
  if (changes.length === 0) return undefined;
  // Nobody asked for this key by its name, so what a person has done to it since counts.
  if (task.pruned && !hasSameSettings(live, task.live)) {
    return "changed since the plan was made; plan again";
  }
  const beyond = changes.filter((change) => !wasPlanned(change, task, live));
  if (beyond.length === 0) return undefined;
  const rest = changes.filter((change) => !beyond.includes(change));
  const open = rest.length === 0 ? "" : ` (still open: ${differing(rest)})`;
  return `changed since the plan was made: ${differing(beyond)}; plan again${open}`;
}

function wasPlanned(
  change: FieldChange,
  { live: then, planned }: UpdateTask,
  live: LiveKey,
): boolean {
  const { field, before, after } = change;
  // The server itself turns a key expired or exhausted at any time. What switches it off does so all the
  // same, but only what gives it more enables it.
  if (field === "status" && (before === STATUS.expired || before === STATUS.exhausted)) {
    return after === STATUS.disabled || revivable(planned).includes(before);
  }
  const same = planned.find((other) => other.field === field);
  if (same === undefined) return false;
  // Use moves the counters, and one may lag behind the other. Only a person raises the grant by more
  // than was used meanwhile, or takes units away that no lag of a moment explains.
  if (field === "remain_quota") {
    const moved = grantOf(live) - grantOf(then);
    const lag = Math.abs(grantOf(then)) / 10;
    return moved <= Math.max(0, live.used_quota - then.used_quota) && moved >= -lag;
  }
  return JSON.stringify(same.before) === JSON.stringify(before);
}
