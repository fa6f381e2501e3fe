import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { problem } from "./problem.ts";

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
