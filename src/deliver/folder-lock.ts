import { lstat, mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

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
  const lock = join(folder, ".cometkeys-lock");
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
