import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Checks `--format` against the formats a command has; the first is the default. */
export function parseFormat<const F extends string>(
  text: string | undefined,
  formats: readonly [F, ...F[]],
): Result<F, Diagnostic> {
  const found = text === undefined ? formats[0] : formats.find((format) => format === text);
  if (found !== undefined) return ok(found);
  const fix = `write one of: ${formats.join(", ")}`;
  return err(problem("usage", `--format ${text}: this command has no such format`, fix));
}

/** A whole number within bounds. */
export function count(
  flag: string,
  text: string,
  least: number,
  most: number,
): Result<number, Diagnostic> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return ok(value);
  const message = `${flag} ${text}: not a number from ${least} to ${most}`;
  const fix = `write ${flag} with a whole number from ${least} to ${most}`;
  return err(problem("usage", message, fix));
}
