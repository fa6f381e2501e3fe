import pLimit from "p-limit";
import { err, type Result } from "../model/result.ts";
import { LONGEST_KEY } from "../model/text.ts";
import type { Place } from "./file-place.ts";
import {
  askGit,
  editedBytes,
  freePlace,
  type FileOptions,
  type VariableFile,
} from "./file-sink.ts";
import { lockBlockedBy, namesLock } from "./folder-lock.ts";
import { ENDS, type Refusal } from "./refusal.ts";
import { removeStale, temporaryIn } from "./temporary-folder.ts";
import { systemReason } from "./ways.ts";

/** A file, and what is to be set in it. */
export interface Look {
  readonly file: VariableFile;
  readonly variables: readonly string[];
}

/** As many files are looked at side by side. */
const CHECKED_AT_ONCE = 4;

/**
 * Whether variables can be set in files: where each is, and that what it holds can be kept. The answers
 * are in the order of the files; git is asked of all of a work tree at once.
 */
export async function checkFiles(
  looks: readonly Look[],
  options: FileOptions,
  signal?: AbortSignal,
): Promise<readonly (Refusal | undefined)[]> {
  const limit = pLimit(CHECKED_AT_ONCE);
  const tried = new Map<string, Promise<string | undefined>>();
  const places = await Promise.all(
    looks.map(({ file }) =>
      limit(() => (signal?.aborted ? err(ENDS) : writable(file, options, tried))),
    ),
  );
  const found = looks.flatMap((look, at) => {
    const place = places[at];
    return place?.ok ? [{ ...look, place: place.value, shown: look.file.shown }] : [];
  });
  const said = await askGit(found, options, signal);
  const left = await Promise.all(
    found.map(({ file, variables, place }, at) =>
      limit(() => said[at] ?? contentRefusal({ file, variables }, place, signal)),
    ),
  );
  const refusals = new Map(found.map(({ file }, at) => [file, left[at]]));
  return looks.map(({ file }, at) => {
    const place = places[at];
    return place?.ok === false ? place.error : refusals.get(file);
  });
}

async function writable(
  file: VariableFile,
  options: FileOptions,
  tried: Map<string, Promise<string | undefined>>,
): Promise<Result<Place, Refusal>> {
  const place = await unlocked(file, options);
  if (!place.ok) return place;
  const { folder, folderId } = place.value;
  const known = tried.get(folderId) ?? whyNothingIn(folder);
  tried.set(folderId, known);
  const reason = await known;
  if (reason === undefined) return place;
  const message = `${file.shown}: no file can be made in ${folder}: ${reason}`;
  return err({ message, fix: "make room there, or name another folder" });
}

/** Rights alone do not tell: in /proc nothing can be made, nor where a disk is full. */
async function whyNothingIn(folder: string): Promise<string | undefined> {
  try {
    const temporary = await temporaryIn(folder);
    // Once for each folder of a run: a repository can hold many that look like one.
    await removeStale(folder, temporary.madeAt).catch(() => {});
    await temporary.remove();
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}

async function unlocked(file: VariableFile, options: FileOptions): Promise<Result<Place, Refusal>> {
  const { path, shown } = file;
  const place = await freePlace(file, options);
  if (!place.ok) return place;
  if (namesLock(path)) {
    const message = `${shown}: a run makes an empty folder of that name while it writes`;
    return err({ message, fix: "name another file" });
  }
  const lock = await lockBlockedBy(place.value.folder);
  if (lock === undefined) return place;
  const message = `${shown}: ${lock} is no empty folder, which a run makes there while it writes`;
  return err({ message, fix: "remove it, and untrack it where git tracks it" });
}

/** No value of a key is longer. */
const LONGEST_VALUE = `sk-${"x".repeat(LONGEST_KEY)}`;

async function contentRefusal(
  { file, variables }: Look,
  place: Place,
  signal: AbortSignal | undefined,
): Promise<Refusal | undefined> {
  const values = new Map(variables.map((variable) => [variable, LONGEST_VALUE]));
  const edited = await editedBytes(file, place, values, signal);
  if (edited.ok) return undefined;
  return { message: `${file.shown}: ${edited.error}`, fix: "mend the file, or name another one" };
}
