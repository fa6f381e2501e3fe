import { groupByName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { compareFields } from "../plan/compare.ts";
import { alteredName } from "./altered-create.ts";
import { classifyCreate, type CreateAttempt } from "./classify-create.ts";
import type { ApplyContext, Ended, FinalList } from "./context.ts";
import { union, type CreateState } from "./create-state.ts";
import { isUnsettled } from "./doubt.ts";
import { newRecords } from "./find-created.ts";
import type { FreshList } from "./fresh-list.ts";
import { differing, done, duplicatesMessage, failed, unknown } from "./outcomes.ts";
import type { CreateRules } from "./surviving-record.ts";
import { updateKey } from "./update-key.ts";

/**
 * The records of a create's name: a look's, and those that relists beside the creates have shown.
 * Undefined where no list was read since its last POST: an older one does not tell of it.
 */
function recordsOf(
  attempt: CreateAttempt,
  state: CreateState,
  rules: CreateRules,
  list: FreshList,
): Records {
  const { change, posts } = attempt;
  const { found, lookedAt } = state;
  const records = union(list.named(change.name), found?.get(change.name) ?? []);
  if (records.length > 0) return records;
  const last = posts.findLast(({ answer }) => answer.kind !== "not-carried-out");
  const isOlder = last !== undefined && (lookedAt ?? -Infinity) < last.answeredAt;
  if (!isOlder && found !== undefined) return [];
  // A relist without a gap tells as much, unless there is a doubt for which it came too early.
  const relistedAt = list.wholeAt();
  if (last === undefined || relistedAt < last.answeredAt) return undefined;
  const relisted = { ...state, lookedAt: relistedAt, lags: state.lags || list.lags() };
  return isUnsettled(attempt, relisted, rules) ? undefined : [];
}

type Records = readonly LiveKey[] | undefined;

/**
 * Brings a create to its end once the list has been looked at: a key that has to be disabled, or
 * that the server stored otherwise than asked, is updated like any other.
 */
export async function endCreate(
  attempt: CreateAttempt,
  state: CreateState,
  rules: CreateRules,
  context: ApplyContext,
  list: FreshList,
): Promise<Ended> {
  const { change } = attempt;
  if (context.stop.reason() !== undefined) {
    return {
      resolve: (last) => {
        // Relists that were under way may have ended by now, so they are asked for what they show now.
        const before = recordsOf(attempt, state, rules, list);
        const wasShown = before?.some(({ id }) => !list.isPartial(id)) ?? false;
        const seen = last && newIn(last, context);
        const named = seen?.get(change.name) ?? [];
        if (last?.proven && seen)
          return endCutShort(attempt, shownKey(attempt, named, rules), rules);
        if (named.length === 0) {
          const shown = shownBefore(attempt, before, state, rules);
          if (shown.key === undefined || !list.isPartial(shown.key.id)) {
            return endCutShort(attempt, shown, rules);
          }
          return unknown(change, unsettledMessage(shown.key.id), shown.key.id);
        }
        // What an unproven list does not show may exist all the same.
        const kept = before?.filter(({ id }) => !state.deleted.has(id)) ?? [];
        const shown = shownKey(attempt, union(kept, named), rules);
        // A second key stands above the high-water mark, down to which this list may not have been read.
        const isDeep = wasShown || (last?.downTo ?? Infinity) <= rules.mark;
        if (!isDeep && shown.key !== undefined) {
          return unknown(change, unsettledMessage(shown.key.id), shown.key.id);
        }
        return endCutShort(attempt, shown, rules);
      },
    };
  }
  const records = recordsOf(attempt, state, rules, list);
  const shown = shownBefore(attempt, records, state, rules);
  const id = shown.key?.id ?? shown.outcome?.id;
  // Its own create may have landed since, and a second key with it: nobody could look. Only several
  // keys that were seen say more.
  const several = shown.outcome?.error?.code === "duplicates";
  const isOpen = id !== undefined && list.isPartial(id);
  if (id !== undefined && !several && (isOpen || isUnsettled(attempt, state, rules))) {
    return unknown(change, unsettledMessage(id), id);
  }
  if (id !== undefined && state.deleted.has(id)) return unknown(change, ghostMessage(id), id);
  if (shown.outcome !== undefined) {
    if (records !== undefined && records.length > 0) return shown.outcome;
    return alteredName(attempt, state, rules, context, records !== undefined) ?? shown.outcome;
  }
  const { key } = shown;
  const planned = compareFields(change.desired.fields, key, rules.now);
  if (planned.length === 0) return done(change, key.id);
  return updateKey({ change, live: key, desired: change.desired.fields, planned }, context);
}

/** The new records of the closing list, by name: found once for all creates that ask for them. */
function newIn(
  last: FinalList,
  context: ApplyContext,
): ReadonlyMap<string, readonly LiveKey[]> | undefined {
  const known = NEW_IN.get(context);
  if (known?.last === last) return known.named;
  const own = newRecords([...last.keys.values()], context);
  const named = own && groupByName(own);
  NEW_IN.set(context, { last, named });
  return named;
}

const NEW_IN = new WeakMap<
  ApplyContext,
  { readonly last: FinalList; readonly named: ReadonlyMap<string, readonly LiveKey[]> | undefined }
>();

function ghostMessage(id: number): string {
  return `key ${id} was to be removed as a duplicate, but the list shows no other key of this name any more; run plan again before anything else`;
}

function unsettledMessage(id: number): string {
  return `key ${id} has this name, but another one may have been created since, and the list could not be read again; run plan again before anything else`;
}

/** Nothing more may be written, so what is not in place yet is said to be open. */
function endCutShort({ change }: CreateAttempt, shown: Shown, rules: CreateRules): Outcome {
  if (shown.outcome !== undefined) return shown.outcome;
  const { key } = shown;
  const open = compareFields(change.desired.fields, key, rules.now);
  if (open.length === 0) return done(change, key.id);
  const message = `key ${key.id} exists, but ${differing(open)}; apply again to finish it`;
  return failed(change, "change-failed", message, key.id);
}

/** The key the records show, or how the create ended where they show none that can be gone on with. */
type Shown =
  | { readonly key: LiveKey; readonly outcome?: undefined }
  | { readonly key?: undefined; readonly outcome: Outcome };

function shownKey(attempt: CreateAttempt, records: Records, rules: CreateRules): Shown {
  const verdict = classifyCreate(attempt, records, rules);
  switch (verdict.kind) {
    case "ended":
      return { outcome: verdict.outcome };
    case "duplicated": {
      const message = duplicatesMessage([verdict.keep, ...verdict.remove]);
      return { outcome: failed(attempt.change, "duplicates", message, verdict.keep.id) };
    }
    case "in-place":
    case "differs":
      return { key: verdict.key };
  }
}

/** The same by records that were seen before; duplicates may have been removed since. */
function shownBefore(
  attempt: CreateAttempt,
  records: Records,
  { deleted, lookFailed, lookDue }: CreateState,
  rules: CreateRules,
): Shown {
  const verdict = classifyCreate(attempt, records, rules);
  const isOld = lookFailed || lookDue;
  if (verdict.kind === "duplicated" && isOld && verdict.remove.every(({ id }) => deleted.has(id))) {
    const { keep, remove } = verdict;
    return { outcome: unknown(attempt.change, removedMessage(keep, remove), keep.id) };
  }
  return shownKey(attempt, records, rules);
}

function removedMessage(keep: LiveKey, removed: readonly LiveKey[]): string {
  const ids = removed.map(({ id }) => id).join(", ");
  return `key ${keep.id} has this name, and a delete of its duplicates (${ids}) was sent, but the list could not be read since; run plan again before anything else`;
}
