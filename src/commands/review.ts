import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { readPlanFile } from "../config/read-plan-file.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { PLAN_FILE_VERSION, type PlanFile } from "../model/plan-file.ts";
import type { Plan } from "../model/plan.ts";
import { err, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { digestOf } from "../plan/digest.ts";
import { beyondReview, reviewedChange } from "../plan/reviewed.ts";
import { cleanTexts } from "../render/escape.ts";
import { document } from "../render/json.ts";
import type { Inputs } from "./inputs.ts";
import type { Prepared } from "./prepare-plan.ts";
import { problem } from "./problem.ts";

/** What somebody reviewed and said yes to: a digest alone, or a saved plan. */
export type Review =
  | {
      readonly kind: "digest";
      readonly digest: string;
      /** What to do when the plan has become another one. */
      readonly again?: string;
    }
  | { readonly kind: "plan"; readonly plan: PlanFile };

type Clean = (text: string) => string;

/**
 * The saved form of a plan; the same plan gives the same bytes. Secrets a server put into what is
 * shown are taken out of both plans alike before they are compared, so the digest is made anew.
 */
export function planFileOf({ plan, account }: Prepared, inputs: Inputs, clean: Clean): PlanFile {
  const { shape, access, paths } = inputs;
  const changes = cleanTexts(plan.changes.map(reviewedChange), clean);
  return {
    format_version: PLAN_FILE_VERSION,
    kind: "cometkeys-plan",
    origin: access.settings.baseUrl.url,
    account: account ?? null,
    files: paths,
    options: {
      create_only: shape.createOnly,
      deny_widening: shape.denyWidening,
      max_keys: shape.maxKeys ?? null,
      only: shape.only,
    },
    digest: digestOf(changes, sha256),
    changes,
  };
}

/** Writes a plan to `path`, whole or not at all; a link keeps leading to where it led. */
export async function savePlan(path: string, plan: PlanFile): Promise<Diagnostic | undefined> {
  const target = await realpath(path).catch(() => path);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    const special = await stat(target).then(
      (found) => !found.isFile(),
      () => false,
    );
    // A pipe or a device cannot be replaced, and a folder says so itself.
    if (special) {
      await writeFile(target, document(plan));
      return undefined;
    }
    await writeFile(unfinished, document(plan));
    await rename(unfinished, target);
    return undefined;
  } catch (error) {
    await rm(unfinished, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "check the folder and its rights";
    return problem("output-unwritable", `--out ${path}: ${reason}`, fix);
  }
}

export async function loadPlan(path: string): Promise<Result<PlanFile, Diagnostic>> {
  if (/\.ya?ml$/.test(path)) {
    const fix = `for a keys file: cometkeys apply -f ${path}`;
    return err(problem("plan-file-invalid", `${path} is no saved plan`, fix));
  }
  try {
    const text = await readFile(path, "utf8");
    return readPlanFile(path, text, ({ changes }) => digestOf(changes, sha256));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "make it with `cometkeys plan --out FILE`, and name that file";
    return err(problem("plan-file-invalid", `the plan cannot be read: ${reason}`, fix));
  }
}

/** A plan is for one server; asked before anything is sent. */
export function checkOrigin(review: Review | undefined, origin: string): Diagnostic | undefined {
  if (review?.kind !== "plan" || review.plan.origin === origin) return undefined;
  const message = `the plan was made for ${review.plan.origin}, but this run would write to ${origin}`;
  return problem("not-as-reviewed", message, "correct COMETAPI_BASE_URL (or --base-url)");
}

/** Why a fresh plan is more than what was reviewed; undefined when it is not. */
export function checkReview(
  review: Review | undefined,
  prepared: Prepared,
  clean: Clean,
): Diagnostic | undefined {
  const { plan, account } = prepared;
  switch (review?.kind) {
    case undefined:
      return undefined;
    case "digest":
      return checkDigest(review, plan);
    case "plan": {
      const reviewed = review.plan.account;
      if (reviewed !== null && account !== undefined && reviewed !== account) {
        const message = `the plan was made for account ${reviewed}, but this token belongs to account ${account}`;
        return problem("not-as-reviewed", message, "use the access token of that account");
      }
      return checkChanges(review.plan, cleanTexts(plan.changes, clean));
    }
  }
}

function checkDigest(
  { digest, again }: Extract<Review, { kind: "digest" }>,
  plan: Plan,
): Diagnostic | undefined {
  const { create, update, delete: remove } = plan.summary;
  if (digest === plan.digest || create + update + remove === 0) return undefined;
  return problem(
    "not-as-reviewed",
    `the plan is not the one that was reviewed: the account, the files or the options have changed since (its digest is ${plan.digest}, expected ${digest})`,
    again ??
      "review the plan of this run; with a saved plan (plan --out), changes that are already in place do not matter",
  );
}

function checkChanges(reviewed: PlanFile, changes: Plan["changes"]): Diagnostic | undefined {
  const beyond = beyondReview(changes, reviewed.changes);
  if (beyond.length === 0) return undefined;
  const named = beyond.slice(0, 10).map(({ action, name }) => `${action} "${name}"`);
  const more = beyond.length > 10 ? ` and ${beyond.length - 10} more` : "";
  return problem(
    "not-as-reviewed",
    `not in the reviewed plan, or not so: ${named.join(", ")}${more}`,
    "something changed since the review: plan again and have the new plan reviewed",
  );
}
