import type { Code } from "./codes.ts";

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
