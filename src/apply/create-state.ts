import { groupByName, type LiveKey } from "../model/key.ts";
import type { CreateChange } from "../model/plan.ts";
import { answerOf, type CreateAttempt, type Post } from "./classify-create.ts";
import type { Look } from "./find-created.ts";

/** What a run knows of the keys it creates. */
export interface CreateState {
  readonly attempts: readonly CreateAttempt[];
  /** Creates that are still to be posted for the first time. */
  readonly toPost: readonly CreateChange[];
  /** The records that the plan's list did not have, by the last look that could be read. */
  readonly found?: ReadonlyMap<string, readonly LiveKey[]>;
  /** The same by the relists: what they show exists, but it need not be all. */
  readonly relisted: ReadonlyMap<string, readonly LiveKey[]>;
  /** When that look was asked for; the latest one may have failed. */
  readonly lookedAt?: number;
  readonly lookFailed: boolean;
  /** Something was sent or waited for since the last look. */
  readonly lookDue: boolean;
  /** Looks taken again since the last POST, for keys that the list did not show. */
  readonly looksAgain: number;
  /** An accepted key was not in the list at once: the list lags behind. */
  readonly lags: boolean;
  /** The doubt for which a settle time was waited, and how often a look was wanted then. */
  readonly settledFor?: { readonly doubtAt: number; readonly looks: number };
  /** How often each duplicate was tried to be removed, by id. */
  readonly removals: ReadonlyMap<number, number>;
  /** How often duplicates were removed, those of all names together. */
  readonly removalRounds: number;
  /** The ids of those whose delete was sent, or that the server shows no longer. */
  readonly deleted: ReadonlySet<number>;
  /** Duplicates that were removed and are still shown were waited for since. */
  readonly removalWaited: boolean;
  /** An answer to a removal was unclear: it may land after the record that was to stay has gone. */
  readonly removalUnclear: boolean;
}

/** Why a run waits before it looks again. */
export type WaitReason = "absent" | "unsettled" | "removal";

/** What has happened since. */
export type CreateEvent =
  | {
      readonly kind: "posted";
      readonly posts: ReadonlyMap<string, Post | undefined>;
      /** A relist beside the creates did not show one that had been accepted. */
      readonly lags: boolean;
      /** The new records that relists have shown. */
      readonly seen: readonly LiveKey[];
    }
  | { readonly kind: "looked"; readonly seen: Look | undefined }
  | { readonly kind: "waited"; readonly reason: WaitReason }
  | { readonly kind: "settled"; readonly doubtAt: number }
  | {
      readonly kind: "removed";
      readonly ids: readonly number[];
      readonly deleted: readonly number[];
      readonly unclear: boolean;
    };

export function beginCreating(changes: readonly CreateChange[]): CreateState {
  return {
    attempts: [],
    toPost: changes,
    relisted: new Map(),
    lookFailed: false,
    lookDue: false,
    looksAgain: 0,
    lags: false,
    removals: new Map(),
    removalRounds: 0,
    deleted: new Set(),
    removalWaited: false,
    removalUnclear: false,
  };
}

/** The state after something has happened; pure. */
export function afterEvent(state: CreateState, event: CreateEvent): CreateState {
  switch (event.kind) {
    case "posted": {
      const attempts = [
        ...state.attempts.map((attempt) => withPost(attempt, event.posts)),
        ...state.toPost.map((change) => withPost({ change, posts: [] }, event.posts)),
      ];
      const lags = state.lags || event.lags;
      const relisted = groupByName(event.seen);
      const wasSent = [...event.posts.values()].some((post) => post !== undefined);
      const looksAgain = wasSent ? 0 : state.looksAgain;
      return { ...state, attempts, toPost: [], lookDue: true, looksAgain, lags, relisted };
    }
    case "looked": {
      const { seen } = event;
      // A look that failed takes nothing back: what was seen before did exist. What one shows that
      // could not be proven exists too.
      if (seen === undefined) return { ...state, lookDue: false, lookFailed: true };
      if (!seen.proven) {
        const found = groupByName(union([...(state.found?.values() ?? [])].flat(), seen.keys));
        const lags = state.lags || seen.lags;
        return { ...state, found, lookDue: false, lookFailed: true, lags };
      }
      const looked = { ...state, found: groupByName(seen.keys), lookedAt: seen.sentAt };
      const late = state.attempts.some((attempt) => isLate(attempt, looked));
      const lags = state.lags || seen.lags || late;
      return { ...looked, lookDue: false, lookFailed: false, lags };
    }
    case "waited":
      return afterWait({ ...state, lookDue: true }, event.reason);
    case "settled":
      return { ...state, lookDue: true, settledFor: { doubtAt: event.doubtAt, looks: 1 } };
    case "removed": {
      const removals = new Map(state.removals);
      for (const id of event.ids) removals.set(id, (removals.get(id) ?? 0) + 1);
      const { unclear } = event;
      const deleted = new Set([...state.deleted, ...event.deleted]);
      return {
        ...state,
        lookDue: !unclear,
        removals,
        removalRounds: state.removalRounds + 1,
        deleted,
        removalWaited: false,
        removalUnclear: unclear,
      };
    }
  }
}

function afterWait(state: CreateState, reason: WaitReason): CreateState {
  switch (reason) {
    case "absent":
      return { ...state, looksAgain: state.looksAgain + 1 };
    case "removal":
      return { ...state, removalWaited: true, removalUnclear: false };
    case "unsettled": {
      const { settledFor } = state;
      return settledFor === undefined
        ? state
        : { ...state, settledFor: { ...settledFor, looks: settledFor.looks + 1 } };
    }
  }
}

/** The records of both, the later ones as they were seen last. */
export function union(before: readonly LiveKey[], after: readonly LiveKey[]): readonly LiveKey[] {
  return [...new Map([...before, ...after].map((key) => [key.id, key])).values()];
}

function withPost(
  attempt: CreateAttempt,
  posts: ReadonlyMap<string, Post | undefined>,
): CreateAttempt {
  const { name } = attempt.change;
  const post = posts.get(name);
  if (post !== undefined) return { ...attempt, posts: [...attempt.posts, post] };
  return posts.has(name) ? { ...attempt, isTaken: true } : attempt;
}

function isLate(attempt: CreateAttempt, state: CreateState): boolean {
  return answerOf(attempt)?.kind === "accepted" && !isShown(attempt, state);
}

/** Whether the last look that could be read showed a key of this name. */
export function isShown({ change }: CreateAttempt, { found }: CreateState): boolean {
  return found?.has(change.name) ?? false;
}
