import { CODES } from "../model/codes.ts";
import { exitOf, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { renderApplyJson } from "../render/json.ts";
import { renderOutcomesText } from "../render/outcomes-text.ts";
import { renderOutcomesMarkdown } from "../render/markdown.ts";
import { renderPlanText } from "../render/plan-text.ts";
import { headingOf, reportToActions } from "../run/actions-report.ts";
import { applyApproved, type ApplyRun } from "../run/apply.ts";
import { readApproval, type Approval } from "../run/approval.ts";
import { readInputs, type Inputs } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { applyOptions, parseFormat, type ApplyFlags, type NewCommand } from "../run/options.ts";
import { fail, finish, keepPlan, reportDiagnostics, write } from "../run/report.ts";
import { untilStopped } from "../run/stop.ts";

export function applyCommand(command: NewCommand) {
  return applyOptions(command.description("make the live keys equal to the files")).argument(
    "[plan]",
    "a plan saved with `plan --out`: nothing beyond it is changed",
  );
}

/** `cometkeys apply [PLAN]`: plans, asks unless told what was reviewed, and makes the changes. */
export async function runApply(flags: ApplyFlags, io: Io, planPath?: string): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json"]);
  if (!format.ok) return fail([format.error], io, flags.quiet);
  const json = format.value === "json";
  if (flags.environment !== undefined) io.redactor.keep(flags.environment);
  const read = await untilStopped(io, () => readFirst(flags, planPath, io));
  const { approval, inputs, found } = read.ok ? read.value : { found: [read.error] };
  reportDiagnostics(found, io, flags.quiet);

  const show = async (plan: Plan): Promise<boolean> => {
    keepPlan(plan, io);
    return json || (await write(renderPlanText(plan, io.view.stdout), io)).written;
  };
  const run: ApplyRun =
    inputs !== undefined && approval !== undefined
      ? await applyApproved(inputs, approval, show, io)
      : { outcomes: [], diagnostics: [], codes: [] };
  const { plan, outcomes, diagnostics: met, codes, declined } = run;
  reportDiagnostics(met, io, flags.quiet);
  const diagnostics: readonly Diagnostic[] = [...found, ...met];
  const text =
    plan && plan.changes.length > 0 && !declined
      ? `\n${renderOutcomesText(outcomes, io.view.stdout)}`
      : undefined;
  const code = await finish(
    io,
    json ? renderApplyJson(plan, outcomes, diagnostics) : text,
    [
      ...codes,
      exitOf(diagnostics),
      ...outcomes.flatMap(({ error }) => (error === undefined ? [] : [CODES[error.code]])),
    ],
    renderOutcomesText(outcomes),
  );
  const { clean } = io.redactor;
  const closing = renderOutcomesMarkdown(outcomes, { clean, limit: SUMMARY_LIMIT });
  const heading = headingOf("apply", flags.environment);
  await reportToActions({ heading, plan, diagnostics, code, annotated: false, closing }, io);
  return code;
}

/** Half of what a job summary may hold; the plan takes the other half. */
const SUMMARY_LIMIT = 100_000;

interface FirstRead {
  readonly approval?: Approval;
  readonly inputs?: Inputs;
  readonly found: readonly Diagnostic[];
}

/** All that is read before the server is asked, with all of its problems. */
async function readFirst(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<FirstRead> {
  const approval = await readApproval(flags, planPath, io);
  // The files stand in the plan, so without it nothing can be said of them.
  if (!approval.ok && planPath !== undefined) return { found: approval.error };
  const { inputs, diagnostics } = await readInputs(approval.ok ? approval.value.flags : flags, io);
  if (!approval.ok) return { found: [...approval.error, ...diagnostics] };
  const found = { approval: approval.value, found: diagnostics };
  return inputs === undefined ? found : { ...found, inputs };
}
