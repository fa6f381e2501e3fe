import { CODES, type Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { worstExit, type ExitCode } from "../model/exit-code.ts";

/** An error without a place in a file. */
export function problem(code: Code, message: string, fix?: string): Diagnostic {
  const error = { severity: "error", code, message } as const;
  return fix === undefined ? error : { ...error, fix };
}

/** The exit code the errors among the diagnostics lead to; warnings and notes lead to none. */
export function exitOf(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return worstExit(errors.map(({ code }) => CODES[code]));
}
