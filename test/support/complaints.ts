import type { CliRun } from "./run-cli.ts";

/**
 * What is wrong with a failed run as a user meets it. It should end with `code` and give one error
 * that says all of `words`, without a stack.
 */
export function complaints(run: CliRun, code: number, ...words: readonly string[]): string[] {
  const { stdout, stderr } = run;
  const errors = stderr.match(/\berror\[/g)?.length ?? 0;
  const found = [
    ...(run.code === code ? [] : [`it ends with ${run.code ?? run.signal}, not ${code}`]),
    ...(errors === 1 ? [] : [`it tells ${errors} errors`]),
    ...words.filter((word) => !stderr.includes(word)).map((word) => `it does not say: ${word}`),
    ...(/^\s+at /m.test(stdout + stderr) ? ["it shows a stack"] : []),
    ...(stderr.includes("bug of cometkeys") ? ["it says that it is a bug"] : []),
  ];
  return found.length === 0 ? [] : [...found, stderr];
}
