import type { Diagnostic } from "../model/diagnostic.ts";
import { renderDiagnostic } from "../render/diagnostic.ts";
import type { Io } from "./io.ts";

/** Writes diagnostics to stderr; `quiet` leaves out the notes, never a warning or an error. */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  io: Io,
  quiet: boolean | undefined,
): void {
  for (const diagnostic of diagnostics) {
    if (quiet && diagnostic.severity === "note") continue;
    io.stderr(`${renderDiagnostic(diagnostic)}\n`);
  }
}
