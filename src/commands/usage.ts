import type { ExitCode } from "../model/exit-code.ts";
import { renderApplyJson, renderDiagnosticsJson, renderPlanJson } from "../render/json-document.ts";
import { finish } from "./finish.ts";
import type { Io } from "./io.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";

/**
 * Ends a run whose command line was not understood. Who asked for JSON parses stdout whatever
 * happens, so the one document comes here too.
 */
export async function runUsageError(
  argv: readonly string[],
  message: string,
  io: Io,
): Promise<ExitCode> {
  // A value written behind an unknown option (`--token=…`) may be a secret.
  // A suggestion stands on a line of its own there; a diagnostic has one line.
  const safe = message.replace(/(unknown option '[^'=]*)=[^']*'/, "$1'").replaceAll("\n", " ");
  const error = problem("usage", safe, "see cometkeys --help");
  reportDiagnostics([error], io, false);
  const json = argv.some(
    (arg, index) => arg === "--format=json" || (arg === "json" && argv[index - 1] === "--format"),
  );
  return finish(io, json ? documentOf(argv[0], error) : undefined, [exitOf([error])]);
}

function documentOf(command: string | undefined, error: ReturnType<typeof problem>): string {
  if (command === "apply") return renderApplyJson(undefined, [], [error]);
  if (command === "plan") return renderPlanJson(undefined, [error]);
  return renderDiagnosticsJson([error]);
}
