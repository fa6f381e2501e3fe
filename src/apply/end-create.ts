import { isAlteredForm } from "../model/altered-name.ts";
import { groupByName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { compareFields, isAsCreated } from "../plan/compare.ts";
import { answerOf, classifyCreate, type CreateAttempt } from "./classify-create.ts";
import type { ApplyContext, Ended } from "./context.ts";
import type { CreateState } from "./create-state.ts";
import { isUnsettled } from "./doubt.ts";
import { newRecords } from "./find-created.ts";
import type { FreshList } from "./fresh-list.ts";
import { differing, done, duplicatesMessage, failed, unknown } from "./outcomes.ts";
import { isUnused, type CreateRules } from "./surviving-record.ts";
import { updateKey } from "./update-key.ts";

type Found = CreateState["found"];

/**
 * The records on which a create ends: a look's, or where it shows none of this name, those of the
 * relists beside the creates. Undefined where no list was read since the last POST: an older one
 * does not tell of it.
 */
function foundBy({ change, posts }: CreateAttempt, state: CreateState, list: FreshList): Found {
  const { found, lookedAt } = state;
  if (found?.has(change.name)) return found;
  const relisted = groupByName(list.seen());
  if (relisted.has(change.name)) return relisted;
  const last = posts.findLast(({ answer }) => answer.kind !== "not-carried-out");
  const isOlder = last !== undefined && (lookedAt ?? -Infinity) < last.answeredAt;
  return isOlder ? undefined : found;
}

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
      judge: (last) => {
        const seen = last && newRecords(last.keys, context);
        const named = seen && groupByName(seen);
        const tells = last?.proven || named?.has(change.name);
        // A relist that was under way may have ended since.
        const found = tells && named ? named : foundBy(attempt, state, list);
        return endCutShort(attempt, found, rules);
      },
    };
  }
  const found = foundBy(attempt, state, list);
  const shown = shownKey(attempt, found, rules);
  const id = shown.key?.id ?? shown.outcome?.id;
  // Its own create may have landed since, and a second key with it: nobody could look. Only several
  // keys that were seen say more.
  const several = shown.outcome?.error?.code === "duplicates";
  if (id !== undefined && !several && isUnsettled(attempt, state, rules)) {
    return unknown(change, unsettledMessage(id), id);
  }
  if (id !== undefined && state.deleted.has(id)) return unknown(change, ghostMessage(id), id);
  if (shown.outcome !== undefined) {
    return alteredName(attempt, found, rules, context) ?? shown.outcome;
  }
  const { key } = shown;
  const planned = compareFields(change.desired.fields, key, rules.now);
  if (planned.length === 0) return done(change, key.id);
  return updateKey({ change, live: key, desired: change.desired.fields, planned }, context);
}

function ghostMessage(id: number): string {
  return `key ${id} was to be removed as a duplicate, but the list shows no other key of this name any more; run plan again before anything else`;
}

function unsettledMessage(id: number): string {
  return `key ${id} has this name, but another one may have been created since, and the list could not be read again; run plan again before anything else`;
}

/** Nothing more may be written, so what is not in place yet is said to be open. */
function endCutShort(attempt: CreateAttempt, found: Found, rules: CreateRules): Outcome {
  const { change } = attempt;
  const shown = shownKey(attempt, found, rules);
  if (shown.outcome !== undefined) return shown.outcome;
  const { key } = shown;
  const open = compareFields(change.desired.fields, key, rules.now);
  if (open.length === 0) return done(change, key.id);
  const message = `key ${key.id} exists, but ${differing(open)}; apply again to finish it`;
  return failed(change, "change-failed", message, key.id);
}

/** The key the records show, or how the create ended where they show none that can be gone on with. */
function shownKey(
  attempt: CreateAttempt,
  found: Found,
  rules: CreateRules,
):
  | { readonly key: LiveKey; readonly outcome?: undefined }
  | { readonly key?: undefined; readonly outcome: Outcome } {
  const named = found && (found.get(attempt.change.name) ?? []);
  const verdict = classifyCreate(attempt, named, rules);
  switch (verdict.kind) {
    case "ended":
      return { outcome: verdict.outcome };
    case "duplicated": {
      const message = duplicatesMessage([verdict.keep, ...verdict.remove]);
      return { outcome: failed(attempt.change, "duplicates", message) };
    }
    case "in-place":
    case "differs":
      return { key: verdict.key };
  }
}

/**
 * A server may store another name than was sent: in lower case, cut, in another Unicode form. Then an
 * accepted create never shows under its own name, and every apply would add a key.
 */
function alteredName(
  attempt: CreateAttempt,
  found: Found,
  { mark, now }: CreateRules,
  { declared }: ApplyContext,
): Outcome | undefined {
  const { change } = attempt;
  const { name, desired } = change;
  if (answerOf(attempt)?.kind !== "accepted" || !found || found.has(name)) return undefined;
  const candidates = [...found.values()]
    .flat()
    .filter(
      (key) =>
        key.id > mark &&
        !declared.has(key.name) &&
        isUnused(key) &&
        isAsCreated(key, desired.fields, now),
    );
  const alike = candidates.filter((key) => isAlteredForm(name, key.name));
  // Without a likeness, only a single one can be it.
  const keys = alike.length > 0 || candidates.length > 1 ? alike : candidates;
  const [key, ...more] = keys;
  if (key === undefined) return undefined;
  const shown = keys.map(({ id, name }) => `a new key ${id} named ${JSON.stringify(name)}`);
  const message = `the server accepted the create, but has ${shown.join(" and ")} instead: it alters names; rename that key, or declare the name as the server stores it`;
  return unknown(change, message, more.length === 0 ? key.id : undefined);
}
