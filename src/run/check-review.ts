import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { PlanFile } from "../model/plan-file.ts";
import { hasWrites, type Change } from "../model/plan.ts";
import { beyondReview } from "../plan/reviewed.ts";
import type { Reviewed } from "../plan/rest.ts";
import type { Review } from "./approval.ts";
import type { Prepared } from "./plan.ts";

/** A plan is for one server; asked before anything is sent. */
export function checkOrigin(review: Review | undefined, origin: string): Diagnostic | undefined {
  if (review?.kind !== "plan" || review.plan.origin === origin) return undefined;
  const message = `the plan was made for ${review.plan.origin}, but this run would write to ${origin}`;
  return problem("not-as-reviewed", message, "correct COMETAPI_BASE_URL (or --base-url)");
}

/** What was reviewed, as far as a plan is shaped by it. */
export function reviewedOf(review: Review | undefined): Reviewed | undefined {
  switch (review?.kind) {
    case undefined:
      return undefined;
    case "digest":
      return { hashes: new Set(review.hashes) };
    case "plan":
      return {
        hashes: new Set(review.plan.hashes),
        account: review.plan.account ?? undefined,
      };
  }
}

/** Why a fresh plan is more than what was reviewed; undefined when it is not. */
export function checkReview(
  review: Review | undefined,
  prepared: Prepared,
): Diagnostic | undefined {
  const { account } = prepared;
  switch (review?.kind) {
    case undefined:
      return undefined;
    case "digest":
      return checkDigest(review, prepared);
    case "plan": {
      const reviewed = review.plan.account;
      if (reviewed !== null && account !== undefined && reviewed !== account) {
        const message = `the plan was made for account ${reviewed}, but this run is for account ${account}`;
        return problem(
          "not-as-reviewed",
          message,
          "use the access token of that account, and its file",
        );
      }
      if (reviewed !== null && account === undefined && hasWrites(prepared.plan)) {
        const message = `the plan was made for account ${reviewed}, and ${UNTOLD}`;
        return problem("not-as-reviewed", message, PIN);
      }
      return checkChanges(review.plan, prepared);
    }
  }
}

const UNTOLD = "neither the list nor /api/user/self shows now whose token this is";
const PIN =
  "name the account in the file (account.user_id), plan again and have the new plan reviewed";

function checkDigest(
  { digest, hashes, again }: Extract<Review, { kind: "digest" }>,
  prepared: Prepared,
): Diagnostic | undefined {
  const { plan, account } = prepared;
  if (digest === plan.digest || !hasWrites(plan)) return undefined;
  if (hashes !== undefined && beyond(prepared, hashes).length === 0) return undefined;
  const untold = account === undefined ? `; ${UNTOLD}` : "";
  return problem(
    "not-as-reviewed",
    `the plan is not the one that was reviewed: the server, the account, the files or the options have changed since (its digest is ${plan.digest}, expected ${digest})${untold}`,
    again ??
      "review the plan of this run; with a saved plan (plan --out), changes that are already in place do not matter",
  );
}

/**
 * The changes that were not reviewed. An empty list shows no account, and the first key that is created does:
 * what is left of the plan for it is reviewed all the same, though hashes hold the account.
 */
function beyond({ plan, asUntold }: Prepared, hashes: readonly string[]): readonly Change[] {
  const reviewed = new Set(hashes);
  const found = beyondReview(plan, reviewed);
  const untold = found.length === 0 ? undefined : asUntold?.();
  if (!untold?.created.every((hash) => reviewed.has(hash))) return found;
  const { changes } = plan;
  if (untold.planned.length !== changes.length) return found;
  return beyondReview({ changes, planned: untold.planned }, reviewed).length === 0 ? [] : found;
}

function checkChanges(reviewed: PlanFile, prepared: Prepared): Diagnostic | undefined {
  const found = beyond(prepared, reviewed.hashes);
  if (found.length === 0) return undefined;
  const named = found.slice(0, 10).map(({ action, name }) => `${action} "${name}"`);
  const more = found.length > 10 ? ` and ${found.length - 10} more` : "";
  return problem(
    "not-as-reviewed",
    `not in the reviewed plan, or not so: ${named.join(", ")}${more}`,
    "something changed since the review: plan again and have the new plan reviewed",
  );
}
