import { CODES, type Code } from "./codes.ts";
import { worstExit, type ExitCode } from "./exit-code.ts";

export type Severity = "error" | "warning" | "note";

/** A place in a file: 1-based line and column, the column counted in code points. */
export interface SourceSpan {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length of the marked text in columns, at least 1; the rest of the line where unknown. */
  readonly length?: number;
}

/**
 * One thing to tell the user. `message` says what is wrong, `fix` what to write or do instead;
 * `frame` holds the source lines around `at`, already free of anything key-shaped.
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: Code;
  readonly message: string;
  readonly fix?: string;
  readonly at?: SourceSpan;
  readonly frame?: readonly FrameLine[];
}

/** One numbered source line of a code frame; `marked` is the line the diagnostic points at. */
export interface FrameLine {
  readonly line: number;
  readonly text: string;
  readonly marked: boolean;
}

/** An error; most have no place in a file. */
export function problem(code: Code, message: string, fix?: string, at?: SourceSpan): Diagnostic {
  return {
    severity: "error",
    code,
    message,
    ...(fix === undefined ? {} : { fix }),
    ...(at === undefined ? {} : { at }),
  };
}

/** The exit code the errors among the diagnostics lead to; warnings and notes lead to none. */
export function exitOf(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return worstExit(errors.map(({ code }) => CODES[code]));
}
