import { lstat, mkdir, opendir, rmdir } from "node:fs/promises";
import { join } from "node:path";

const NAME = ".cometkeys-lock";

/** Far longer than it is held, and shorter than the settle time a run waits before it delivers, ms. */
const STALE_AFTER_MS = 3_000;

/**
 * Keeps other runs from replacing a file of the folder, between the last look at it and the renaming;
 * `undefined` while another run does. An empty folder is nothing to git. `now` is the time of that disk.
 */
export async function lockIn(
  folder: string,
  now: number,
): Promise<(() => Promise<void>) | undefined> {
  const lock = join(folder, NAME);
  const isTaken = await mkdir(lock, { mode: 0o700 }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    },
  );
  if (isTaken) return () => rmdir(lock).catch(() => {});
  // Whoever was killed just then left it; the next try takes it.
  const stats = await lstat(lock).catch(() => undefined);
  if (stats !== undefined && now - stats.mtimeMs > STALE_AFTER_MS)
    await rmdir(lock).catch(() => {});
  return undefined;
}

/** Whether a path leads to the lock of a folder, or into it: what is written there would keep it locked. */
export function namesLock(path: string): boolean {
  // On some systems letter case does not tell files apart.
  return path.split("/").some((part) => part.toLowerCase() === NAME);
}

/**
 * What stands where the lock of a folder belongs and is none: a file, a link, or a folder with something
 * in it, which no try would remove. git can hold each of them.
 */
export async function lockBlockedBy(folder: string): Promise<string | undefined> {
  const lock = join(folder, NAME);
  const stats = await lstat(lock).catch(() => undefined);
  if (stats === undefined) return undefined;
  // Where another user holds it just now, nobody else can look into it.
  const isEmpty = stats.isDirectory() && (await holdsNothing(lock).catch(() => true));
  return isEmpty ? undefined : lock;
}

/** Asked for each file of a folder, and one entry of thousands tells. */
async function holdsNothing(folder: string): Promise<boolean> {
  const entries = await opendir(folder);
  try {
    return (await entries.read()) === null;
  } finally {
    await entries.close();
  }
}
