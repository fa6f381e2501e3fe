import type { WriteAnswer } from "../api/api-result.ts";
import { isUnused, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange } from "../model/plan.ts";
import { compareFields } from "../plan/compare.ts";
import { differing, duplicatesMessage, failed, notAttempted, unknown } from "./outcomes.ts";
import { survivingRecord, type CreateRules } from "./surviving-record.ts";

/** One POST that was answered, or that was never sent and why. Times by the clock's `now`, ms. */
export interface Post {
  readonly answer: Exclude<WriteAnswer, { kind: "paused" }>;
  readonly sentAt?: number;
  readonly answeredAt: number;
  /** The earliest time by the server's clock, ms, at which it can have been carried out. */
  readonly notBefore?: number;
}

/** A create on its way. */
export interface CreateAttempt {
  readonly change: CreateChange;
  /** None when a list showed a key of this name before it could be posted; two at most. */
  readonly posts: readonly Post[];
  /** When it was to be posted again, a list showed its name, or the one that it gets: it never is. */
  readonly isTaken?: true;
}

/** What the list says about a create, and what is left to do. */
export type CreateClass =
  | { readonly kind: "ended"; readonly outcome: Outcome }
  | { readonly kind: "duplicated"; readonly keep: LiveKey; readonly remove: readonly LiveKey[] }
  /** Ours or another run's, but not as declared; unused, so it may be brought in line. */
  | { readonly kind: "differs"; readonly key: LiveKey }
  | { readonly kind: "in-place"; readonly key: LiveKey };

/**
 * The answer that counts. What became of a repeat does not tell what became of the first POST: that
 * stays open, unless the repeat was accepted.
 */
export function answerOf({ posts }: CreateAttempt): Post["answer"] | undefined {
  const [first, ...repeats] = posts;
  return repeats.find(({ answer }) => answer.kind === "accepted")?.answer ?? first?.answer;
}

/**
 * Classifies a create by the records of its name that are there since the run began: the list, not
 * the answer, says what exists. `found` is undefined when the list could not be read.
 */
export function classifyCreate(
  attempt: CreateAttempt,
  found: readonly LiveKey[] | undefined,
  rules: CreateRules,
): CreateClass {
  const { change } = attempt;
  const { fields } = change.desired;
  const survivor = survivingRecord(found ?? [], fields, rules);
  if (survivor === undefined) return ended(withoutRecord(attempt, found !== undefined));
  const { keep: key, remove, disputed } = survivor;
  if (disputed.length > 0) {
    return ended(failed(change, "duplicates", duplicatesMessage(found ?? []), key.id));
  }
  if (remove.length > 0) return { kind: "duplicated", keep: key, remove };

  const differences = compareFields(fields, key, rules.now);
  if (key.expired_time === 0) {
    const more = differences.length === 0 ? "" : ` (${differing(differences)})`;
    const message = `the server stored expired_time 0, so key ${key.id} was created expired${more}; declare expired_time (never, for instance) and apply again`;
    return ended(failed(change, "created-expired", message, key.id));
  }
  // A create cannot set the status; it follows, whoever made the key.
  if (differences.every(({ field }) => field === "status")) return { kind: "in-place", key };
  if (answerOf(attempt)?.kind === "not-carried-out") return ended(withoutRecord(attempt, true));
  if (isUnused(key)) return { kind: "differs", key };
  const message = `key ${key.id} has this name and is in use, but ${differing(differences)}; apply again to update it, or rename it`;
  return ended(failed(change, "key-in-use", message, key.id));
}

function ended(outcome: Outcome): CreateClass {
  return { kind: "ended", outcome };
}

/** How a create ended under whose name the list shows no key. */
function withoutRecord(attempt: CreateAttempt, listed: boolean): Outcome {
  const { change } = attempt;
  const answer = answerOf(attempt);
  switch (answer?.kind) {
    case undefined: {
      const message =
        "not created: another run's key had this name meanwhile, but the list does not show it any more; apply again";
      return notAttempted(change, "moved", message);
    }
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
  }
}
