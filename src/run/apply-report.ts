import { CODES } from "../model/codes.ts";
import { exitOf, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { planTooLarge, renderApplyJson } from "../render/json.ts";
import { renderDoneText, renderOutcomesText } from "../render/outcomes-text.ts";
import { renderPlanText } from "../render/plan-text.ts";
import type { ApplyRun } from "./apply.ts";
import type { Io } from "./io.ts";
import { finish, keepPlan, reportDiagnostics, write } from "./report.ts";

/** How the result of a run that writes is shown. */
interface Shape {
  readonly json: boolean;
  readonly quiet: boolean | undefined;
}

/** Shows the plan before anything is changed; false where it could not be written. */
export function planShower({ json }: Shape, io: Io): (plan: Plan) => Promise<boolean> {
  return async (plan) => {
    keepPlan(plan, io);
    // What could not be told afterwards is not begun.
    if (json) return planTooLarge(plan) === undefined;
    return (await write(renderPlanText(plan, io.view.stdout), io)).written;
  };
}

/**
 * Tells how every change ended, and gives the exit code.
 *
 * @param found What was told before the run.
 */
export async function reportApply(
  { plan, outcomes, diagnostics: met, codes, declined }: ApplyRun,
  found: readonly Diagnostic[],
  { json, quiet }: Shape,
  io: Io,
): Promise<ExitCode> {
  reportDiagnostics(met, io, quiet);
  const diagnostics = [...found, ...met];
  const text =
    plan && plan.changes.length > 0 && !declined
      ? `\n${renderOutcomesText(outcomes, io.view.stdout)}`
      : undefined;
  return finish(
    io,
    json ? renderApplyJson(plan, outcomes, diagnostics) : text,
    [
      ...codes,
      exitOf(diagnostics),
      ...outcomes.flatMap(({ error }) => (error === undefined ? [] : [CODES[error.code]])),
    ],
    `${quiet ? renderDoneText(outcomes) : ""}${renderOutcomesText(outcomes)}`,
  );
}
