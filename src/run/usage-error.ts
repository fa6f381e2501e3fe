import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import {
  renderApplyJson,
  renderDiagnosticsJson,
  renderListJson,
  renderPlanJson,
} from "../render/json.ts";
import type { Io } from "./io.ts";
import { finish, reportDiagnostics } from "./report.ts";

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
  const error = problem("usage", safe, fixFor(argv[0], safe));
  reportDiagnostics([error], io, false);
  const json = argv.some(
    (arg, index) => arg === "--format=json" || (arg === "json" && argv[index - 1] === "--format"),
  );
  return finish(io, json ? documentOf(argv[0], error) : undefined, [exitOf([error])]);
}

/** What people write who come from other tools, and what it is here. */
const SLIPS: Readonly<Record<string, string>> = {
  "--json": "write --format json",
  "-o": "write --format json",
  "--output": "write --format json",
  "-y": "write --auto-approve (apply)",
  "--yes": "write --auto-approve (apply)",
  "-v": "write --verbose; the version is -V",
  "--detailed-exit": "write --detailed-exitcode (plan)",
  "--dry-run": "plan shows what apply would do, and changes nothing",
};

/** The way out of the usual slips; the help of the command otherwise. */
function fixFor(command: string | undefined, message: string): string {
  const slip = SLIPS[/^unknown option '([^'=]*)/.exec(message)?.[1] ?? ""];
  if (slip !== undefined) return slip;
  if (message.startsWith("too many arguments")) {
    return `name a file with -f: cometkeys ${command ?? "plan"} -f keys.yaml`;
  }
  if (message.includes("'--token'")) {
    return "no flag takes the token: use COMETAPI_ACCESS_TOKEN or --token-file";
  }
  if (message.endsWith("UTF-8")) return "rename the file";
  if (message.startsWith("the working directory")) return "change to one that is there";
  const known = command !== undefined && /^[a-z]+$/.test(command) && !message.includes("command");
  return `see cometkeys ${known ? `${command} ` : ""}--help`;
}

function documentOf(command: string | undefined, error: Diagnostic): string {
  if (command === "apply") return renderApplyJson(undefined, [], [error]);
  if (command === "plan" || command === "drift") return renderPlanJson(undefined, [error]);
  return command === "list" ? renderListJson([], [error]) : renderDiagnosticsJson([error]);
}
