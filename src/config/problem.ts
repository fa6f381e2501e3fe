import type { Code } from "../model/codes.ts";
import type { Severity } from "../model/diagnostic.ts";
import type { Range } from "./range.ts";

/** Something wrong at a place of one file; it becomes a diagnostic once the file was read. */
export interface Problem {
  readonly code: Code;
  readonly range: Range;
  readonly message: string;
  readonly fix: string;
  /** `error` unless said otherwise. */
  readonly severity?: Severity;
}

/** Takes a problem; the steps that read a file go on after it. */
export type Report = (problem: Problem) => void;
