import { constants, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileSink } from "../model/sink.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { setInDotenv } from "./dotenv.ts";
import { MOST_BYTES, placeOf, type Place, type Target } from "./file-place.ts";
import { gitRefusals, type AskedFile } from "./git-ignored.ts";
import { setInJson } from "./json-member.ts";
import { sentenceOf, type Refusal } from "./refusal.ts";
import { replaceFile } from "./replace-file.ts";
import type { ProgramOptions } from "./run-program.ts";
import { realPath, systemReason } from "./ways.ts";

/** A file of variables, and how they stand in it. */
export interface VariableFile extends Target {
  readonly format: FileSink["format"];
}

export interface Entry {
  readonly variable: string;
  readonly key: Secret;
}

export interface FileOptions extends ProgramOptions {
  /** Files that are no place for a key, whatever allows them: what this run reads. Absolute. */
  readonly notThese?: readonly string[];
  /** What git said of a file, so that it is asked once in a run. */
  readonly asked?: Map<string, Promise<Refusal | undefined>>;
}

/** Another run may write to the same file: as often the file is read anew. */
const TRIES = 10;
const WAIT_MS = 50;

/** Sets variables in a file, all of them or none. */
export async function writeVariables(
  file: VariableFile,
  entries: readonly Entry[],
  options: FileOptions,
  signal?: AbortSignal,
): Promise<Result<undefined, string>> {
  // Of one run, one file of a folder at a time: the lock that keeps other runs away is the folder's.
  return inTurn(dirname(join(file.root, file.path)), async () => {
    for (let tried = 1; tried <= TRIES; tried += 1) {
      const written = await tryToWrite(file, entries, options, signal);
      if (!written.ok) return written;
      if (written.value === "written") return ok(undefined);
      // Two that wait equally long would meet again.
      if (tried < TRIES) await delay(WAIT_MS * tried * (1 + Math.random()));
    }
    return err(`${file.shown} was not written: somebody else changed it meanwhile; try again`);
  });
}

const inTurn = turns();

/** Does what belongs to one folder one after the other. */
function turns(): <T>(folder: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (folder, work) => {
    // On some systems letter case does not tell folders apart; a turn too many does no harm.
    const name = folder.toLowerCase();
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, turn);
    return turn;
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

async function tryToWrite(
  file: VariableFile,
  entries: readonly Entry[],
  options: FileOptions,
  signal: AbortSignal | undefined,
): Promise<Result<"written" | "changed", string>> {
  const place = await freePlace(file, options);
  if (!place.ok) return err(sentenceOf(place.error));
  const [refusal] = await askGit([{ place: place.value, shown: file.shown }], options, signal);
  if (refusal !== undefined) return err(sentenceOf(refusal));
  const values = new Map(entries.map(({ variable, key }) => [variable, key.reveal()]));
  const edited = await editedBytes(file, place.value, values, signal);
  if (!edited.ok) return err(`${file.shown} was not written: ${edited.error}`);
  if (signal?.aborted) return err(`${file.shown} was not written, because the run ends`);
  return replaceFile(file, place.value, edited.value);
}

/** Finds where a file is, and refuses one that the run has another use for. */
export async function freePlace(
  file: VariableFile,
  { notThese = [] }: FileOptions,
): Promise<Result<Place, Refusal>> {
  const place = await placeOf(file);
  if (!place.ok) return place;
  const names = namesOf.get(notThese) ?? realNames(notThese);
  namesOf.set(notThese, names);
  if (!(await names).has(place.value.file.toLowerCase())) return place;
  const message = `${file.shown}: this run reads or writes that file otherwise`;
  return err({ message, fix: "name another file" });
}

/** Found once for each list: it is as long as all that a run reads, and asked for each file. */
const namesOf = new WeakMap<readonly string[], Promise<ReadonlySet<string>>>();

async function realNames(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of new Set(paths)) {
    // One that is not there yet may be in a folder that a link leads to.
    const folder = await realPath(dirname(path)).catch(() => dirname(path));
    const real = await realPath(path).catch(() => join(folder, basename(path)));
    // On some systems letter case does not tell files apart.
    names.add(real.toLowerCase());
  }
  return names;
}

/** What git says of files: asked for all together that are not known yet. */
export function askGit(
  files: readonly AskedFile[],
  options: FileOptions,
  signal: AbortSignal | undefined,
): Promise<readonly (Refusal | undefined)[]> {
  const { asked = new Map<string, Promise<Refusal | undefined>>() } = options;
  const open = files.filter(({ place }) => !asked.has(nameOf(place)));
  const answers = gitRefusals(open, options, signal);
  for (const [at, { place }] of open.entries()) {
    asked.set(
      nameOf(place),
      answers.then((all) => all[at]),
    );
  }
  return Promise.all(files.map(async ({ place }) => asked.get(nameOf(place))));
}

/** In the place of a folder another one may stand by now. */
function nameOf({ folderId, file }: Place): string {
  return `${folderId}:${file}`;
}

/** What the file holds, with these variables set in it; one pass, however many they are. */
export async function editedBytes(
  { format }: VariableFile,
  place: Place,
  values: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<Result<Uint8Array, string>> {
  const bytes = await readPlace(place);
  if (!bytes.ok) return bytes;
  if (signal?.aborted) return err("it was stopped, because the run ends");
  const text = format === "json" ? utf8Of(bytes.value) : latin1Of(bytes.value);
  if (!text.ok) return text;
  const edited =
    format === "json" ? setInJson(text.value, values) : setInDotenv(text.value, values);
  if (!edited.ok) return edited;
  const next = Buffer.from(edited.value, format === "json" ? "utf8" : "latin1");
  // It could not be read again, for the next key or by the next run.
  return next.length > MOST_BYTES ? err("it would become larger than 1 MB") : ok(next);
}

function utf8Of(bytes: Uint8Array): Result<string, string> {
  try {
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err("it is no text in UTF-8");
  }
}

/** One byte a character: whatever other lines hold comes out again as it was. */
function latin1Of(bytes: Uint8Array): Result<string, string> {
  return bytes.includes(0)
    ? err("it holds bytes that are no text")
    : ok(Buffer.from(bytes).toString("latin1"));
}

async function readPlace({ file, isThere }: Place): Promise<Result<Uint8Array, string>> {
  if (!isThere) return ok(new Uint8Array());
  try {
    // What has become a link or a pipe since is neither followed nor waited for.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(file, flags);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return err("it is no regular file");
      if (stats.size > MOST_BYTES) return err("it is larger than 1 MB");
      return ok(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    return err(systemReason(error));
  }
}
