import { applyPlan } from "../apply/apply-plan.ts";
import type { Delivery } from "../apply/context.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Outcome } from "../model/outcome.ts";
import { hasWrites, type Plan } from "../model/plan.ts";
import { ok, type Result } from "../model/result.ts";
import { renderPlanText } from "../render/plan-text.ts";
import type { Approval, Review } from "./approval.ts";
import { checkOrigin, checkReview, reviewedOf } from "./check-review.ts";
import type { Access } from "./access.ts";
import type { Io } from "./io.ts";
import type { Verbosity } from "./options.ts";
import { confirmedPlan, type Preparation, type Prepared } from "./plan.ts";
import { keepPlan, reportDiagnostics } from "./report.ts";
import { withReader, withWriter, type Session } from "./session.ts";
import { untilSignal } from "./stop.ts";

/** The full account of an apply, however it ended. */
export interface ApplyRun {
  /** Absent when the run ended before there was a plan. */
  readonly plan?: Plan;
  readonly outcomes: readonly Outcome[];
  readonly diagnostics: readonly Diagnostic[];
  readonly codes: readonly ExitCode[];
  /** A person said no, which one line tells; there is no more to account for. */
  readonly declined?: boolean;
}

/** What a plan must pass before it is applied. */
interface Guard {
  /** What was reviewed, when that is known: nothing beyond it is written. */
  readonly review: Review | undefined;
  /** Shows a plan; false when it could not be written, and then nothing is changed. */
  readonly show: (plan: Plan) => Promise<boolean>;
}

/** What one making of a plan is bound by. */
type RunTerms = Pick<Preparation, "deadlineAt" | "reviewed">;

/** What is to be applied: a plan that can be made anew. */
export interface Job {
  readonly access: Access;
  readonly prepare: (session: Session, run: RunTerms) => Promise<Result<Prepared, Diagnostic>>;
  /** How new keys get to their places; absent for a job that makes none. */
  readonly prepareDelivery?: (
    plan: Plan,
    session: Session,
  ) => Promise<Result<Delivery | undefined, readonly Diagnostic[]>>;
}

interface Approved extends Pick<Approval, "review" | "nonInteractive"> {
  readonly flags: Verbosity & { readonly format?: string | undefined };
}

/** Asks where a person is there to be asked, then applies what was approved or reviewed. */
export async function applyApproved(
  job: Job,
  { flags, review, nonInteractive }: Approved,
  show: Guard["show"],
  io: Io,
): Promise<ApplyRun> {
  const { access } = job;
  const elsewhere = checkOrigin(review, access.settings.baseUrl.url);
  if (elsewhere !== undefined) return { outcomes: [], diagnostics: [elsewhere], codes: [] };
  if (nonInteractive) return planAndApply(job, { review, show }, flags, io);

  const { value: prepared, codes } = await withReader(access, flags, io, (session) =>
    job.prepare(session, { deadlineAt: io.deadlineAt }),
  );
  if (!prepared.ok) return { outcomes: [], diagnostics: [prepared.error], codes };
  const { plan } = prepared.value;
  // Whoever says yes must have seen what it is to, also where stdout is for a program.
  if (!(await show(plan))) return refused(plan, notShown());
  if (flags.format === "json") io.stderr(renderPlanText(plan, io.view.stderr));
  const unsafe = plan.diagnostics.find(({ severity }) => severity === "error");
  if (unsafe !== undefined) return refused(plan, unsafe);
  if (hasWrites(plan)) {
    reportDiagnostics(plan.diagnostics, io, flags.quiet);
    const no = await askForYes(io);
    if (no !== undefined) return { ...refused(plan, no), declined: true };
  }
  // Deciding takes time, which is not the run's: the plan is made again and must be the one that was
  // approved.
  const approved = { kind: "digest", digest: plan.digest } as const;
  const deadlineAt = io.clock.now() + access.settings.deadlineMs;
  // It is not shown again, but another one is named in the refusal.
  const keep = async (again: Plan): Promise<boolean> => {
    keepPlan(again, io);
    return true;
  };
  const guard = { review: approved, show: keep };
  return planAndApply(job, guard, flags, { ...io, deadlineAt });
}

/** Why the answer is not a yes. */
export async function askForYes(io: Io, question = "Apply this?"): Promise<Diagnostic | undefined> {
  const asked = await untilSignal(io, () => io.ask(`\n${question} Only "yes" is a yes: `));
  if (!asked.ok) return asked.error;
  if (asked.value === undefined) return problem("interrupted", "interrupted: nothing was changed");
  const answer = asked.value.trim();
  if (answer === "yes") return undefined;
  const message = "not approved: nothing was changed";
  // Whoever says no needs no advice.
  return /^y/i.test(answer)
    ? problem("declined", message, 'only the whole word "yes" is a yes')
    : problem("declined", message);
}

/** Plans from a fresh list, and applies that plan. */
async function planAndApply(
  { access, prepare, prepareDelivery }: Job,
  guard: Guard,
  verbosity: Verbosity,
  io: Io,
): Promise<ApplyRun> {
  const { value, codes } = await withWriter(access, verbosity, io, async (session) => {
    const terms = { deadlineAt: io.deadlineAt, reviewed: reviewedOf(guard.review) };
    const prepared = await confirmedPlan(session, () => prepare(session, terms));
    if (!prepared.ok) return { outcomes: [], diagnostics: [prepared.error] };
    const { plan } = prepared.value;
    const refusal = await refusalOf(prepared.value, guard);
    if (refusal !== undefined) return refused(plan, refusal);
    const delivery = (await prepareDelivery?.(plan, session)) ?? ok(undefined);
    if (!delivery.ok) return refused(plan, ...delivery.error);

    const { settleMs, concurrency } = access.settings;
    const delivers = delivery.value === undefined ? {} : { delivery: delivery.value };
    const context = { ...prepared.value, ...session, ...delivers, settleMs, concurrency };
    const outcomes = await applyPlan(plan, context, prepared.value);
    return { plan, outcomes, diagnostics: plan.diagnostics };
  });
  return { ...value, codes };
}

async function refusalOf(
  prepared: Prepared,
  { review, show }: Guard,
): Promise<Diagnostic | undefined> {
  const shown = await show(prepared.plan);
  const unreviewed = checkReview(review, prepared);
  if (unreviewed !== undefined) return unreviewed;
  const unsafe = prepared.plan.diagnostics.find(({ severity }) => severity === "error");
  if (unsafe !== undefined) return unsafe;
  if (shown) return undefined;
  return notShown();
}

function notShown(): Diagnostic {
  return problem("output-unwritable", "the plan could not be shown, so nothing was changed");
}

/** Nothing was written: every change says so, with the reason. */
function refused(plan: Plan, ...reasons: readonly Diagnostic[]): ApplyRun {
  const [reason] = reasons;
  if (reason === undefined) throw new Error("refused without a reason");
  const { code, message } = reason;
  const known = plan.diagnostics.includes(reason);
  return {
    plan,
    outcomes: plan.changes.map(({ action, name }) => ({
      action,
      name,
      status: "not_attempted",
      error: { code, message },
    })),
    diagnostics: known ? plan.diagnostics : [...plan.diagnostics, ...reasons],
    codes: [],
  };
}
