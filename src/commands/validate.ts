import { MAX_PROBLEMS } from "../config/load-desired.ts";
import { exitOf, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { renderDiagnosticsJson } from "../render/json.ts";
import { loadFiles, type LoadedFiles } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import { fileOption, POLICY, type FlagsOf, type NewCommand } from "../run/options.ts";
import { readPolicies } from "../run/policies.ts";
import { fail, finish, isInActions, reportDiagnostics } from "../run/report.ts";
import { untilStopped } from "../run/stop.ts";

export function validateCommand(command: NewCommand) {
  return fileOption(command.description("check the files, offline and without a token"))
    .option(...POLICY)
    .option("--format <format>", "text, json or github")
    .option("--quiet", "no notes")
    .argument("[files...]", "the same as -f, for each");
}

/** `cometkeys validate`: checks the files; needs neither network nor token. */
export async function runValidate(
  flags: FlagsOf<typeof validateCommand>,
  io: Io,
  files: readonly string[] = [],
): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json", "github"]);
  if (!format.ok) return fail([format.error], io, flags.quiet);
  const named = [...(flags.file ?? []), ...files];
  const read = await untilStopped(io, () =>
    readValid(named.length > 0 ? named : undefined, flags.policy ?? [], io),
  );
  const { desired, diagnostics } = read.ok ? read.value : { diagnostics: [read.error] };
  const annotations =
    format.value === "github" || isInActions(io) ? await annotationsOf(diagnostics, io) : "";
  if (format.value !== "github") {
    reportDiagnostics(diagnostics, io, flags.quiet);
    if (annotations !== "") io.stderr(annotations);
  }
  const counts =
    desired &&
    `Valid: ${plural(desired.keys.length, "key")} in ${plural(desired.files.length, "file")}.\n`;
  return finish(io, resultOf(format.value, diagnostics, annotations, counts), [
    exitOf(diagnostics),
  ]);
}

/** The files, held against the policies by the clock of this machine. */
async function readValid(
  paths: readonly string[] | undefined,
  policies: readonly string[],
  io: Io,
): Promise<Pick<LoadedFiles, "desired" | "diagnostics">> {
  const { desired, declared, diagnostics: found } = await loadFiles(paths);
  const { checkPolicies, diagnostics: unfit } = await readPolicies(
    policies,
    declared,
    io,
    MAX_PROBLEMS - found.length,
  );
  const diagnostics = [...found, ...unfit];
  if (desired === undefined || unfit.length > 0) return { diagnostics };
  const now = Math.floor(io.clock.wall() / 1000);
  const broken = checkPolicies({
    isChosen: () => true,
    isNew: () => false,
    now,
    deadlineAt: io.deadlineAt,
  });
  if (broken.length > 0) return { diagnostics: [...diagnostics, ...broken] };
  return { desired, diagnostics };
}

async function annotationsOf(diagnostics: readonly Diagnostic[], io: Io): Promise<string> {
  const { renderDiagnosticsGithub } = await import("../render/github.ts");
  return renderDiagnosticsGithub(diagnostics, io.redactor.clean);
}

function resultOf(
  format: "text" | "json" | "github",
  diagnostics: readonly Diagnostic[],
  annotations: string,
  counts: string | undefined,
): string | undefined {
  switch (format) {
    case "text":
      return counts;
    case "json":
      return renderDiagnosticsJson(diagnostics);
    case "github":
      return annotations + (counts ?? "");
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
