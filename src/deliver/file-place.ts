import { access, constants, lstat, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import type { Refusal } from "./refusal.ts";
import { gitRootOf, isWithin, systemReason, wayOf, workingTree } from "./ways.ts";

/** A file to be written, as it was named. */
export interface Target {
  /** What the path is relative to. Named by a person, but its folders may be those of a pull request. */
  readonly root: string;
  readonly path: string;
  /** As it is called in messages. */
  readonly shown: string;
  /** Which trees a pull request can change, beside that of the working directory. */
  readonly trees?: readonly string[];
}

/** Where a target really is. */
export interface Place {
  /** Its folder, without links. */
  readonly folder: string;
  /** Of which folder the system speaks, whatever its path. */
  readonly folderId: string;
  readonly file: string;
  readonly isThere: boolean;
  /** Equal as long as nobody has changed the folder or the file. */
  readonly state: string;
}

/** A file of variables is far smaller. */
export const MOST_BYTES = 1_000_000;

/** Finds where a target is, or says why nothing must be written there. Nothing is made or changed. */
export async function placeOf({
  root,
  path,
  shown,
  trees = [],
}: Target): Promise<Result<Place, Refusal>> {
  const refuse = (why: string, fix: string): Result<never, Refusal> =>
    err({ message: `${shown}: ${why}`, fix });
  if (!path.split("/").every(isPlainName)) {
    return refuse("the path is not one of plain names", "write names with / between them");
  }
  let at = resolve(root);
  try {
    const way = await wayOf(at);
    const link = await firstInTree(way.links, trees);
    if (link !== undefined) return refuse(linkAt(link), NAME_REAL);
    at = way.end;
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    for (const part of parts) {
      at = join(at, part);
      if ((await lstat(at)).isSymbolicLink()) return refuse(linkAt(at), NAME_REAL);
    }
    const folder = at;
    const found = await stat(folder);
    if (!found.isDirectory()) return refuse(`${folder} is no folder`, "name one that is");
    if (await isGits(folder, name)) {
      return refuse("it lies where git keeps its own files", "write it elsewhere");
    }
    await access(folder, constants.W_OK | constants.X_OK);
    at = join(folder, name);
    const file = await lstat(at).catch(unlessMissing);
    if (file?.isSymbolicLink()) return refuse(linkAt(at), NAME_REAL);
    if (file?.isFile() === false) return refuse("it is no regular file", "name another file");
    if (file !== undefined && file.size > MOST_BYTES) {
      return refuse("it is larger than 1 MB", "name a file for keys alone");
    }
    const ids = file === undefined ? [] : [file.dev, file.ino, file.size, file.mtimeMs];
    const folderId = `${found.dev}:${found.ino}`;
    const state = [folder, folderId, ...ids].join(":");
    return ok({ folder, folderId, file: at, isThere: file !== undefined, state });
  } catch (error) {
    return refuse(`${at}: ${systemReason(error)}`, "make it ready before; no folder is made");
  }
}

function isPlainName(name: string): boolean {
  return !["", ".", ".."].includes(name) && !name.includes(sep) && !name.includes("\0");
}

const NAME_REAL = "write below folders that are no links, to a file that is none";

function linkAt(path: string): string {
  return `${path} is a link, and nothing is written through one`;
}

/**
 * The first link that a pull request could have put there. Others belong to the machine, whose folder for
 * temporary files may be one.
 */
async function firstInTree(
  links: readonly string[],
  trees: readonly string[],
): Promise<string | undefined> {
  const all = links.length === 0 ? [] : [await workingTree(process.cwd()), ...trees];
  for (const link of links) {
    const isInTree = all.some((tree) => isWithin(tree, link));
    if (isInTree || (await gitRootOf(dirname(link))) !== undefined) return link;
  }
  return undefined;
}

/** Whether it is `.git`, lies in it, or in a folder that git could take for a repository. */
async function isGits(folder: string, name: string): Promise<boolean> {
  // Where letter case does not count, and under the short names of Windows, it is the same folder.
  const isName = (part: string): boolean => /^(?:\.git|git~\d)[. ]*$/i.test(part);
  if (isName(name)) return true;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (isName(basename(at)) || (await isLikeRepository(at))) return true;
  }
  return false;
}

/** With `commondir`, objects and refs may lie elsewhere. */
async function isLikeRepository(folder: string): Promise<boolean> {
  const isThere = async (part: string): Promise<boolean> =>
    (await lstat(join(folder, part)).catch(unlessMissing)) !== undefined;
  if (!(await isThere("HEAD"))) return false;
  const own = await Promise.all(["objects", "refs", "commondir", "config"].map(isThere));
  return own.includes(true);
}

function unlessMissing(error: unknown): undefined {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  if (!isMissing) throw error;
}
