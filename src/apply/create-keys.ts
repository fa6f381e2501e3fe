import { isUnused } from "../model/key.ts";
import type { Change, CreateChange } from "../model/plan.ts";
import { sleep } from "../model/ports.ts";
import { unreachable } from "../model/unreachable.ts";
import { isAsCreated } from "../plan/compare.ts";
import type { ApplyContext, Ended } from "./context.ts";
import { afterEvent, beginCreating, type CreateEvent } from "./create-state.ts";
import { decideCreate, type CreateMove, type Duplicate } from "./decide-create.ts";
import { endCreate } from "./end-create.ts";
import { findCreated, markOf } from "./find-created.ts";
import type { FreshList } from "./fresh-list.ts";
import { postCreates } from "./post-creates.ts";
import { isUnclear, removeKey, type Removal } from "./remove-key.ts";
import type { CreateRules } from "./surviving-record.ts";

/** Told of every change as soon as it has ended. */
export type OnEnd = (change: Change, ended: Ended) => void;

/**
 * Creates each key once, on a server that returns no id, allows names twice and has no idempotency
 * key. `decideCreate` says what to do next, this does it and tells what happened, until there is
 * nothing left to do or the run is being stopped.
 */
export async function createKeys(
  changes: readonly CreateChange[],
  context: ApplyContext,
  list: FreshList,
  onEnd: OnEnd = () => {},
): Promise<readonly Ended[]> {
  const { settleMs } = context;
  const rules: CreateRules = { mark: markOf(context.list.keys), settleMs, now: context.now() };
  let state = beginCreating(changes);
  for (;;) {
    const move = decideCreate(state, rules);
    if (move.kind === "end") break;
    const event = await perform(move, context, list, rules);
    if (event !== undefined) state = afterEvent(state, event);
    // A run that is being stopped takes its one look later, for all keys together.
    if (context.stop.reason() !== undefined) break;
  }
  const ends = state.attempts.map(async (attempt) => {
    const ended = await endCreate(attempt, state, rules, context, list);
    onEnd(attempt.change, ended);
    return ended;
  });
  return Promise.all(ends);
}

const WAITS = {
  absent: "for keys that are not in the list yet",
  unsettled: "to read the list again",
  removal: "for duplicates to go",
} as const;

/** Makes one move; undefined when the run was stopped before it came to anything. */
async function perform(
  move: Exclude<CreateMove, { kind: "end" }>,
  context: ApplyContext,
  list: FreshList,
  rules: CreateRules,
): Promise<CreateEvent | undefined> {
  const { clock, emit, stop } = context;
  switch (move.kind) {
    case "post": {
      const posts = await postCreates(move.changes, context, list);
      return { kind: "posted", posts, lags: list.lags(), seen: list.seen() };
    }
    case "look": {
      const seen = await findCreated(context, { ...move, known: list.seen });
      if (seen?.proven) list.learn(seen);
      // A relist that was still under way may have shown only now that the list lags.
      return { kind: "looked", seen: seen && { ...seen, lags: seen.lags || list.lags() } };
    }
    case "wait": {
      const what = WAITS[move.reason];
      emit({ type: "wait", what, ms: move.ms });
      if ((await sleep(clock, move.ms, stop.writes)) === "aborted") return undefined;
      return { kind: "waited", reason: move.reason };
    }
    case "settle": {
      const ms = Math.max(0, move.doubtAt + rules.settleMs - clock.now());
      emit({ type: "wait", what: "for late answers to settle", ms });
      if ((await sleep(clock, ms, stop.writes)) === "aborted") return undefined;
      return { kind: "settled", doubtAt: move.doubtAt };
    }
    case "remove": {
      const ids = move.duplicates.map(({ key }) => key.id);
      return { kind: "removed", ids, ...(await removeDuplicates(move.duplicates, context, rules)) };
    }
    default:
      return unreachable(move);
  }
}

function mayBeGone(removal: Removal | undefined): boolean {
  if (removal?.kind === "sent") return removal.answer.kind !== "not-carried-out";
  return removal?.kind === "gone";
}

/** The only delete nobody asked for. Tells which were sent, and whether one of them may still land. */
async function removeDuplicates(
  duplicates: readonly Duplicate[],
  context: ApplyContext,
  { now }: CreateRules,
): Promise<{ readonly deleted: readonly number[]; readonly unclear: boolean }> {
  const removals = duplicates.map(({ key, change }) =>
    removeKey(
      key,
      context,
      (live) => isUnused(live) && isAsCreated(live, change.desired.fields, now),
    ),
  );
  const ended = await Promise.all(removals);
  const deleted = duplicates.flatMap(({ key }, index) => (mayBeGone(ended[index]) ? [key.id] : []));
  return { deleted, unclear: ended.some(isUnclear) };
}
