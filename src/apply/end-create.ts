import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { compareFields } from "../plan/compare.ts";
import type { ApplyContext, Ended } from "./context.ts";
import { judgeCreate, type CreateAttempt } from "./judge-create.ts";
import type { KeeperRules } from "./keeper.ts";
import { newRecords } from "./look.ts";
import { differing, done, failed, twinsMessage, unknown } from "./outcomes.ts";
import { updateKey } from "./update-key.ts";

/**
 * Brings a create to its end once the list has been looked at: a key that has to be disabled, or
 * that the server stored otherwise than asked, is updated like any other.
 */
export async function endCreate(
  attempt: CreateAttempt & { readonly settled: boolean },
  found: readonly LiveKey[] | undefined,
  rules: KeeperRules,
  context: ApplyContext,
): Promise<Ended> {
  const { change } = attempt;
  const named = (keys: readonly LiveKey[] | undefined) =>
    keys?.filter((key) => key.name === change.name);

  if (context.stop.reason() !== undefined) {
    return {
      judge: (keys) => {
        const seen = keys === undefined ? found : newRecords(keys, context);
        return judgeCutShort(attempt, named(seen), rules);
      },
    };
  }
  const shown = judgeShown(attempt, named(found), rules);
  if (shown.key === undefined) return shown.outcome;
  const { key } = shown;
  // Its own create may have landed since, and a second key with it: nobody could look.
  if (!attempt.settled) return unknown(change, unsettledMessage(key.id), key.id);
  const planned = compareFields(change.desired.fields, key, rules.now);
  if (planned.length === 0) return done(change, key.id);
  return updateKey({ change, live: key, desired: change.desired.fields, planned }, context);
}

function unsettledMessage(id: number): string {
  return `key ${id} bears this name, but an unclear create may have made another since, and the list could not be read again; run plan again before anything else`;
}

/** Nothing more may be written, so what is not in place yet is said to be open. */
function judgeCutShort(
  attempt: CreateAttempt,
  found: readonly LiveKey[] | undefined,
  rules: KeeperRules,
): Outcome {
  const { change } = attempt;
  const shown = judgeShown(attempt, found, rules);
  if (shown.key === undefined) return shown.outcome;
  const { key } = shown;
  const open = compareFields(change.desired.fields, key, rules.now);
  if (open.length === 0) return done(change, key.id);
  const message = `key ${key.id} exists, but ${differing(open)}; apply again to finish it`;
  return failed(change, "change-failed", message, key.id);
}

/** The key the records show, or how the create ended where they show none that can be gone on with. */
function judgeShown(
  attempt: CreateAttempt,
  found: readonly LiveKey[] | undefined,
  rules: KeeperRules,
): { readonly key: LiveKey } | { readonly key?: undefined; readonly outcome: Outcome } {
  const verdict = judgeCreate(attempt, found, rules);
  switch (verdict.kind) {
    case "ended":
      return { outcome: verdict.outcome };
    case "repeated": {
      const message = twinsMessage([verdict.keep, ...verdict.remove]);
      return { outcome: failed(attempt.change, "twins", message) };
    }
    case "in-place":
    case "differs":
      return { key: verdict.key };
  }
}
