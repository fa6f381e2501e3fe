import { exitOf, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { foretold, type Plan } from "../model/plan.ts";
import { isSignalExit } from "../model/stop-signal.ts";
import { planTooLarge, renderPlanJson } from "../render/json.ts";
import { renderPlanText } from "../render/plan-text.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { PlanFlags } from "./options.ts";
import { preparePlan, type Prepared } from "./plan.ts";
import { finish, headingOf, isInActions, keepPlan, reportDiagnostics } from "./report.ts";
import { withReader } from "./session.ts";
import { untilStopped } from "./stop.ts";

export const PLAN_FORMATS = ["text", "json", "markdown", "github", "gitlab"] as const;
type PlanFormat = (typeof PLAN_FORMATS)[number];

/** A plan, or why there is none. */
export interface PlanRun {
  readonly plan?: Plan;
  readonly prepared?: Prepared;
  readonly inputs?: Inputs;
  readonly diagnostics: readonly Diagnostic[];
  /** Exit codes besides those of the diagnostics. */
  readonly codes: readonly ExitCode[];
}

/** Makes a plan with a client that cannot write: what `plan` and `drift` show. */
export async function makePlan(flags: PlanFlags, io: Io): Promise<PlanRun> {
  const read = await untilStopped(io, () => readInputs(flags, io));
  if (!read.ok) return { diagnostics: [read.error], codes: [] };
  const { inputs, diagnostics } = read.value;
  if (inputs === undefined) return { diagnostics, codes: [] };
  const { value: made, codes } = await withReader(inputs.access, flags, io, (session) =>
    preparePlan({ ...inputs, ...session, deadlineAt: io.deadlineAt, forWriting: false }),
  );
  if (!made.ok) return { inputs, diagnostics: [...diagnostics, made.error], codes };
  const prepared = made.value;
  const { plan } = prepared;
  return { plan, prepared, inputs, diagnostics: [...diagnostics, ...plan.diagnostics], codes };
}

interface ShowFlags extends PlanFlags {
  readonly comment?: boolean;
  readonly environment?: string;
}

/** Shows what `plan` or `drift` found, wherever it is to be seen, and gives the exit code. */
export async function showPlan(
  command: "plan" | "drift",
  run: PlanRun,
  format: PlanFormat,
  flags: ShowFlags,
  extra: ExitCode,
  io: Io,
): Promise<ExitCode> {
  const { plan } = run;
  const large = plan !== undefined && format === "json" ? planTooLarge(plan) : undefined;
  const diagnostics = large === undefined ? run.diagnostics : [...run.diagnostics, large];
  const { environment, quiet } = flags;
  if (plan !== undefined) keepPlan(plan, io);
  if (environment !== undefined) io.redactor.keep(environment);
  const heading = headingOf(command, environment);
  // With annotations as the result, the same again on stderr would only be noise.
  if (format !== "github") reportDiagnostics(diagnostics, io, quiet);
  const codes = [
    ...run.codes,
    exitOf(diagnostics),
    ...(plan === undefined ? [] : foretold(plan)),
    extra,
  ];
  const code = await finish(
    io,
    await renderPlan(format, { ...run, diagnostics }, heading, io),
    codes,
  );
  if (!isInActions(io) && !flags.comment) return code;
  const { reportToActions } = await import("./actions-report.ts");
  return reportToActions(
    {
      heading,
      plan,
      diagnostics,
      code,
      annotated: format === "github",
      // Whoever stopped the run waits for no more requests, and the comment shows a plan still.
      ...(flags.comment && !isSignalExit(code) ? { comment: flags } : {}),
    },
    io,
  );
}

/** The result of `plan` or `drift` in a format; text has none when there is no plan. */
async function renderPlan(
  format: PlanFormat,
  { plan, diagnostics }: PlanRun,
  heading: string,
  { redactor: { clean }, view }: Io,
): Promise<string | undefined> {
  switch (format) {
    case "text":
      return plan && renderPlanText(plan, view.stdout);
    case "json":
      return renderPlanJson(plan, diagnostics);
    case "markdown": {
      const { renderPlanMarkdown } = await import("../render/markdown.ts");
      return renderPlanMarkdown(plan, diagnostics, { heading, clean });
    }
    case "github": {
      const { renderPlanGithub } = await import("../render/github.ts");
      return renderPlanGithub(plan, diagnostics, clean);
    }
    case "gitlab": {
      const { renderPlanGitlab } = await import("../render/gitlab.ts");
      return renderPlanGitlab(plan);
    }
  }
}
