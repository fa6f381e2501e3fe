import { lstat, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import { isWithin, realPath, systemReason, workingTree } from "./ways.ts";

/** More than `gitdir: ` and the longest path. */
const MOST_BYTES = 8_192;

/**
 * The folder of the repository whose work tree has its root here. git would look for it itself, and take
 * any folder on its way for one that holds files of certain names, which everybody can commit.
 */
export async function gitDirOf(tree: string): Promise<Result<string, string>> {
  const entry = join(tree, ".git");
  try {
    let folder = await realPath(entry);
    const stats = await stat(folder);
    if (stats.isFile()) {
      const text = stats.size > MOST_BYTES ? "" : await readFile(folder, "utf8");
      const named = /^gitdir: ([^\r\n\0]+)[\r\n]*$/.exec(text)?.[1];
      if (named === undefined) return err(`${entry} names no folder of git`);
      folder = await realPath(resolve(tree, named));
    }
    if (!(await stat(folder)).isDirectory()) return err(`${entry} leads to no folder of git`);
    // No commit holds a `.git`, nor what lies in one; anything else in the tree may come from one.
    const around = await workingTree(tree);
    if (isWithin(around, folder) && !relative(around, folder).split(sep).includes(".git")) {
      return err(`${entry} leads to ${folder}, which others could have filled`);
    }
    if (!(await areOwn(tree, [entry, folder]))) return err(`${entry} is another user's`);
    return ok(folder);
  } catch (error) {
    return err(`${entry}: ${systemReason(error)}`);
  }
}

/**
 * git asks that only where it looks for the folder itself. In a folder that all users share, each could
 * make a `.git`; where its owner is that of the tree, as in a container, the whole tree is that user's.
 */
async function areOwn(tree: string, paths: readonly string[]): Promise<boolean> {
  const owners = new Set([process.geteuid?.() ?? 0, 0, (await stat(tree)).uid]);
  const stats = await Promise.all(paths.map((path) => lstat(path)));
  return stats.every(({ uid }) => owners.has(uid));
}
