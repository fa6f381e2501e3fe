import { addOutcome } from "../github/add-outcome.ts";
import { upsertComment, type WrittenComment } from "../github/comment.ts";
import { readGitHubContext, type GitHubContext, type GitHubProblem } from "../github/context.ts";
import { commentMarker } from "../github/find-comment.ts";
import { appendOutputs, appendSummary } from "../github/runner.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Plan } from "../model/plan.ts";
import type { Result } from "../model/result.ts";
import { escapeTerminal } from "../render/escape.ts";
import { planAnnotations, renderAnnotations } from "../render/github.ts";
import { holdsHashes, renderPlanMarkdown } from "../render/markdown.ts";
import { renderOutcomeComment, renderOutcomesMarkdown } from "../render/markdown-outcomes.ts";
import { DEFAULT_FILES } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { ApplyFlags } from "./options.ts";
import { readRunnersFile } from "./read-file.ts";
import { reportDiagnostics } from "./report.ts";
import { untilDeadline } from "./stop.ts";

/** What GitHub Actions is told about a run. */
interface ActionsReport {
  readonly heading: string;
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly code: ExitCode;
  /** Of an apply: they follow the plan in the job summary, and in the comment. */
  readonly outcomes?: readonly Outcome[];
  /** stdout carries the annotations already. */
  readonly annotated: boolean;
  /** The flags that tell whose comment it is. */
  readonly comment?: Pick<ApplyFlags, "file" | "environment">;
}

/** Of that, what the outcomes may take. */
const OUTCOMES_LIMIT = 100_000;

/** Less than the 1 MiB a job summary may have, in UTF-16 units of which each may take 3 bytes. */
const SUMMARY_LIMIT = 300_000;

/**
 * Inside GitHub Actions: annotations, the job summary, the step's outputs and, when asked for, the
 * one comment on the pull request. What cannot be written is said and changes no exit code, for the plan
 * is the result and these only show it. But the outputs are for programs, and a run without them has
 * failed (3).
 */
export async function reportToActions(report: ActionsReport, io: Io): Promise<ExitCode> {
  // The event may be a pipe that nobody writes to; what needs no event is written all the same.
  const context = await readGitHubContext(io.env, async (path) => {
    const read = await untilDeadline(io, () => readRunnersFile(path));
    return read.ok ? read.value : "";
  });
  if (context === undefined) {
    if (report.comment !== undefined) warn(io, "--comment works in GitHub Actions only");
    return report.code;
  }
  if (context.token !== undefined) io.redactor.add(context.token.reveal());
  const { repository, sha, runUrl } = context;
  for (const text of [repository, sha, runUrl]) if (text !== undefined) io.redactor.keep(text);
  const { plan, diagnostics, heading } = report;
  const { clean } = io.redactor;
  if (!report.annotated) io.stderr(renderAnnotations(planAnnotations(plan, diagnostics), clean));

  const { outcomes } = report;
  const options = { heading, clean, applied: outcomes !== undefined, limit: SUMMARY_LIMIT };
  const summary = renderPlanMarkdown(plan, diagnostics, options);
  const closing = outcomes && renderOutcomesMarkdown(outcomes, { clean, limit: OUTCOMES_LIMIT });
  await writeSummary(context, [summary, closing ?? ""].join("\n"), io);
  const code = await writeOutputs(context, report, io);
  if (report.comment !== undefined) {
    await (outcomes === undefined
      ? writePlanComment(context, report, io)
      : writeOutcome(context, { ...report, outcomes, code }, io));
  }
  return code;
}

async function writeSummary({ stepSummary }: GitHubContext, text: string, io: Io): Promise<void> {
  if (stepSummary === undefined) return;
  const written = await appendSummary(stepSummary, io.redactor.clean(text));
  if (!written.ok) warn(io, written.error.message);
}

async function writeOutputs(
  { output }: GitHubContext,
  report: ActionsReport,
  io: Io,
): Promise<ExitCode> {
  const { plan, code } = report;
  if (output === undefined) return code;
  const written = await appendOutputs(output, {
    has_changes: (plan?.changes.length ?? 0) > 0,
    exit_code: code,
    digest: plan?.digest ?? "",
    ...plan?.summary,
  });
  if (written.ok) return code;
  const lost = problem("output-unwritable", written.error.message, "check the disk of the runner");
  reportDiagnostics([lost], io, false);
  return worstExit([code, EXIT.invalidInput]);
}

async function writePlanComment(
  context: GitHubContext,
  report: ActionsReport,
  io: Io,
): Promise<void> {
  const { clean } = io.redactor;
  const options = { heading: report.heading, clean, hashes: true };
  const body = clean(renderPlanMarkdown(report.plan, report.diagnostics, options));
  const marker = markerOf(report);
  const isWritten = await tellWritten(io, "no comment was written, see the job summary", () =>
    upsertComment({ context, marker, body, fetch: io.fetch }),
  );
  if (isWritten && !holdsHashes(body)) warn(io, TOO_MANY);
}

async function writeOutcome(
  context: GitHubContext,
  report: ActionsReport & { readonly outcomes: readonly Outcome[] },
  io: Io,
): Promise<void> {
  const { clean } = io.redactor;
  const { runUrl, sha: commit } = context;
  const render = (limit: number): string =>
    clean(renderOutcomeComment({ ...report, runUrl, commit }, { limit, clean }));
  const marker = markerOf(report);
  await tellWritten(io, "the outcome is not in the comment, see the job summary", () =>
    addOutcome({ context, marker, render, fetch: io.fetch }),
  );
}

function markerOf({ comment }: ActionsReport): string {
  return commentMarker(comment?.file ?? DEFAULT_FILES, comment?.environment);
}

async function tellWritten(
  io: Io,
  otherwise: string,
  act: () => Promise<Result<WrittenComment, GitHubProblem>>,
): Promise<boolean> {
  const ended = await untilDeadline(io, act);
  const written = ended.ok ? ended.value : ended;
  if (written.ok) {
    const { action, url } = written.value;
    io.redactor.keep(url);
    io.stderr(`Comment ${action}: ${escapeTerminal(url)}\n`);
  } else warn(io, `${otherwise}: ${written.error.message}`);
  return written.ok;
}

const TOO_MANY =
  "the comment has no room for the hashes of so many changes: if the apply after the merge stops half way, review the rest by running the workflow by hand";

function warn(io: Io, message: string): void {
  reportDiagnostics([{ ...problem("report-unwritten", message), severity: "warning" }], io, false);
}
