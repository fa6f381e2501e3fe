import { open, rename, type FileHandle } from "node:fs/promises";
import { err, ok, type Result } from "../model/result.ts";
import { placeOf, type Place, type Target } from "./file-place.ts";
import { lockIn } from "./folder-lock.ts";
import { sentenceOf } from "./refusal.ts";
import { temporaryIn, type Temporary } from "./temporary-folder.ts";
import { systemReason } from "./ways.ts";

/**
 * Puts new bytes in the place of a file, whole or not at all, for its owner's eyes only. Who has changed
 * the folder or the file since `place` was found keeps the change: `changed`, and nothing is written.
 */
export async function replaceFile(
  target: Target,
  place: Place,
  bytes: Uint8Array,
): Promise<Result<"written" | "changed", string>> {
  let temporary: Temporary | undefined;
  let handle: FileHandle | undefined;
  let unlock: (() => Promise<void>) | undefined;
  try {
    temporary = await temporaryIn(place.folder);
    handle = await open(temporary.file, "wx", 0o600);
    // The umask may have taken away even the owner's rights.
    await handle.chmod(0o600);
    const moved = await changeOf(target, place);
    if (moved !== undefined) return moved;
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    handle = undefined;
    unlock = await lockIn(place.folder, temporary.madeAt);
    if (unlock === undefined) return ok("changed");
    const changed = await changeOf(target, place);
    if (changed !== undefined) return changed;
    await rename(temporary.file, place.file);
    await unlock();
    unlock = undefined;
    await syncFolder(place.folder);
    return ok("written");
  } catch (error) {
    return err(`${target.shown} was not written: ${systemReason(error)}`);
  } finally {
    await unlock?.();
    await handle?.close().catch(() => {});
    await temporary?.remove();
  }
}

async function changeOf(
  target: Target,
  { state }: Place,
): Promise<Result<"changed", string> | undefined> {
  const now = await placeOf(target);
  if (!now.ok) return err(sentenceOf(now.error));
  return now.value.state === state ? undefined : ok("changed");
}

/** So that the new name outlives a power cut; not every system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}
