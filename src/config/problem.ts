import type { Code } from "../model/codes.ts";
import type { Severity } from "../model/diagnostic.ts";

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

/** A stretch of a file's text, in UTF-16 code units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Whether two ranges share at least one code unit. */
export function overlaps(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
