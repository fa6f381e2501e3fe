import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { renderDiagnosticsGithub } from "../render/github.ts";
import { renderDiagnosticsJson } from "../render/json.ts";
import { finish } from "./finish.ts";
import { parseFormat } from "./format.ts";
import type { Io } from "./io.ts";
import { loadFiles, type LoadedFiles } from "./load-files.ts";
import { exitOf } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";
import { untilSignal } from "./until-signal.ts";

export interface ValidateFlags {
  readonly file?: readonly string[];
  readonly format?: string;
  readonly quiet?: boolean;
}

/** `cometkeys validate`: checks the files; needs neither network nor token. */
export async function runValidate(flags: ValidateFlags, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json", "github"]);
  if (!format.ok) {
    reportDiagnostics([format.error], io, flags.quiet);
    return exitOf([format.error]);
  }
  const read = await untilSignal(io, () => loadFiles(flags.file));
  const { desired, diagnostics } = read.ok ? read.value : interrupted(read.error);
  const annotations = renderDiagnosticsGithub(diagnostics);
  const inActions = io.env["GITHUB_ACTIONS"] === "true";
  if (format.value !== "github") {
    reportDiagnostics(diagnostics, io, flags.quiet);
    if (inActions) io.stderr(annotations);
  }
  const counts =
    desired &&
    `Valid: ${plural(desired.keys.length, "key")} in ${plural(desired.files.length, "file")}.\n`;
  return finish(io, resultOf(format.value, diagnostics, annotations, counts), [
    exitOf(diagnostics),
  ]);
}

function interrupted(error: Diagnostic): LoadedFiles {
  return { diagnostics: [error] };
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
