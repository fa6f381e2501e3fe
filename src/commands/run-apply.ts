import { applyPlan } from "../apply/apply-plan.ts";
import type { Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Plan } from "../model/plan.ts";
import { connectReader, connectWriter, type Connection } from "./connect.ts";
import type { Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import { preparePlan, situationOf, type Prepared } from "./prepare-plan.ts";
import { problem } from "./problem.ts";
import type { Loudness } from "./progress.ts";
import { checkReview, type Review } from "./review.ts";
import { inSession } from "./session.ts";
import { settledPlan } from "./settled-plan.ts";

/** The full account of an apply, however it ended. */
export interface ApplyRun {
  /** Absent when the run ended before there was a plan. */
  readonly plan?: Plan;
  readonly outcomes: readonly Outcome[];
  readonly diagnostics: readonly Diagnostic[];
  readonly codes: readonly ExitCode[];
}

export interface Approval {
  /** Shows a plan; false when it could not be written, and then nothing is changed. */
  readonly show: (plan: Plan) => Promise<boolean>;
  /** What was reviewed, when that is known: nothing beyond it is written. */
  readonly review?: Review;
}

/** Plans from the files and a fresh list, and applies that plan. */
export async function runApplyInputs(
  inputs: Inputs,
  approval: Approval,
  loudness: Loudness,
  io: Io,
): Promise<ApplyRun> {
  const { value, codes } = await inSession(inputs.access, io, loudness, (connection) =>
    planAndApply(inputs, approval, connection, io),
  );
  return { ...value, codes };
}

async function planAndApply(
  { access, desired, shape }: Inputs,
  approval: Approval,
  connection: Connection,
  io: Io,
): Promise<Omit<ApplyRun, "codes">> {
  const api = await connectWriter(connection, io);
  const situation = situationOf(access);
  const { clock, random } = io;
  const { stop, emit } = connection;
  const reviewed = accountOf(approval);
  const settled = await settledPlan({
    api,
    clock,
    random,
    stop,
    emit,
    desired,
    shape,
    situation,
    forWriting: true,
    ...(reviewed === undefined ? {} : { reviewedAccount: reviewed }),
  });
  if (!settled.ok) return { outcomes: [], diagnostics: [settled.error] };
  const prepared = settled.value;
  const { plan } = prepared;
  const refusal = await refusalOf(prepared, approval, io);
  if (refusal !== undefined) return refused(plan, refusal);

  const { settleMs, concurrency } = access.settings;
  const context = { ...prepared, api, clock, random, stop, emit, settleMs, concurrency };
  const outcomes = await applyPlan(plan, context, ownerToProve(prepared, approval));
  return { plan, outcomes, diagnostics: plan.diagnostics };
}

/** A saved plan names its account; where nothing showed whose token this is, that is to be proven. */
function ownerToProve(prepared: Prepared, approval: Approval): { readonly unprovenOwner?: number } {
  const reviewed = accountOf(approval);
  if (prepared.owner !== undefined || reviewed === undefined) return prepared;
  return { unprovenOwner: reviewed };
}

function accountOf({ review }: Approval): number | undefined {
  return review?.kind === "plan" ? (review.plan.account ?? undefined) : undefined;
}

/** The plan a person is asked about, made with a client that cannot write. */
export async function previewPlan(inputs: Inputs, loudness: Loudness, io: Io) {
  const { access, desired, shape } = inputs;
  const situation = situationOf(access);
  const { value: prepared, codes } = await inSession(access, io, loudness, async (connection) => {
    const api = await connectReader(connection, io);
    const { clock, random } = io;
    const { stop, emit } = connection;
    const surroundings = { clock, random, stop, emit, situation };
    return preparePlan({ api, ...surroundings, desired, shape, forWriting: true });
  });
  return { prepared, codes };
}

async function refusalOf(
  prepared: Prepared,
  { review, show }: Approval,
  io: Io,
): Promise<Diagnostic | undefined> {
  const shown = await show(prepared.plan);
  const unreviewed = checkReview(review, prepared, io.redactor.clean);
  if (unreviewed !== undefined) return unreviewed;
  const unsafe = prepared.plan.diagnostics.find(({ severity }) => severity === "error");
  if (unsafe !== undefined) return unsafe;
  if (shown) return undefined;
  return problem("output-unwritable", "the plan could not be shown, so nothing was changed");
}

/** Nothing was written: every change says so, with the reason. */
export function refused(plan: Plan, reason: Diagnostic): ApplyRun {
  const known = plan.diagnostics.includes(reason);
  return {
    plan,
    outcomes: nothingAttempted(plan, reason.code, reason.message),
    diagnostics: known ? plan.diagnostics : [...plan.diagnostics, reason],
    codes: [],
  };
}

function nothingAttempted(plan: Plan, code: Code, message: string): readonly Outcome[] {
  return plan.changes.map(({ action, name }) => ({
    action,
    name,
    status: "not_attempted",
    error: { code, message },
  }));
}

/** A prepared plan without anything to write. */
export function isIdle({ plan }: Pick<Prepared, "plan">): boolean {
  const { create, update, delete: remove } = plan.summary;
  return create + update + remove === 0;
}
