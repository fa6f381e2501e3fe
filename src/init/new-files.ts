import { lstat, mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../model/diagnostic.ts";

/** A file that is to be made. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Whether a file is there; a link that leads nowhere, or to something else, is none. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(resolve(path))).isFile();
  } catch {
    return false;
  }
}

/** The one path that a flag can change. */
interface Named {
  readonly path: string;
  readonly flag: string;
}

/** An error naming every path where something stands already, a link that leads nowhere too. */
export async function findExisting(
  paths: readonly string[],
  named: Named,
): Promise<readonly Diagnostic[]> {
  const existing: string[] = [];
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    try {
      await lstat(resolve(path));
      existing.push(path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") problems.push(unwritable(path, error));
    }
  }
  return existing.length === 0 ? problems : [...problems, alreadyThere(existing, named)];
}

/**
 * Writes files that must not be there yet: all of them, or none. What appeared since the check is
 * left as it is, and the files made before it are taken away again.
 */
export async function writeNewFiles(
  files: readonly NewFile[],
  named: Named,
): Promise<readonly Diagnostic[]> {
  const made: string[] = [];
  for (const { path, text } of files) {
    const whole = resolve(path);
    try {
      await mkdir(dirname(whole), { recursive: true });
      const file = await open(whole, "wx");
      made.push(whole);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    } catch (error) {
      for (const own of made) await rm(own, { force: true });
      return [codeOf(error) === "EEXIST" ? alreadyThere([path], named) : unwritable(path, error)];
    }
  }
  return [];
}

/** The nearest folder with a `.git`, which is a file in a worktree or a submodule. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  try {
    await lstat(join(folder, ".git"));
    return folder;
  } catch {
    const above = dirname(folder);
    return above === folder ? undefined : repositoryRoot(above);
  }
}

function alreadyThere(paths: readonly string[], { path, flag }: Named): Diagnostic {
  const [verb, what] = paths.length === 1 ? ["exists", "it"] : ["exist", "them"];
  const isNamed = paths.length === 1 && paths[0] === path;
  const other = isNamed ? `, or name another file with ${flag}` : "";
  return {
    severity: "error",
    code: "output-unwritable",
    message: `${paths.join(", ")} ${verb} already; nothing was written`,
    fix: `move ${what} away${other}; no file is ever overwritten`,
  };
}

function unwritable(path: string, error: unknown): Diagnostic {
  const code = codeOf(error);
  const reason = code === "" ? "" : ` (${code})`;
  return {
    severity: "error",
    code: "output-unwritable",
    message: `${path} cannot be written${reason}; nothing was written`,
    fix: "check the path and the rights to it",
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
