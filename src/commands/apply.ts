import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { isSignalExit } from "../model/stop-signal.ts";
import { applyApproved, type ApplyRun, type Job } from "../run/apply.ts";
import { planShower, reportApply } from "../run/apply-report.ts";
import { readApproval, type Approval } from "../run/approval.ts";
import { prepareDelivery, readFilesOf } from "../run/delivery.ts";
import { readInputs, type Inputs } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import { applyOptions, type ApplyFlags, type NewCommand } from "../run/options.ts";
import { preparePlan } from "../run/plan.ts";
import { fail, headingOf, isInActions, reportDiagnostics } from "../run/report.ts";
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
  if (flags.environment !== undefined) io.redactor.keep(flags.environment);
  const read = await untilStopped(io, () => readFirst(flags, planPath, io));
  const { approval, inputs, found } = read.ok ? read.value : { found: [read.error] };
  reportDiagnostics(found, io, flags.quiet);

  const shape = { json: format.value === "json", quiet: flags.quiet };
  const ended: ApplyRun =
    inputs !== undefined && approval !== undefined
      ? await applyApproved(jobOf(inputs, flags, planPath, io), approval, planShower(shape, io), io)
      : { outcomes: [], diagnostics: [], codes: [] };
  const run = { ...ended, diagnostics: [...ended.diagnostics, ...nothingHandedOut(flags, ended)] };
  const { plan, outcomes } = run;
  const diagnostics: readonly Diagnostic[] = [...found, ...run.diagnostics];
  const code = await reportApply(run, found, shape, io);
  if (!isInActions(io) && !flags.comment) return code;
  const { reportToActions } = await import("../run/actions-report.ts");
  const heading = headingOf("apply", flags.environment);
  // Whoever stopped the run waits for no more requests.
  const hasComment = flags.comment && flags.expectComment && !isSignalExit(code);
  const comment = hasComment ? { comment: flags } : {};
  const report = { heading, plan, diagnostics, code, annotated: false, outcomes, ...comment };
  return reportToActions(report, io);
}

/** `--keys-out` is for new keys, and a file that is not written should surprise nobody. */
function nothingHandedOut(
  { keysOut }: Pick<ApplyFlags, "keysOut">,
  { plan }: ApplyRun,
): readonly Diagnostic[] {
  if (keysOut === undefined || plan === undefined || plan.summary.create > 0) return [];
  const message = `no key is created, so --keys-out ${keysOut} is not written; for a live key, run deliver NAME --keys-out ${keysOut}`;
  return [{ severity: "note", code: "not-delivered", message }];
}

function jobOf(inputs: Inputs, flags: ApplyFlags, planPath: string | undefined, io: Io): Job {
  const { access } = inputs;
  return {
    access,
    prepare: (session, terms) => preparePlan({ ...inputs, ...session, ...terms, forWriting: true }),
    prepareDelivery: ({ changes }, session) => {
      const created = changes.filter(({ action }) => action === "create");
      const targets = created.flatMap((change) => ("desired" in change ? change.desired : []));
      const readFiles = readFilesOf(inputs, flags, planPath);
      return prepareDelivery(targets, { ...flags, readFiles }, access, session, io);
    },
  };
}

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
