import { basename, dirname, resolve } from "node:path";
import { ok, type Result } from "../model/result.ts";
import { checkFiles } from "./check-files.ts";
import { writeVariables, type Entry, type FileOptions, type VariableFile } from "./file-sink.ts";
import { sentenceOf } from "./refusal.ts";

/** The variable of a key: its name in capitals, of letters and digits without accents alone. */
export function variableOf(name: string): string {
  const capitals = name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return capitals.replaceAll(/[^A-Z0-9]/gu, "_").replace(/^(?=\d|$)/, "_");
}

/**
 * Why the keys of these names cannot be written to a file. Asked before the first key is made: what
 * cannot be written then is lost to the person who waits for it.
 */
export async function checkKeysOut(
  path: string,
  names: readonly string[],
  options: FileOptions,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const file = fileOf(path, options);
  if (file === undefined) {
    return `${path}: its ending tells no format; name it .env, .dotenv or .json`;
  }
  const owners = new Map<string, string>();
  for (const name of names) {
    const variable = variableOf(name);
    const owner = owners.get(variable);
    if (owner !== undefined) {
      return `the keys "${owner}" and "${name}" would both be ${variable} in ${path}; rename one of them`;
    }
    owners.set(variable, name);
  }
  const [refusal] = await checkFiles([{ file, variables: [...owners.keys()] }], options, signal);
  return refusal === undefined ? undefined : sentenceOf(refusal);
}

/** Sets the keys in the file, all of them or none; what else it holds stays: it may be of an earlier run. */
export async function writeKeysOut(
  path: string,
  entries: readonly Entry[],
  options: FileOptions,
  signal?: AbortSignal,
): Promise<Result<undefined, string>> {
  const file = fileOf(path, options);
  if (file === undefined) throw new Error("checkKeysOut refuses this path");
  return entries.length === 0 ? ok(undefined) : writeVariables(file, entries, options, signal);
}

/** A person names it, so it may lie anywhere; but its last part is held to the rules of all sinks. */
function fileOf(path: string, { trees }: FileOptions): VariableFile | undefined {
  const format = formatOf(path);
  if (format === undefined) return undefined;
  const full = resolve(path);
  return { root: dirname(full), path: basename(full), shown: path, format, trees };
}

function formatOf(path: string): VariableFile["format"] | undefined {
  if (/\.json$/i.test(path)) return "json";
  return /\.(?:dot)?env$/i.test(path) ? "dotenv" : undefined;
}
