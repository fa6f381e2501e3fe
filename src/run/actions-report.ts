import { upsertComment } from "../github/comment.ts";
import { readGitHubContext, type GitHubContext } from "../github/context.ts";
import { commentMarker } from "../github/find-comment.ts";
import { appendOutputs, appendSummary } from "../github/runner.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { planAnnotations, renderAnnotations } from "../render/github.ts";
import { holdsHashes, renderPlanMarkdown } from "../render/markdown.ts";
import type { Io } from "./io.ts";
import { readRunnersFile } from "./read-file.ts";
import { reportDiagnostics } from "./report.ts";
import { untilDeadline } from "./stop.ts";

/** What GitHub Actions is told about a run. */
interface ActionsReport {
  readonly heading: string;
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly code: ExitCode;
  /** Markdown that follows the plan in the job summary. */
  readonly closing?: string;
  /** stdout carries the annotations already. */
  readonly annotated: boolean;
  readonly comment?: { readonly files: readonly string[]; readonly environment?: string };
}

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
  const { plan, diagnostics, heading } = report;
  const { clean } = io.redactor;
  if (!report.annotated) io.stderr(renderAnnotations(planAnnotations(plan, diagnostics), clean));

  const applied = report.closing !== undefined;
  const options = { heading, clean, applied, limit: SUMMARY_LIMIT };
  const summary = renderPlanMarkdown(plan, diagnostics, options);
  await writeSummary(context, [summary, report.closing ?? ""].join("\n"), io);
  const code = await writeOutputs(context, report, io);
  if (report.comment !== undefined) {
    await writeComment(
      context,
      renderPlanMarkdown(plan, diagnostics, { heading, clean, hashes: true }),
      report.comment,
      io,
    );
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

async function writeComment(
  context: GitHubContext,
  markdown: string,
  { files, environment }: NonNullable<ActionsReport["comment"]>,
  io: Io,
): Promise<void> {
  const marker = commentMarker(files, environment);
  const body = io.redactor.clean(markdown);
  const ended = await untilDeadline(io, () =>
    upsertComment({ context, marker, body, fetch: io.fetch }),
  );
  const written = ended.ok ? ended.value : ended;
  if (written.ok && !holdsHashes(body)) warn(io, TOO_MANY);
  if (written.ok) io.stderr(`Comment ${written.value.action}: ${written.value.url}\n`);
  else warn(io, `no comment was written, see the job summary: ${written.error.message}`);
}

const TOO_MANY =
  "the comment has no room for the hashes of so many changes: if the apply after the merge stops half way, review the rest by running the workflow by hand";

function warn(io: Io, message: string): void {
  reportDiagnostics([{ ...problem("report-unwritten", message), severity: "warning" }], io, false);
}
