import { applyPlan } from "../apply/apply-plan.ts";
import type { Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Plan } from "../model/plan.ts";
import { connectReader, connectWriter } from "./connect.ts";
import type { Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import { preparePlan, situationOf, type Prepared } from "./prepare-plan.ts";
import { problem } from "./problem.ts";
import { createProgress, type Loudness } from "./progress.ts";
import { checkReview, type Review } from "./review.ts";
import { exitOfStop, openSession } from "./session.ts";
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
  const { access, desired, shape } = inputs;
  const session = openSession(access, io, createProgress(io, loudness));
  const { stop, emit } = session.connection;
  try {
    const api = await connectWriter(session.connection, io);
    const situation = situationOf(access);
    const base = { api, clock: io.clock, desired, shape, situation, forWriting: true };
    const prepared = await settledPlan(base);
    if (!prepared.ok) {
      return { outcomes: [], diagnostics: [prepared.error], codes: exitOfStop(stop) };
    }
    const { plan } = prepared.value;
    const refusal = await refusalOf(prepared.value, approval, io);
    if (refusal !== undefined) return refused(plan, refusal);

    const { settings } = access;
    const { settleMs, concurrency } = settings;
    const outcomes = await applyPlan(
      plan,
      {
        ...prepared.value,
        api,
        clock: io.clock,
        random: io.random,
        stop,
        emit,
        settleMs,
        concurrency,
      },
      prepared.value,
    );
    return { plan, outcomes, diagnostics: plan.diagnostics, codes: exitOfStop(stop) };
  } finally {
    session.close();
  }
}

/** The plan a person is asked about, made with a client that cannot write. */
export async function previewPlan(inputs: Inputs, loudness: Loudness, io: Io) {
  const { access, desired, shape } = inputs;
  const session = openSession(access, io, createProgress(io, loudness));
  const api = await connectReader(session.connection, io);
  const situation = situationOf(access);
  const forWriting = true;
  const prepared = await preparePlan({
    api,
    clock: io.clock,
    desired,
    shape,
    situation,
    forWriting,
  });
  session.close();
  return { prepared, codes: exitOfStop(session.connection.stop) };
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
