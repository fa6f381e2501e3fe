import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodeSource, fileTooLarge, MAX_FILE_BYTES } from "../config/decode.ts";
import { loadDesired } from "../config/load-desired.ts";
import type { SourceText } from "../config/decode.ts";
import { problem, type Diagnostic, type SourceSpan } from "../model/diagnostic.ts";
import type { Desired } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import { readAccess, type Access } from "./access.ts";
import type { Io } from "./io.ts";
import { checkOnly, readPlanOptions, type PlanFlags, type PlanOptions } from "./options.ts";
import { faultOf, readFileWhole, treeLeftBy, type ReadFault } from "./read-file.ts";

export const DEFAULT_FILES: readonly string[] = ["keys.yaml"];

/** Everything a plan is made from, but the server's answer. */
export interface Inputs {
  readonly shape: PlanOptions;
  readonly access: Access;
  readonly desired: Desired;
  /** The files and folders as given with `-f`. */
  readonly paths: readonly string[];
}

interface ReadInputs {
  /** Only when no error stands in the way. */
  readonly inputs?: Inputs;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads flags, environment and files, and reports all of their problems together. */
export async function readInputs(flags: PlanFlags, io: Io): Promise<ReadInputs> {
  const shape = readPlanOptions(flags);
  const access = await readAccess(flags, io);
  const paths = flags.file ?? DEFAULT_FILES;
  const files = await loadFiles(paths, access.ok ? access.value.userId : undefined);
  const { desired } = files;
  const places = [...paths, ...(desired?.files ?? [])];
  if (access.ok) places.push(access.value.settings.baseUrl.url);
  for (const text of places) io.redactor.keep(text);
  for (const { name, fields } of desired?.keys ?? []) {
    for (const text of [name, fields.group ?? "", ...(fields.model_limits ?? [])]) {
      io.redactor.keep(text);
    }
  }
  const only = shape.ok && desired !== undefined ? checkOnly(shape.value, desired) : undefined;
  // Whoever has no file yet needs no token either.
  if (files.diagnostics.includes(NOTHING_YET)) return { diagnostics: [NOTHING_YET] };
  const diagnostics = [
    ...(shape.ok ? [] : [shape.error]),
    ...(access.ok ? [] : access.error),
    ...files.diagnostics,
    ...(only?.ok === false ? [only.error] : []),
  ];
  if (!shape.ok || !access.ok || desired === undefined || only?.ok === false) {
    return { diagnostics };
  }
  return { inputs: { shape: shape.value, access: access.value, desired, paths }, diagnostics };
}

export interface LoadedFiles {
  /** Only when there is no error. */
  readonly desired?: Desired;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks the files; every problem in all of them is reported in one run. */
export async function loadFiles(
  paths: readonly string[] = DEFAULT_FILES,
  userId?: number,
): Promise<LoadedFiles> {
  const { sources, diagnostics: unread } = await readSources(paths);
  const { desired, diagnostics: found } = loadDesired(sources);
  const diagnostics = [...unread, ...found];
  if (desired === undefined || unread.length > 0) return { diagnostics };
  const pin = desired.account;
  if (pin !== undefined && userId !== undefined && pin.userId !== userId) {
    const message = `COMETAPI_USER_ID is ${userId}, but the file is for account ${pin.userId} (account.user_id)`;
    const fix = "correct the one that is wrong";
    return { diagnostics: [...diagnostics, problem("account-disagrees", message, fix, pin.at)] };
  }
  return { desired, diagnostics };
}

interface ReadSources {
  readonly sources: readonly SourceText[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the files and folders given with `-f`. A folder means its visible `*.yaml` and `*.yml`, not
 * deeper, by name; a file named twice is read once. Any diagnostic here ends the run: a missing
 * file must not look like keys that are no longer wanted. The sources that could be read are there
 * so that their own problems can be told in the same run.
 */
export async function readSources(paths: readonly string[]): Promise<ReadSources> {
  const sources: SourceText[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const files = await filesOf(path, paths);
    if (!files.ok) diagnostics.push(files.error);
    for (const file of files.ok ? files.value : []) {
      const source = await readOnce(file, seen);
      if (!source) continue;
      if (source.ok) sources.push(source.value);
      else diagnostics.push(source.error);
    }
  }
  return { sources, diagnostics };
}

async function filesOf(
  path: string,
  paths: readonly string[],
): Promise<Result<readonly string[], Diagnostic>> {
  try {
    if (!(await stat(path)).isDirectory()) return ok([path]);
    const tree = await treeLeftBy(path);
    if (tree !== undefined) return err(unreadable(path, { kind: "outside", tree }));
    const names = (await readdir(path)).filter((name) => /^[^.].*\.ya?ml$/s.test(name)).toSorted();
    const files: string[] = [];
    for (const name of names) {
      const file = join(path, name);
      if (!(await isFolder(file))) files.push(file);
    }
    return files.length > 0 ? ok(files) : err(emptyFolder(path));
  } catch (error) {
    const fault = faultOf(error);
    const isMissing = fault.kind === "system" && fault.code === "ENOENT";
    return err(isMissing && paths === DEFAULT_FILES ? NOTHING_YET : unreadable(path, fault));
  }
}

const NOTHING_YET = problem(
  "file-unreadable",
  "there is no keys.yaml in this folder",
  "write one with `cometkeys init` (or `init --from-live`, of the keys you have), or name a file with -f",
);

/** A link that leads nowhere is no folder: reading it says what is wrong. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function readOnce(
  file: string,
  seen: Set<string>,
): Promise<Result<SourceText, Diagnostic> | undefined> {
  try {
    // A pipe (`/dev/stdin`, `<(…)`) has no path of its own; what is not there, opening will tell.
    const real = await realpath(file).catch(() => file);
    if (seen.has(real)) return undefined;
    seen.add(real);
    const bytes = await readFileWhole(file, MAX_FILE_BYTES, { sameTree: true });
    return bytes.ok ? decodeSource(file, bytes.value) : err(unreadable(file, bytes.error));
  } catch (error) {
    return err(unreadable(file, faultOf(error)));
  }
}

const REASONS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: ["there is no such file or folder", "check the path, or name the file with -f"],
  EACCES: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EPERM: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EISDIR: ["this is a folder", "name a file, or the folder itself with -f"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  ELOOP: ["the link leads back to itself", "point it to a file"],
  ENAMETOOLONG: ["the path is too long", "check the path"],
};

function unreadable(file: string, fault: ReadFault): Diagnostic {
  if (fault.kind === "too-large") return fileTooLarge(file);
  const [message, fix] = reasonOf(fault);
  return problem("file-unreadable", message, fix, startOf(file));
}

function reasonOf(fault: Exclude<ReadFault, { kind: "too-large" }>): readonly [string, string] {
  switch (fault.kind) {
    case "system": {
      const unknown = [`the file cannot be read (${fault.code})`, "check the path"] as const;
      return REASONS[fault.code] ?? unknown;
    }
    case "no-file":
      return ["this is a device or a socket, not a file", "name a file or a pipe"];
    case "outside":
      return [
        `a link on this path leads out of ${fault.tree}`,
        "put the file itself there, or name the file that is meant",
      ];
  }
}

function emptyFolder(path: string): Diagnostic {
  const message = "the folder has no *.yaml or *.yml file";
  const fix = "name the folder that holds the files of keys";
  return problem("file-empty-folder", message, fix, startOf(path));
}

function startOf(file: string): SourceSpan {
  return { file, line: 1, column: 1 };
}
