import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import {
  failure,
  isMissing,
  isWithin,
  memoOf,
  realPath,
  repositoryAround,
  systemReason,
  wayOf,
  workingTree,
} from "./ways.ts";

/** What a program is looked for with. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which trees a pull request can change, beside that of the working directory: see `treesOf`. */
  readonly trees: readonly string[];
}

/**
 * The working trees of files and folders that a run was given, or why they are unknown. A checkout need not
 * be where the run was started: whoever can change the file can change what lies around it.
 */
export async function treesOf(
  paths: readonly string[],
): Promise<Result<readonly string[], string>> {
  const trees = new Set<string>();
  const seek = seekers();
  for (const path of new Set(paths.map((path) => resolve(path)))) {
    try {
      for (const tree of await treesAt(path, seek)) trees.add(tree);
    } catch (error) {
      return err(`where ${path} lies cannot be told: ${systemReason(error)}`);
    }
  }
  return ok([...trees]);
}

/** Many files lie in one folder, and each folder above is asked for. */
function seekers() {
  const around = memoOf(repositoryAround);
  const treeOf = memoOf((folder) => workingTree(folder).catch(() => folder));
  // A plan is often kept right in the temporary folder, which everybody shares: there, only a repository counts.
  const treeOfFileIn = memoOf(async (folder) => {
    const temporary = await realPath(tmpdir()).catch(() => undefined);
    return folder === temporary ? around(folder) : treeOf(folder);
  });
  return { around, treeOf, treeOfFileIn };
}

async function treesAt(
  path: string,
  { around, treeOf, treeOfFileIn }: ReturnType<typeof seekers>,
): Promise<readonly string[]> {
  const named = await realPath(dirname(path)).catch(() => dirname(path));
  const way = await wayOf(path).catch(async (error: unknown) => {
    // A name that is no text leads nowhere either, but there is something.
    if (!isMissing(error)) throw error;
    if (await isThere(path)) throw failure("EILSEQ");
    return undefined;
  });
  // A pipe has a name that leads nowhere, and what is not there yet has nothing in it.
  if (way === undefined) return [(await around(named)) ?? path];
  const isFolder = await stat(way.end).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  // The machine has links too, in `/` among other places: of a link only the repository counts.
  const linked = await Promise.all(way.links.map((link) => around(dirname(link))));
  const own = isFolder
    ? [await treeOf(way.end)]
    : await Promise.all([named, dirname(way.end)].map(treeOfFileIn));
  return [...own, ...linked].filter((tree) => tree !== undefined);
}

/** A pipe is no file, and what the shell has removed already has no name. */
async function isThere(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && (stats.isFile() || stats.isDirectory()) && stats.nlink > 0;
}

/** All trees that a pull request can change; or why nothing is outside of them: Docker starts programs in `/`. */
export async function changeableTrees({
  trees,
}: Pick<Surroundings, "trees">): Promise<Result<readonly string[], string>> {
  try {
    const all = [await workingTree(process.cwd()), ...trees];
    const whole = all.find((tree) => tree === dirname(tree));
    return whole === undefined ? ok(all) : err(wholeTreeFault(whole));
  } catch (error) {
    // A program that a key was delivered by may have removed it.
    return err(`the working directory cannot be looked at: ${systemReason(error)}`);
  }
}

function wholeTreeFault(tree: string): string {
  return `${tree} counts as the working tree with all that lies in it: cometkeys was started there, or a file that it reads, --sink-dir or a .git is there; run cometkeys in the folder of the repository, with its files below that`;
}

/** The tree in which one of these places lies. */
export function treeAround(
  places: readonly string[],
  trees: readonly string[],
): string | undefined {
  return trees.find((tree) => places.some((place) => isWithin(tree, place)));
}
