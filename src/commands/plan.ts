import { exitOf, problem } from "../model/diagnostic.ts";
import { EXIT, type ExitCode } from "../model/exit-code.ts";
import { escapeTerminal } from "../render/escape.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import { planOptions, type FlagsOf, type NewCommand } from "../run/options.ts";
import { fail } from "../run/report.ts";
import { makePlan, PLAN_FORMATS, showPlan, type PlanRun } from "../run/show-plan.ts";
import { untilStopped } from "../run/stop.ts";

export function planCommand(command: NewCommand) {
  return planOptions(
    command.description("show what apply would do; sends nothing but GET"),
    PLAN_FORMATS.join(", "),
  )
    .option("--detailed-exitcode", "exit with 2 when there are changes")
    .option("--comment", "in GitHub Actions: keep one comment on the pull request up to date")
    .option("--environment <name>", "for the heading; each environment has a comment of its own")
    .option("--out <file>", "save the plan, for `apply FILE`");
}

type Flags = FlagsOf<typeof planCommand>;

/** `cometkeys plan`: shows what `apply` would do; sends nothing but GET. */
export async function runPlan(flags: Flags, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, PLAN_FORMATS);
  if (!format.ok) return fail([format.error], io, flags.quiet);
  const run = await savedRun(await makePlan(flags, io), flags, io);
  const pending = flags.detailedExitcode === true && (run.plan?.changes.length ?? 0) > 0;
  const extra = pending ? EXIT.changesPending : EXIT.ok;
  return showPlan("plan", run, format.value, flags, extra, io);
}

/** Saves the plan where asked to. A plan that is refused is not saved, so it cannot be applied. */
async function savedRun(run: PlanRun, { out, quiet }: Flags, io: Io): Promise<PlanRun> {
  const { prepared, inputs, diagnostics } = run;
  if (out === undefined) return run;
  io.redactor.keep(out);
  if (prepared === undefined || inputs === undefined || exitOf(diagnostics) !== EXIT.ok) {
    const skipped = problem("left-out", `no plan was saved to ${out}`);
    return { ...run, diagnostics: [...diagnostics, { ...skipped, severity: "note" }] };
  }
  const { planFileOf, savePlanFile } = await import("../run/plan-file.ts");
  const file = planFileOf(prepared, inputs, io.redactor.clean);
  if (io.redactor.holds(JSON.stringify([file.origin, file.files, file.options]))) {
    const message = `--out ${out}: the address, a flag or a path of this plan holds a token or a key`;
    const secret = problem("output-unwritable", message, "take it out, it would stand in the plan");
    return { ...run, diagnostics: [...diagnostics, secret] };
  }
  // A pipe that nobody reads ends with the deadline.
  const saved = await untilStopped(io, () => savePlanFile(out, file));
  const failure = saved.ok ? saved.value : saved.error;
  if (failure !== undefined) return { ...run, diagnostics: [...diagnostics, failure] };
  if (!quiet) io.stderr(`Saved the plan; apply it with: cometkeys apply ${escapeTerminal(out)}\n`);
  return run;
}
