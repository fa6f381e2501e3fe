import { EXIT, type ExitCode } from "../model/exit-code.ts";
import { escapeTerminal } from "../render/escape.ts";
import { parseFormat } from "./format.ts";
import type { Io } from "./io.ts";
import { makePlan, type PlanRun } from "./make-plan.ts";
import { PLAN_FORMATS } from "./plan-formats.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";
import { planFileOf, savePlan } from "./review.ts";
import { showPlan, type ShowFlags } from "./show-plan.ts";

export interface PlanCommandFlags extends ShowFlags {
  readonly detailedExitcode?: boolean;
  readonly out?: string;
}

/** `cometkeys plan`: shows what `apply` would do; sends nothing but GET. */
export async function runPlan(flags: PlanCommandFlags, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, PLAN_FORMATS);
  if (!format.ok) {
    reportDiagnostics([format.error], io, flags.quiet);
    return exitOf([format.error]);
  }
  const run = await savedRun(await makePlan(flags, io), flags, io);
  const pending = flags.detailedExitcode === true && (run.plan?.changes.length ?? 0) > 0;
  const extra = pending ? EXIT.changesPending : EXIT.ok;
  return showPlan("plan", run, format.value, flags, extra, io);
}

/** Saves the plan where asked to. A plan that is refused is not saved, so it cannot be applied. */
async function savedRun(run: PlanRun, { out, quiet }: PlanCommandFlags, io: Io): Promise<PlanRun> {
  const { prepared, inputs, diagnostics } = run;
  if (out === undefined) return run;
  if (prepared === undefined || inputs === undefined || exitOf(diagnostics) !== EXIT.ok) {
    const skipped = problem("left-out", `no plan was saved to ${out}`);
    return { ...run, diagnostics: [...diagnostics, { ...skipped, severity: "note" }] };
  }
  const failure = await savePlan(out, planFileOf(prepared, inputs, io.redactor.clean));
  if (failure !== undefined) return { ...run, diagnostics: [...diagnostics, failure] };
  if (!quiet) io.stderr(`Saved the plan; apply it with: cometkeys apply ${escapeTerminal(out)}\n`);
  return run;
}
