import { constants, lstat, open, realpath, type FileHandle } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { wayOf } from "../deliver/ways.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Why a file was not read: by the system's word, or for what it is. */
export type ReadFault =
  | { readonly kind: "system"; readonly code: string }
  | { readonly kind: "too-large" }
  /** A device or a socket that was not named as this process's own input. */
  | { readonly kind: "no-file" }
  /** A link that leads out of the tree it stands in. */
  | { readonly kind: "outside"; readonly tree: string };

/** What a program is handed by its shell: `-f /dev/stdin`, `-f <(…)`. */
export const OWN_INPUT = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/** How often a pipe without data is asked again, ms. */
const POLL_MS = 10;

/**
 * Reads a file whole, up to a limit of bytes. A pipe that nobody writes to never blocks a thread, so
 * that a signal or the deadline can end the process all the same. With `sameTree`, a link is followed
 * only inside the tree it stands in: what a pull request adds must not show other files of the runner.
 */
export async function readFileWhole(
  path: string,
  limit: number,
  { sameTree }: { readonly sameTree: boolean },
): Promise<Result<Uint8Array, ReadFault>> {
  try {
    const isOwnInput = OWN_INPUT.test(path);
    const tree = sameTree && !isOwnInput ? await treeLeftBy(path) : undefined;
    if (tree !== undefined) return err({ kind: "outside", tree });
    // Opening a pipe waits for its writer unless told otherwise.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) return err({ kind: "system", code: "EISDIR" });
      if (!stats.isFile() && !stats.isFIFO() && !isOwnInput) return err({ kind: "no-file" });
      const isPipe = stats.isFIFO() && !isOwnInput;
      const bytes = stats.size > limit ? undefined : await readChunks(handle, limit, isPipe);
      return bytes === undefined ? err({ kind: "too-large" }) : ok(bytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return err(faultOf(error));
  }
}

/** GitHub's event has some hundred kilobytes. */
const MAX_EVENT_BYTES = 10_000_000;

/** The text of a file that the runner names; rejects where it cannot be read. */
export async function readRunnersFile(path: string): Promise<string> {
  const bytes = await readFileWhole(path, MAX_EVENT_BYTES, { sameTree: false });
  if (!bytes.ok) throw new Error(bytes.error.kind);
  return new TextDecoder().decode(bytes.value);
}

/** What the system said; anything else is our bug. */
export function faultOf(error: unknown): ReadFault {
  if (!(error instanceof Error && "code" in error)) throw error;
  return { kind: "system", code: String(error.code) };
}

/**
 * The bytes, or `undefined` once there are too many; a pipe has no size to ask for. One that nobody has
 * opened for writing yet looks as if it had ended, so it is waited for.
 */
async function readChunks(
  handle: FileHandle,
  limit: number,
  isPipe: boolean,
): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const read = await handle.read({ buffer: Buffer.alloc(65_536) }).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
      throw error;
    });
    if (read?.bytesRead === 0 && !(isPipe && total === 0)) return Buffer.concat(chunks);
    if (read === undefined || read.bytesRead === 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      continue;
    }
    total += read.bytesRead;
    if (total > limit) return undefined;
    chunks.push(read.buffer.subarray(0, read.bytesRead));
  }
}

/** A path without links; rejects as the system does, and where too many folders and links are on the way. */
export async function realPathOf(path: string): Promise<string> {
  await wayOf(path);
  return realpath(path);
}

/**
 * The tree a path stands in, where a link on it leads out of that tree. What git keeps for itself
 * counts as outside: it may hold credentials.
 */
export async function treeLeftBy(path: string): Promise<string | undefined> {
  const real = await realPathOf(path);
  const tree = await treeOf(dirname(resolve(path)));
  const way = relative(await realpath(tree), real);
  const isGits = way.split(sep).includes(".git") && relative(tree, resolve(path)) !== way;
  return isInside(way) && !isGits ? undefined : tree;
}

/**
 * The same for a file that is to be made below this folder: the first folder on its way that leads out of
 * the tree. What is not there yet leads nowhere.
 */
export async function folderLeaving(path: string): Promise<string | undefined> {
  const parts = relative(".", dirname(resolve(path))).split(sep);
  for (const [index, part] of parts.entries()) {
    if (part === "") continue;
    const folder = join(...parts.slice(0, index + 1));
    const isOutside = await leadsElsewhere(folder).catch(() => false);
    if (isOutside) return folder;
  }
  return undefined;
}

/** Another repository may lie within the tree; it is outside all the same. */
async function leadsElsewhere(folder: string): Promise<boolean> {
  if ((await treeLeftBy(folder)) !== undefined) return true;
  const real = await realpath(folder);
  if (real === join(await realpath("."), folder)) return false;
  return (await treeOf(real)) !== (await realTreeOf(folder));
}

/** The tree of a folder, without links. */
export async function realTreeOf(folder: string): Promise<string> {
  return realpath(await treeOf(resolve(folder)));
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
      const leads = tree !== undefined && !(await isWithin(folder, tree));
      if (tree === undefined || leads) tree = folder;
    }
    if (folder === dirname(folder)) return tree ?? own;
  }
}

async function isWithin(folder: string, inner: string): Promise<boolean> {
  return isInside(relative(await realpath(folder), await realpath(inner)));
}

/** Of the way from a folder, as `relative` gives it. */
export function isInside(way: string): boolean {
  return way !== ".." && !way.startsWith(`..${sep}`);
}
