import { EXIT, type ExitCode } from "../model/exit-code.ts";
import { renderPlanJson } from "../render/json.ts";
import { parseDuration } from "./duration.ts";
import { finish } from "./finish.ts";
import { parseFormat } from "./format.ts";
import type { Io } from "./io.ts";
import { makePlan } from "./make-plan.ts";
import { PLAN_FORMATS } from "./plan-formats.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";
import { showPlan, type ShowFlags } from "./show-plan.ts";

export interface DriftFlags extends ShowFlags {
  /** A duration. */
  readonly failOnExpiring?: string;
}

/** `cometkeys drift`: a plan whose exit code is 2 when anything differs or is about to expire. */
export async function runDrift(flags: DriftFlags, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, PLAN_FORMATS);
  const expiringMs = flags.failOnExpiring === undefined ? 0 : parseDuration(flags.failOnExpiring);
  if (!format.ok || expiringMs === undefined) {
    const fix = "write a number with its unit, such as 14d";
    const usage = problem(
      "usage",
      `--fail-on-expiring ${flags.failOnExpiring}: not a duration`,
      fix,
    );
    const problems = [
      ...(format.ok ? [] : [format.error]),
      ...(expiringMs === undefined ? [usage] : []),
    ];
    reportDiagnostics(problems, io, flags.quiet);
    const json = format.ok && format.value === "json";
    return finish(io, json ? renderPlanJson(undefined, problems) : undefined, [exitOf(problems)]);
  }
  const run = await makePlan(
    flags.failOnExpiring === undefined
      ? flags
      : { ...flags, expiringWithin: Math.floor(expiringMs / 1000) },
    io,
  );
  const differs =
    (run.plan?.changes.length ?? 0) > 0 || run.diagnostics.some(({ code }) => code === "expiring");
  const extra = differs ? EXIT.changesPending : EXIT.ok;
  return showPlan("drift", run, format.value, flags, extra, io);
}
