import { constants, open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileSink } from "../model/sink.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { setInDotenv } from "./dotenv.ts";
import { MOST_BYTES, placeOf, type Place, type Target } from "./file-place.ts";
import { lockBlockedBy, namesLock } from "./folder-lock.ts";
import { gitRefusal } from "./git-ignored.ts";
import { setInJson } from "./json-member.ts";
import { sentenceOf, type Refusal } from "./refusal.ts";
import { replaceFile } from "./replace-file.ts";
import type { ProgramOptions } from "./run-program.ts";
import { systemReason } from "./ways.ts";

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

/** Whether variables can be set in a file: where it is, and that what it holds can be kept. */
export async function checkFile(
  file: VariableFile,
  variables: readonly string[],
  options: FileOptions,
  signal?: AbortSignal,
): Promise<Refusal | undefined> {
  const place = await placeOf(file);
  if (!place.ok) return place.error;
  const taken = await takenRefusal(place.value, file.shown, options);
  if (taken !== undefined) return taken;
  const locked = await lockRefusal(file, place.value);
  if (locked !== undefined) return locked;
  const refusal = await askOnce(place.value, file.shown, options, signal);
  if (refusal !== undefined) return refusal;
  const values = variables.map((variable) => ({ variable, value: "sk-" }));
  const edited = await editedBytes(file, place.value, values, signal);
  if (edited.ok) return undefined;
  return { message: `${file.shown}: ${edited.error}`, fix: "mend the file, or name another one" };
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
  const place = await placeOf(file);
  if (!place.ok) return err(sentenceOf(place.error));
  const taken = await takenRefusal(place.value, file.shown, options);
  if (taken !== undefined) return err(sentenceOf(taken));
  const refusal = await askOnce(place.value, file.shown, options, signal);
  if (refusal !== undefined) return err(sentenceOf(refusal));
  const values = entries.map(({ variable, key }) => ({ variable, value: key.reveal() }));
  const edited = await editedBytes(file, place.value, values, signal);
  if (!edited.ok) return err(`${file.shown} was not written: ${edited.error}`);
  if (signal?.aborted) return err(`${file.shown} was not written, because the run ends`);
  return replaceFile(file, place.value, edited.value);
}

async function takenRefusal(
  { file }: Place,
  shown: string,
  { notThese = [] }: FileOptions,
): Promise<Refusal | undefined> {
  for (const path of notThese) {
    // One that is not there yet may be in a folder that a link leads to.
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    const real = await realpath(path).catch(() => join(folder, basename(path)));
    // On some systems letter case does not tell files apart.
    if (real.toLowerCase() !== file.toLowerCase()) continue;
    const message = `${shown}: this run reads that file, or delivers to it otherwise`;
    return { message, fix: "name another file" };
  }
  return undefined;
}

async function lockRefusal(
  { path, shown }: Target,
  { folder }: Place,
): Promise<Refusal | undefined> {
  if (namesLock(path)) {
    const message = `${shown}: a run makes an empty folder of that name while it writes`;
    return { message, fix: "name another file" };
  }
  const lock = await lockBlockedBy(folder);
  if (lock === undefined) return undefined;
  const message = `${shown}: ${lock} is no empty folder, which a run makes there while it writes`;
  return { message, fix: "remove it, and untrack it where git tracks it" };
}

function askOnce(
  place: Place,
  shown: string,
  options: FileOptions,
  signal: AbortSignal | undefined,
): Promise<Refusal | undefined> {
  const { asked = new Map<string, Promise<Refusal | undefined>>() } = options;
  // In the place of a folder another one may stand by now.
  const name = `${place.folderId}:${place.file}`;
  const known = asked.get(name) ?? gitRefusal(place, shown, options, signal);
  asked.set(name, known);
  return known;
}

interface Value {
  readonly variable: string;
  readonly value: string;
}

async function editedBytes(
  { format }: VariableFile,
  place: Place,
  values: readonly Value[],
  signal: AbortSignal | undefined,
): Promise<Result<Uint8Array, string>> {
  const bytes = await readPlace(place);
  if (!bytes.ok) return bytes;
  const before = format === "json" ? utf8Of(bytes.value) : latin1Of(bytes.value);
  if (!before.ok) return before;
  let text = before.value;
  for (const { variable, value } of values) {
    // Each is a pass over the whole text; signals and timers have their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) return err("it was stopped, because the run ends");
    const edited =
      format === "json" ? setInJson(text, variable, value) : setInDotenv(text, variable, value);
    if (!edited.ok) return edited;
    text = edited.value;
  }
  return ok(Buffer.from(text, format === "json" ? "utf8" : "latin1"));
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
