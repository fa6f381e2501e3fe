import { lstat, mkdir, readdir, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A place beside a file for what is to replace it. */
export interface Temporary {
  readonly file: string;
  /** When it was made, by the clock of the disk, ms. */
  readonly madeAt: number;
  /** Removes what is left of it. */
  readonly remove: () => Promise<void>;
}

const IGNORE = ".gitignore";
const FILE = "new";
const NAME = /^\.cometkeys-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Far longer than a file of 1 MB takes to be written, ms. */
const STALE_AFTER_MS = 60_000;

/**
 * A folder of its own, for its owner's eyes only, that git ignores whatever a `.gitignore` around it
 * says: what a run leaves that is killed here is not published by `git add`.
 */
export async function temporaryIn(folder: string): Promise<Temporary> {
  // Under a name nobody knows before: something that stood there would be opened instead.
  const own = join(folder, `.cometkeys-${crypto.randomUUID()}`);
  await mkdir(own, { mode: 0o700 });
  try {
    const madeAt = (await lstat(own)).mtimeMs;
    await writeFile(join(own, IGNORE), "*\n", { flag: "wx", mode: 0o600 });
    return { file: join(own, FILE), madeAt, remove: () => removeTemporary(own) };
  } catch (error) {
    await removeTemporary(own);
    throw error;
  }
}

/** Removes what runs left that were killed; that of another run which writes at `now` is younger. */
export async function removeStale(folder: string, now: number): Promise<void> {
  const uid = process.geteuid?.();
  for (const name of await readdir(folder)) {
    if (!NAME.test(name)) continue;
    const stats = await lstat(join(folder, name)).catch(() => undefined);
    const isOwn = uid === undefined || stats?.uid === uid;
    const isStale = stats !== undefined && now - stats.mtimeMs > STALE_AFTER_MS;
    if (isOwn && isStale && stats.isDirectory()) await removeTemporary(join(folder, name));
  }
}

/** Only what is made here: with anything else in it, the folder stays. */
async function removeTemporary(own: string): Promise<void> {
  await unlink(join(own, FILE)).catch(() => {});
  const others = (await readdir(own).catch(() => [])).filter((name) => name !== IGNORE);
  if (others.length > 0) return;
  await unlink(join(own, IGNORE)).catch(() => {});
  await rmdir(own).catch(() => {});
}
