/** The exit codes of every command; the same in every output format. */
export const EXIT = {
  ok: 0,
  bug: 1,
  changesPending: 2,
  invalidInput: 3,
  credentials: 4,
  refused: 5,
  someFailed: 6,
  notReviewed: 7,
  needsPerson: 8,
  unreachable: 9,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where several apply, the first of these is the exit code. */
const PRECEDENCE: readonly ExitCode[] = [1, 129, 130, 143, 4, 3, 7, 9, 8, 6, 5, 2, 0];

/** The exit code that outranks the others; 0 for an empty list. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.ok;
}
