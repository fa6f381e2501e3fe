import type { LiveKey } from "../model/key.ts";
import type { CreateChange } from "../model/plan.ts";
import { answerOf, classifyCreate, type CreateAttempt } from "./classify-create.ts";
import { isShown, type CreateState, type WaitReason } from "./create-state.ts";
import { isSettled, lastDoubt } from "./doubt.ts";
import { MOST_REMOVED, type CreateRules } from "./surviving-record.ts";

/** Waits before the list is read again for a key that it does not show, ms. */
const LOOK_WAITS_MS = [1_000, 2_000, 4_000] as const;

/** How often a duplicate is tried to be removed; a delete may be lost like anything else. */
const REMOVE_TRIES = 3;

/**
 * How often duplicates are removed at all: a server may answer each delete with more copies, and after each
 * time the whole list is read.
 */
const REMOVE_ROUNDS = 10;

export type CreateMove =
  | { readonly kind: "post"; readonly changes: readonly CreateChange[] }
  | { readonly kind: "look"; readonly names: readonly string[]; readonly whole: boolean }
  | { readonly kind: "wait"; readonly reason: WaitReason; readonly ms: number }
  /** Until a settle time after the doubt arose. */
  | { readonly kind: "settle"; readonly doubtAt: number }
  | { readonly kind: "remove"; readonly duplicates: readonly Duplicate[] }
  | { readonly kind: "end" };

export interface Duplicate {
  readonly key: LiveKey;
  readonly change: CreateChange;
}

/** What to do next, in the order of the protocol's steps (`docs/protocol.md`); pure. */
export function decideCreate(state: CreateState, rules: CreateRules): CreateMove {
  // 2. Post each missing name once.
  if (state.toPost.length > 0) return { kind: "post", changes: state.toPost };
  if (!state.attempts.some(mayExist)) return { kind: "end" };

  // 3. Look what exists.
  const doubtAt = lastDoubt(state, rules);
  if (state.lookDue) {
    const sure = state.attempts.filter((attempt) => isAccepted(attempt) || wasShown(attempt));
    const names = sure.map(({ change }) => change.name);
    // A key that was renamed to one of the names stands further down than the newest pages.
    const renamed = names.some((name) => isBelow(state.relisted.get(name), rules));
    const whole = doubtAt !== undefined || state.removals.size > 0 || renamed;
    return { kind: "look", names, whole };
  }

  // 4. Unknown or accepted, and absent: look again; only then post once more what was unknown.
  const absent = state.attempts.filter(
    (attempt) => isExpected(attempt) && !isShown(attempt, state),
  );
  const ms = LOOK_WAITS_MS[state.looksAgain];
  if (absent.length > 0 && ms !== undefined) return { kind: "wait", reason: "absent", ms };
  const again = absent.filter(isRepeatable);
  // Absence must have been seen, not assumed, before anything is sent a second time.
  if (again.length > 0 && !state.lookFailed) {
    return { kind: "post", changes: again.map(({ change }) => change) };
  }

  // 5. Settle: what may land late has landed, or never will. A look that fails then is taken again.
  if (doubtAt !== undefined && !isSettled(state, doubtAt, rules)) {
    const { settledFor } = state;
    if (settledFor?.doubtAt !== doubtAt) return { kind: "settle", doubtAt };
    const ms = LOOK_WAITS_MS[settledFor.looks - 1];
    if (ms !== undefined) return { kind: "wait", reason: "unsettled", ms };
  }

  // 6. Remove duplicates; those that are still shown after a wait once more.
  const duplicates = state.attempts.flatMap((attempt) => duplicatesOf(attempt, state, rules));
  const mayRemove = state.removalRounds < REMOVE_ROUNDS;
  const room = Math.max(0, MOST_REMOVED * state.attempts.length - state.removals.size);
  const tries = ({ key }: Duplicate): number => state.removals.get(key.id) ?? 0;
  const fresh = duplicates.filter((duplicate) => tries(duplicate) === 0).slice(0, room);
  if (fresh.length > 0 && mayRemove) return { kind: "remove", duplicates: fresh };
  const tried = duplicates.filter((duplicate) => tries(duplicate) > 0);
  if ((tried.length > 0 || isGhostShown(state)) && !state.removalWaited) {
    const least = tried.reduce((min, duplicate) => Math.min(min, tries(duplicate)), REMOVE_TRIES);
    const ms = state.removalUnclear ? rules.settleMs : (LOOK_WAITS_MS[least - 1] ?? 0);
    return { kind: "wait", reason: "removal", ms };
  }
  const left = tried.filter((duplicate) => tries(duplicate) < REMOVE_TRIES);
  if (left.length > 0 && mayRemove) return { kind: "remove", duplicates: left };

  // 7. Say what was seen.
  return { kind: "end" };
}

/** The list may show a key of this name: one was posted, or was seen before it could be. */
function mayExist(attempt: CreateAttempt): boolean {
  const { posts } = attempt;
  return wasShown(attempt) || posts.some(({ answer }) => answer.kind !== "not-carried-out");
}

function wasShown({ posts }: CreateAttempt): boolean {
  return posts.length === 0;
}

function isAccepted(attempt: CreateAttempt): boolean {
  return answerOf(attempt)?.kind === "accepted";
}

/** The list ought to show a key of this name, or may still. */
function isExpected(attempt: CreateAttempt): boolean {
  return isAccepted(attempt) || answerOf(attempt)?.kind === "unknown";
}

function isRepeatable(attempt: CreateAttempt): boolean {
  const { posts, isTaken } = attempt;
  return posts.length === 1 && answerOf(attempt)?.kind === "unknown" && isTaken !== true;
}

function isBelow(keys: readonly LiveKey[] = [], { mark }: CreateRules): boolean {
  return keys.some(({ id }) => id <= mark);
}

/** A record that was removed is shown alone: the list may be behind, and its survivor gone. */
function isGhostShown({ attempts, found, deleted }: CreateState): boolean {
  return attempts.some(({ change }) => {
    const named = found?.get(change.name) ?? [];
    return named.length > 0 && named.every(({ id }) => deleted.has(id));
  });
}

function duplicatesOf(
  attempt: CreateAttempt,
  { found }: CreateState,
  rules: CreateRules,
): readonly Duplicate[] {
  const { change } = attempt;
  const verdict = classifyCreate(attempt, found?.get(change.name), rules);
  return verdict.kind === "duplicated" ? verdict.remove.map((key) => ({ key, change })) : [];
}
