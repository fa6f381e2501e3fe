import { CODES } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { renderApplyJson } from "../render/json.ts";
import { renderOutcomesText } from "../render/text.ts";
import { renderOutcomesMarkdown } from "../render/markdown.ts";
import { renderPlanText } from "../render/text.ts";
import { reportToActions } from "./actions-report.ts";
import { finish } from "./finish.ts";
import { parseFormat } from "./format.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { ApplyFlags } from "./plan-flags.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";
import { readMandate, type Mandate } from "./mandate.ts";
import { checkOrigin } from "./review.ts";
import { isIdle, previewPlan, refused, runApplyInputs, type ApplyRun } from "./run-apply.ts";
import { untilSignal } from "./until-signal.ts";

/** `cometkeys apply [PLAN]`: plans, asks unless told what was reviewed, and makes the changes. */
export async function runApply(flags: ApplyFlags, io: Io, planPath?: string): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json"]);
  if (!format.ok) {
    reportDiagnostics([format.error], io, flags.quiet);
    return exitOf([format.error]);
  }
  const json = format.value === "json";
  const read = await untilSignal(io, () => readFirst(flags, planPath, io));
  const { mandate, inputs, found } = read.ok ? read.value : { found: [read.error] };
  reportDiagnostics(found, io, flags.quiet);

  const show = async (plan: Plan): Promise<boolean> => json || io.stdout(renderPlanText(plan));
  const run =
    inputs !== undefined && mandate !== undefined
      ? await approved(inputs, mandate, show, io)
      : NOTHING;
  const { plan, outcomes, diagnostics: met, codes } = run;
  reportDiagnostics(met, io, flags.quiet);
  const diagnostics: readonly Diagnostic[] = [...found, ...met];
  const text = plan && plan.changes.length > 0 ? `\n${renderOutcomesText(outcomes)}` : undefined;
  const code = await finish(io, json ? renderApplyJson(plan, outcomes, diagnostics) : text, [
    ...codes,
    exitOf(diagnostics),
    ...outcomes.flatMap(({ error }) => (error === undefined ? [] : [CODES[error.code]])),
  ]);
  const { clean } = io.redactor;
  const closing = renderOutcomesMarkdown(outcomes, { clean, limit: SUMMARY_LIMIT });
  const { environment } = flags;
  const heading = `cometkeys apply${environment === undefined ? "" : `: ${environment}`}`;
  const report = { heading, plan, diagnostics, code, annotated: false };
  await reportToActions({ ...report, closing }, io);
  return code;
}

interface FirstRead {
  readonly mandate?: Mandate;
  readonly inputs?: Inputs;
  readonly found: readonly Diagnostic[];
}

/** All that is read before the server is asked, with all of its problems. */
async function readFirst(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<FirstRead> {
  const mandate = await readMandate(flags, planPath, io);
  const { inputs, diagnostics } = await readInputs(mandate.ok ? mandate.value.flags : flags, io);
  if (!mandate.ok) return { found: [...mandate.error, ...diagnostics] };
  const found = { mandate: mandate.value, found: diagnostics };
  return inputs === undefined ? found : { ...found, inputs };
}

/** Half of what a job summary may hold; the plan takes the other half. */
const SUMMARY_LIMIT = 100_000;

const NOTHING: ApplyRun = { outcomes: [], diagnostics: [], codes: [] };

/** Asks where a person is there to be asked, then applies what was approved or reviewed. */
async function approved(
  inputs: Inputs,
  { flags, review, unasked }: Mandate,
  show: (plan: Plan) => Promise<boolean>,
  io: Io,
): Promise<ApplyRun> {
  const elsewhere = checkOrigin(review, inputs.access.settings.baseUrl.url);
  if (elsewhere !== undefined) return { ...NOTHING, diagnostics: [elsewhere] };
  if (unasked) {
    return runApplyInputs(inputs, review === undefined ? { show } : { show, review }, flags, io);
  }
  const { prepared, codes } = await previewPlan(inputs, flags, io);
  if (!prepared.ok) return { outcomes: [], diagnostics: [prepared.error], codes };
  const { plan } = prepared.value;
  const unsafe = plan.diagnostics.find(({ severity }) => severity === "error");
  // Whoever says yes must have seen what it is to, also where stdout is for a program.
  await show(plan);
  if (flags.format === "json") io.stderr(renderPlanText(plan));
  if (unsafe !== undefined) return refused(plan, unsafe);
  if (!isIdle(prepared.value)) {
    reportDiagnostics(plan.diagnostics, io, flags.quiet);
    const question = '\nApply these changes? Only "yes" is a yes: ';
    const asked = await untilSignal(io, () => io.ask(question));
    if (!asked.ok) return refused(plan, asked.error);
    const answer = asked.value;
    if (answer === undefined) return refused(plan, problem("interrupted", "interrupted"));
    if (answer.trim() !== "yes") return refused(plan, problem("declined", "not approved"));
  }
  // Deciding takes time: the plan is made again and must be the one that was approved.
  const seen = { show: async () => true, review: { kind: "digest", digest: plan.digest } } as const;
  return runApplyInputs(inputs, seen, flags, io);
}
