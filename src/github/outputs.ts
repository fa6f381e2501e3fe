import { appendFile } from "node:fs/promises";
import { err, ok, type Result } from "../model/result.ts";
import { unwritableFile, type FileProblem } from "./file-problem.ts";

export type OutputValues = Readonly<Record<string, string | number | boolean>>;

/**
 * Adds outputs of the step to the file at `path` (`GITHUB_OUTPUT`). All or nothing: a name that
 * could be read as something else refuses the lot.
 */
export async function appendOutputs(
  path: string,
  values: OutputValues,
): Promise<Result<undefined, FileProblem>> {
  const entries = Object.entries(values);
  const odd = entries.find(([name]) => !/^[A-Za-z_][\w-]*$/.test(name));
  if (odd !== undefined) {
    return err({ kind: "name", message: `${JSON.stringify(odd[0])} cannot name an output` });
  }
  try {
    await appendFile(path, entries.map(([name, value]) => entryOf(name, String(value))).join(""));
    return ok(undefined);
  } catch (error) {
    return err(unwritableFile("GITHUB_OUTPUT", error));
  }
}

function entryOf(name: string, value: string): string {
  if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
  const delimiter = delimiterFor(value);
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** A line that ends the value must not be in it; the same value always gets the same one. */
function delimiterFor(value: string): string {
  for (let number = 0; ; number += 1) {
    const delimiter = `END_OF_VALUE_${number}`;
    if (!value.includes(delimiter)) return delimiter;
  }
}
