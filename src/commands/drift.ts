import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import { parseDuration } from "../model/duration.ts";
import { EXIT, type ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { renderPlanJson } from "../render/json.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import { planOptions, type FlagsOf, type NewCommand } from "../run/options.ts";
import { finish, reportDiagnostics } from "../run/report.ts";
import { makePlan, PLAN_FORMATS, showPlan } from "../run/show-plan.ts";

export function driftCommand(command: NewCommand) {
  return planOptions(
    command.description("a plan that exits with 2 when anything differs"),
    PLAN_FORMATS.join(", "),
  )
    .option("--fail-on-expiring <duration>", "also when a key expires within, such as 14d")
    .option("--fail-on-unmanaged", "also when a live key is in no file");
}

/** `cometkeys drift`: a plan whose exit code is 2 when anything differs, or what the flags name. */
export async function runDrift(flags: FlagsOf<typeof driftCommand>, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, PLAN_FORMATS);
  const expiringMs = flags.failOnExpiring === undefined ? 0 : parseDuration(flags.failOnExpiring);
  if (!format.ok || expiringMs === undefined) {
    const message = `--fail-on-expiring ${flags.failOnExpiring}: not a duration`;
    const usage = problem("usage", message, "write a number with its unit, such as 14d");
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
  const diagnostics = [...run.diagnostics, ...unmanagedWarnings(flags, run.plan)];
  const differs =
    (run.plan?.changes ?? []).length > 0 ||
    diagnostics.some(({ code }) => code === "expiring" || code === "unmanaged");
  const extra = differs ? EXIT.changesPending : EXIT.ok;
  return showPlan("drift", { ...run, diagnostics }, format.value, flags, extra, io);
}

/** Why it fails, where the plan itself says that there are no changes. */
function unmanagedWarnings(
  { failOnUnmanaged }: FlagsOf<typeof driftCommand>,
  plan: Plan | undefined,
): readonly Diagnostic[] {
  const count = plan?.unmanaged.length ?? 0;
  if (failOnUnmanaged !== true || count === 0) return [];
  const keys = count === 1 ? "1 live key is" : `${count} live keys are`;
  const message = `${keys} in no file, which --fail-on-unmanaged counts as drift`;
  const fix = "declare them (`cometkeys export --missing` prints them), or delete them";
  return [{ ...problem("unmanaged", message, fix), severity: "warning" }];
}
