import type { Diagnostic } from "../model/diagnostic.ts";
import type { PlanFile } from "../model/plan-file.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Io } from "./io.ts";
import type { ApplyFlags } from "./plan-flags.ts";
import { problem } from "./problem.ts";
import { reviewInComment } from "./review-in-comment.ts";
import { loadPlan, type Review } from "./review.ts";

/** On whose word an apply writes. */
export interface Mandate {
  /** The flags, with those a saved plan records filled in. */
  readonly flags: ApplyFlags;
  readonly review?: Review;
  /** Nobody needs to be asked. */
  readonly unasked: boolean;
}

/**
 * Finds out what an apply may do without asking: everything (`--auto-approve`), what a digest
 * stands for (`--expect`, `--expect-comment`), or what a saved plan holds. Otherwise a person is
 * asked, if one is there.
 */
export async function readMandate(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<Result<Mandate, readonly Diagnostic[]>> {
  if (flags.expectComment) return readCommentMandate(flags, planPath, io);
  if (planPath !== undefined) return readPlanMandate(flags, planPath);
  if (flags.expect !== undefined) {
    if (!/^sha256:[0-9a-f]{64}$/.test(flags.expect)) {
      const fix = "copy the whole `Digest: sha256:…` of the reviewed plan";
      return err([problem("usage", "--expect: not a digest", fix)]);
    }
    return ok({ flags, review: { kind: "digest", digest: flags.expect }, unasked: true });
  }
  if (flags.autoApprove) return ok({ flags, unasked: true });
  if (io.interactive) return ok({ flags, unasked: false });
  return err([
    problem(
      "confirmation-missing",
      "there is no terminal to ask on",
      "review the output of `cometkeys plan`, then run apply with a saved plan, --expect DIGEST or --auto-approve",
    ),
  ]);
}

async function readCommentMandate(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<Result<Mandate, readonly Diagnostic[]>> {
  if (planPath !== undefined || flags.expect !== undefined || flags.autoApprove) {
    const message = "--expect-comment goes with neither a saved plan, --expect nor --auto-approve";
    return err([problem("usage", message, "say in one way only what may be applied")]);
  }
  const review = await reviewInComment(flags, io);
  return review.ok ? ok({ flags, review: review.value, unasked: true }) : err([review.error]);
}

async function readPlanMandate(
  flags: ApplyFlags,
  path: string,
): Promise<Result<Mandate, readonly Diagnostic[]>> {
  if (flags.only !== undefined || flags.createOnly || flags.expect !== undefined) {
    const message = "a saved plan holds its own --only, --create-only and digest";
    return err([problem("usage", message, "leave these flags out, or plan again with them")]);
  }
  const plan = await loadPlan(path);
  if (!plan.ok) return err([plan.error]);
  const review = { kind: "plan", plan: plan.value } as const;
  return ok({ flags: withOptions(flags, plan.value), review, unasked: true });
}

/** The recorded options, so that the fresh plan is made like the reviewed one; guards only add up. */
function withOptions(flags: ApplyFlags, { files, options }: PlanFile): ApplyFlags {
  const maxKeys = lowest(flags.maxKeys, options.max_keys?.toString());
  return {
    ...flags,
    file: flags.file ?? files,
    createOnly: options.create_only,
    denyWidening: options.deny_widening || (flags.denyWidening ?? false),
    ...(options.only.length === 0 ? {} : { only: options.only }),
    ...(maxKeys === undefined ? {} : { maxKeys }),
  };
}

/** What is not a number stays, so that it is told. */
function lowest(asked: string | undefined, recorded: string | undefined): string | undefined {
  if (asked === undefined || recorded === undefined) return asked ?? recorded;
  return Number(recorded) < Number(asked) ? recorded : asked;
}
