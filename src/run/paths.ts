import { lstat, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import {
  gitRootOf,
  isMissing,
  isWithin,
  memoOf,
  MOST_STEPS,
  realPath,
  wayOf,
} from "../deliver/ways.ts";

/**
 * Where the paths of a run lead. `..` takes away the letters before it, also where these name a link: what
 * is looked at and what is opened are then the same, wherever links lead. Many files lie in one folder, so
 * what was found of a path is kept.
 */
export interface Paths {
  /** A path without links; rejects as the system does, and where too many folders and links are on the way. */
  readonly realOf: (path: string) => Promise<string>;
  /**
   * The tree a path stands in, where a link on it leads out of that tree. What git keeps for itself
   * counts as outside: it may hold credentials.
   */
  readonly treeLeftBy: (path: string) => Promise<string | undefined>;
}

export function createPaths(): Paths {
  // With the file itself, no path takes more steps than where its trees are looked for.
  const folderOf = memoOf((folder) => walked(folder, MOST_STEPS - 1));
  const treeAround = memoOf(async (folder) => {
    const tree = await treeOf(folder);
    return { tree, real: await realPath(tree) };
  });
  const realOf = memoOf(async (path) => {
    const whole = resolve(path);
    const at = join(await folderOf(dirname(whole)), basename(whole));
    return (await lstat(at)).isSymbolicLink() ? walked(whole) : at;
  });
  return {
    realOf,
    treeLeftBy: async (path) => {
      const whole = resolve(path);
      const end = await realOf(whole);
      const { tree, real } = await treeAround(dirname(whole));
      const way = relative(real, end);
      const isGits = way.split(sep).includes(".git") && relative(tree, whole) !== way;
      // Everything would be within `/`, so no link is followed there.
      const isAll = real === dirname(real) && end !== whole && !(await isMachines(end, real));
      return !isWithin(real, end) || isGits || isAll ? tree : undefined;
    },
  };
}

/** A folder like `/tmp`, which may be a link, where `/` is neither a repository nor where the run was started. */
async function isMachines(end: string, root: string): Promise<boolean> {
  if (process.cwd() === root || (await gitRootOf(root)) !== undefined) return false;
  return (await stat(end)).isDirectory();
}

/** The steps are counted before the system takes them all at once. */
async function walked(path: string, mostSteps = MOST_STEPS): Promise<string> {
  await wayOf(path, mostSteps);
  return realPath(path);
}

/**
 * Of a file that is to be made below this folder, the first folder on its way that leads out of the tree.
 * What is not there yet leads nowhere.
 */
export async function folderLeaving(path: string): Promise<string | undefined> {
  const parts = relative(".", dirname(resolve(path))).split(sep);
  for (const [index, part] of parts.entries()) {
    if (part === "") continue;
    const folder = join(...parts.slice(0, index + 1));
    // What cannot be told may well lead outside.
    const isOutside = await leadsElsewhere(folder).catch((error: unknown) => !isMissing(error));
    if (isOutside) return folder;
  }
  return undefined;
}

/** Another repository may lie within the tree; it is outside all the same. */
async function leadsElsewhere(folder: string): Promise<boolean> {
  if ((await createPaths().treeLeftBy(folder)) !== undefined) return true;
  const real = await realPath(folder);
  if (real === join(await realPath("."), folder)) return false;
  return (await treeOf(real)) !== (await realTreeOf(folder));
}

/** The tree of a folder, without links. */
export async function realTreeOf(folder: string): Promise<string> {
  return realPath(await treeOf(resolve(folder)));
}

/**
 * The nearest folder with `.git`, from this one upwards; else this one. A link on the way may lead into
 * another repository: then the one that has the link is the tree.
 */
async function treeOf(own: string): Promise<string> {
  let tree: string | undefined;
  for (let folder = own; ; folder = dirname(folder)) {
    const isRoot = await lstat(join(folder, ".git")).then(
      () => true,
      () => false,
    );
    if (isRoot) {
      const leads =
        tree !== undefined &&
        (await realPath(tree)) !== join(await realPath(folder), relative(folder, tree));
      if (tree === undefined || leads) tree = folder;
    }
    if (folder === dirname(folder)) return tree ?? own;
  }
}
