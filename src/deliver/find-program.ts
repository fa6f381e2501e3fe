import { access, constants, lstat, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import { isBareName } from "./sink-rules.ts";
import { changeableTrees, treeAround, type Surroundings } from "./trees.ts";
import { systemReason, wayOf } from "./ways.ts";

/**
 * The absolute path of a program. What lies in a working tree, or is reached through one, is never
 * started: whoever opens a pull request could put it there. The path is not the one with its links
 * followed, because some programs go by the name they were called by.
 */
export async function findProgram(
  name: string,
  around: Surroundings,
): Promise<Result<string, string>> {
  const trees = await changeableTrees(around);
  if (!trees.ok) return trees;
  if (isAbsolute(name)) {
    const fault = await faultOf(name, trees.value);
    return fault === undefined ? ok(name) : err(`${name}: ${fault}`);
  }
  if (!isBareName(name)) return err(`${name} is neither a name nor an absolute path`);
  let refused = "";
  for (const entry of pathOf(around.env)) {
    for (const ending of ENDINGS) {
      const path = join(entry, name + ending);
      if (!(await isThere(path))) continue;
      const fault = await faultOf(path, trees.value);
      if (fault === undefined) return ok(path);
      if (refused === "") refused = ` (${path}: ${fault})`;
    }
  }
  return err(`${name} was not found in PATH${refused}`);
}

/** An environment for a program, whose lists of folders lead to nothing that `findProgram` passes over. */
export async function safeEnvironment({
  env,
  trees,
}: Surroundings): Promise<Readonly<Record<string, string>>> {
  const all = await changeableTrees({ trees });
  const safe: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const kind = inCapitals(name);
    if (kind !== "PATH" && !CODE.has(kind)) {
      safe[name] = value;
      continue;
    }
    const entries = all.ok ? await safeEntries(value, all.value) : [];
    // A shell takes a PATH of its own where there is none.
    if (entries.length > 0 || kind === "PATH") safe[name] = entries.join(delimiter);
  }
  return safe;
}

/** Where programs look for code of theirs, as in PATH: many take what lies there before their own. */
const CODE: ReadonlySet<string> = new Set([
  "PYTHONPATH",
  "PYTHONHOME",
  "NODE_PATH",
  "PERL5LIB",
  "PERLLIB",
  "RUBYLIB",
  "CLASSPATH",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
]);

/** Windows knows no letter case in names of variables. */
function inCapitals(name: string): string {
  return process.platform === "win32" ? name.toUpperCase() : name;
}

const ENDINGS = process.platform === "win32" ? [".exe"] : [""];

function pathOf(env: Surroundings["env"]): readonly string[] {
  const path = Object.keys(env).find((name) => inCapitals(name) === "PATH");
  return entriesOf((path === undefined ? undefined : env[path]) ?? "");
}

/** A relative entry, or an empty one, means the folder that happens to be the current one. */
function entriesOf(list: string): readonly string[] {
  return list.split(delimiter).filter((entry) => isAbsolute(entry));
}

async function safeEntries(list: string, trees: readonly string[]): Promise<readonly string[]> {
  const safe: string[] = [];
  for (const entry of entriesOf(list)) {
    // `lib/*` in CLASSPATH is all that lies in `lib`.
    const way = await wayOf(entry.replace(/[/\\]\*$/, "")).catch(() => undefined);
    if (way !== undefined && treeAround(way.passed, trees) === undefined) safe.push(entry);
  }
  return safe;
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function faultOf(path: string, trees: readonly string[]): Promise<string | undefined> {
  try {
    const { passed } = await wayOf(path);
    const tree = treeAround(passed, trees);
    if (tree !== undefined) {
      return `it lies in the working tree ${tree}, or a link there leads to it`;
    }
    if (!(await stat(path)).isFile()) return "it is no file";
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
