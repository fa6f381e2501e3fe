import { access, constants, lstat, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import { isBareName } from "./sink-rules.ts";
import { isWithin, systemReason, wayOf, wholeTreeFault, workingTree } from "./ways.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The absolute path of a program. What lies in the working tree, or is reached through it, is never
 * started: whoever opens a pull request could put it there. The path is not the one with its links
 * followed, because some programs go by the name they were called by.
 */
export async function findProgram(name: string, env: Env): Promise<Result<string, string>> {
  const tree = await workingTree(process.cwd());
  const whole = wholeTreeFault(tree);
  if (whole !== undefined) return err(whole);
  if (isAbsolute(name)) {
    const fault = await faultOf(name, tree);
    return fault === undefined ? ok(name) : err(`${name}: ${fault}`);
  }
  if (!isBareName(name)) return err(`${name} is neither a name nor an absolute path`);
  let refused = "";
  for (const entry of entriesOf(env)) {
    for (const ending of ENDINGS) {
      const path = join(entry, name + ending);
      if (!(await isThere(path))) continue;
      const fault = await faultOf(path, tree);
      if (fault === undefined) return ok(path);
      if (refused === "") refused = ` (${path}: ${fault})`;
    }
  }
  return err(`${name} was not found in PATH${refused}`);
}

/** PATH for a program, which starts others by their names: without what `findProgram` passes over. */
export async function safePath(env: Env): Promise<string> {
  const tree = await workingTree(process.cwd());
  const safe: string[] = [];
  for (const entry of entriesOf(env)) {
    const way = await wayOf(entry).catch(() => undefined);
    if (way !== undefined && !way.passed.some((place) => isWithin(tree, place))) safe.push(entry);
  }
  return safe.join(delimiter);
}

/** Whether it is the variable PATH; Windows writes it in its own way. */
export function isPathVariable(name: string): boolean {
  return process.platform === "win32" ? name.toUpperCase() === "PATH" : name === "PATH";
}

const ENDINGS = process.platform === "win32" ? [".exe"] : [""];

/** A relative entry, or an empty one, means the folder that happens to be the current one. */
function entriesOf(env: Env): readonly string[] {
  const path = Object.keys(env).find((name) => isPathVariable(name));
  const entries = (path === undefined ? undefined : env[path])?.split(delimiter) ?? [];
  return entries.filter((entry) => isAbsolute(entry));
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function faultOf(path: string, tree: string): Promise<string | undefined> {
  try {
    const { passed } = await wayOf(path);
    if (passed.some((place) => isWithin(tree, place))) {
      return `it lies in the working tree ${tree}, or a link there leads to it`;
    }
    if (!(await stat(path)).isFile()) return "it is no file";
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
