import type { WriteAnswer } from "../api/api-result.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange } from "../model/plan.ts";
import { compareFields } from "../plan/compare.ts";
import { chooseKeeper, isUnused, type KeeperRules } from "./keeper.ts";
import { differing, failed, notAttempted, twinsMessage, unknown } from "./outcomes.ts";

/** A create on its way: what was sent and what came back last. */
export interface CreateAttempt {
  readonly change: CreateChange;
  readonly answer: WriteAnswer;
}

/** What the list says about a create, and what is left to do. */
export type CreateVerdict =
  | { readonly kind: "ended"; readonly outcome: Outcome }
  | { readonly kind: "repeated"; readonly keep: LiveKey; readonly remove: readonly LiveKey[] }
  /** Ours or adopted, but not as declared; unused, so it may be brought in line. */
  | { readonly kind: "differs"; readonly key: LiveKey }
  | { readonly kind: "in-place"; readonly key: LiveKey };

/**
 * Judges a create by the records found under its name since the run began: the list, not the
 * answer, says what exists. `found` is undefined when the list could not be read.
 */
export function judgeCreate(
  attempt: CreateAttempt,
  found: readonly LiveKey[] | undefined,
  rules: KeeperRules,
): CreateVerdict {
  const { change } = attempt;
  const keeper = chooseKeeper(found ?? [], change.desired.fields, rules);
  if (keeper === undefined) return ended(withoutRecord(attempt, found !== undefined));
  if (keeper.disputed.length > 0) {
    return ended(failed(change, "twins", twinsMessage(found ?? []), keeper.keep.id));
  }
  if (keeper.remove.length > 0) return { kind: "repeated", ...keeper };

  const key = keeper.keep;
  const differences = compareFields(change.desired.fields, key, rules.now);
  if (key.expired_time === 0) {
    const more = differences.length === 0 ? "" : ` (${differing(differences)})`;
    const message = `the server stored expired_time 0, so key ${key.id} was born dead${more}; declare expired_time (never, for instance) and apply again`;
    return ended(failed(change, "born-dead", message, key.id));
  }
  // A create cannot set the status; it follows, whoever made the key.
  if (differences.every(({ field }) => field === "status")) return { kind: "in-place", key };
  if (attempt.answer.kind === "not-carried-out") return ended(withoutRecord(attempt, true));
  if (isUnused(key)) return { kind: "differs", key };
  const message = `key ${key.id} bears this name and is in use, but ${differing(differences)}; apply again to update it, or rename it`;
  return ended(failed(change, "key-in-use", message, key.id));
}

function ended(outcome: Outcome): CreateVerdict {
  return { kind: "ended", outcome };
}

function withoutRecord({ change, answer }: CreateAttempt, listed: boolean): Outcome {
  switch (answer.kind) {
    case "not-carried-out":
      return notAttempted(change, answer.code, answer.reason);
    case "unauthorized":
      return failed(change, "credentials-refused", "the server refused the access token");
    case "refused":
      // A create that reports a failure may still have been stored, so this needs the list too.
      return listed
        ? failed(change, "change-failed", `the server refused: ${answer.message}`)
        : unknown(change, `the server refused (${answer.message}), but the list could not be read`);
    case "accepted":
      return listed
        ? unknown(
            change,
            "the server accepted the create, but the key is not in the list; run plan before anything else",
          )
        : unknown(change, "the server accepted the create, but the list could not be read");
    case "unknown":
      return unknown(
        change,
        `no clear answer (${answer.reason}) and ${listed ? "no such key in the list so far" : "the list could not be read"}; run plan again before anything else`,
      );
    case "paused":
      return notAttempted(change, "server-limit", "held back by the server's rate limit");
  }
}
