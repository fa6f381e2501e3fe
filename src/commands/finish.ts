import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import type { Io } from "./io.ts";
import { problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";

/** Writes the result and gives the exit code; a result nobody could read is a failure too. */
export async function finish(
  io: Io,
  result: string | undefined,
  codes: readonly ExitCode[],
): Promise<ExitCode> {
  if (result === undefined || (await io.stdout(result))) return worstExit(codes);
  reportDiagnostics([unwritable()], io, false);
  return worstExit([...codes, EXIT.invalidInput]);
}

export function unwritable() {
  return problem(
    "output-unwritable",
    "the result could not be written to standard output",
    "check the disk or the program that reads it",
  );
}
