import type { ExitCode } from "../model/exit-code.ts";
import { isSignalExit } from "../model/stop-signal.ts";
import { reportToActions } from "./actions-report.ts";
import { finish } from "./finish.ts";
import type { Io } from "./io.ts";
import { DEFAULT_FILES } from "./load-files.ts";
import type { PlanRun } from "./make-plan.ts";
import type { PlanFlags } from "./plan-flags.ts";
import { renderPlan, type PlanFormat } from "./plan-formats.ts";
import { exitOf } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";

export interface ShowFlags extends PlanFlags {
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
  const { plan, diagnostics } = run;
  const { environment, quiet } = flags;
  const heading = `cometkeys ${command}${environment === undefined ? "" : `: ${environment}`}`;
  // With annotations as the result, the same again on stderr would only be noise.
  if (format !== "github") reportDiagnostics(diagnostics, io, quiet);
  const codes = [...run.codes, exitOf(diagnostics), extra];
  const code = await finish(io, renderPlan(format, run, heading, io.redactor), codes);
  const files = flags.file ?? DEFAULT_FILES;
  const comment = environment === undefined ? { files } : { files, environment };
  await reportToActions(
    {
      heading,
      plan,
      diagnostics,
      code,
      annotated: format === "github",
      // Whoever stopped the run waits for no more requests, and the comment shows a plan still.
      ...(flags.comment && !isSignalExit(code) ? { comment } : {}),
    },
    io,
  );
  return code;
}
