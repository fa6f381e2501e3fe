/** Why one of the runner's files took nothing; the run goes on without it. */
export interface FileProblem {
  readonly kind: "unwritable" | "full" | "name";
  /** One sentence for the user, without the text that was to be written. */
  readonly message: string;
}

/** The system's reason for a failed write, in words of ours. */
export function unwritableFile(variable: string, error: unknown): FileProblem {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return { kind: "unwritable", message: `the file in ${variable} cannot be written${code}` };
}
