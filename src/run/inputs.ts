import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SourceText } from "../config/decode.ts";
import { asText } from "../deliver/ways.ts";
import {
  firstProblems,
  loadDesired,
  MAX_PROBLEMS,
  type DeclaredKey,
} from "../config/load-desired.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Desired } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import { destinationOf } from "../model/sink.ts";
import { readAccess, type Access } from "./access.ts";
import { readAllowedSinks, type CheckSinks } from "./delivery.ts";
import type { Io } from "./io.ts";
import { checkOnly, readPlanOptions, type PlanFlags, type PlanOptions } from "./options.ts";
import { readPolicies, type CheckPolicies } from "./policies.ts";
import { checkScopes } from "./prune-options.ts";
import type { Paths } from "./paths.ts";
import { faultOf } from "./read-file.ts";
import { keepMessages } from "./report.ts";
import { noneSeen, readOnce, startOf, unreadable } from "./read-source.ts";

export const DEFAULT_FILES: readonly string[] = ["keys.yaml"];

/** Everything a plan is made from, but the server's answer. */
export interface Inputs {
  readonly shape: PlanOptions;
  readonly access: Access;
  readonly desired: Desired;
  readonly checkPolicies: CheckPolicies;
  readonly checkSinks: CheckSinks;
  /** The files and folders as given with `-f`. */
  readonly paths: readonly string[];
  /** The files as given with `--policy`. */
  readonly policies: readonly string[];
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
  const checkSinks = readAllowedSinks(flags, io.env);
  const paths = flags.file ?? DEFAULT_FILES;
  const policies = flags.policy ?? [];
  const files = await loadFiles(paths, access.ok ? access.value.userId : undefined);
  const { desired, declared } = files;
  const { checkPolicies, diagnostics: unfit } = await readPolicies(
    policies,
    declared,
    io,
    MAX_PROBLEMS - files.diagnostics.length,
  );
  keepMessages([...files.diagnostics, ...unfit], io);
  const scopes = desired?.scopes.map(({ glob }) => glob) ?? [];
  const patterns = [...(flags.only ?? []), ...(flags.protect ?? []), ...(desired?.protect ?? [])];
  for (const texts of [paths, desired?.files ?? [], policies, scopes, patterns]) {
    for (const text of texts) io.redactor.keep(text);
  }
  for (const { name, renamedFrom = "", fields, deliver = [] } of desired?.keys ?? []) {
    for (const { sink } of deliver) io.redactor.keepMessage(destinationOf(sink));
    for (const text of [name, renamedFrom, fields.group ?? "", ...(fields.model_limits ?? [])]) {
      io.redactor.keep(text);
    }
  }
  const idle =
    shape.ok && desired !== undefined
      ? [checkOnly(shape.value, desired), checkScopes(shape.value, desired)]
      : [];
  const flagProblems = idle.flatMap((checked) => (checked.ok ? [] : [checked.error]));
  // Whoever has no file yet needs no token either.
  if (files.diagnostics.includes(NOTHING_YET)) return { diagnostics: [NOTHING_YET] };
  const diagnostics = [
    ...(shape.ok ? [] : [shape.error]),
    ...(access.ok ? [] : access.error),
    ...(checkSinks.ok ? [] : checkSinks.error),
    ...files.diagnostics,
    ...unfit,
    ...flagProblems,
  ];
  const isUnfit = unfit.length > 0 || flagProblems.length > 0;
  if (!shape.ok || !access.ok || !checkSinks.ok) return { diagnostics };
  if (desired === undefined || isUnfit) return { diagnostics };
  const read = { desired, checkPolicies, checkSinks: checkSinks.value, paths, policies };
  return { inputs: { shape: shape.value, access: access.value, ...read }, diagnostics };
}

export interface LoadedFiles {
  /** Only when there is no error. */
  readonly desired?: Desired;
  readonly declared: readonly DeclaredKey[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks the files; every problem in all of them is reported in one run. */
export async function loadFiles(
  paths: readonly string[] = DEFAULT_FILES,
  userId?: number,
): Promise<LoadedFiles> {
  const { sources, diagnostics: unread } = await readSources(paths);
  const {
    desired,
    declared,
    diagnostics: found,
  } = loadDesired(sources, MAX_PROBLEMS - unread.length);
  const diagnostics = [...firstProblems(unread), ...found];
  if (desired === undefined || unread.length > 0) return { declared: [], diagnostics };
  const pin = desired.account;
  if (pin !== undefined && userId !== undefined && pin.userId !== userId) {
    const message = `COMETAPI_USER_ID is ${userId}, but the file is for account ${pin.userId} (account.user_id)`;
    const fix = "correct the one that is wrong";
    const disagrees = problem("account-disagrees", message, fix, pin.at);
    return { declared: [], diagnostics: [...diagnostics, disagrees] };
  }
  return { desired, declared, diagnostics };
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
  const seen = noneSeen();
  let characters = 0;
  let number = 0;
  for (const path of new Set(paths)) {
    if (diagnostics.length >= MOST_UNREAD)
      return { sources, diagnostics: [...diagnostics, enough(path)] };
    const files = await filesOf(path, paths, seen.paths);
    if (!files.ok) diagnostics.push(files.error);
    for (const file of files.ok ? files.value : []) {
      number += 1;
      if (diagnostics.length >= MOST_UNREAD)
        return { sources, diagnostics: [...diagnostics, enough(file)] };
      if (number > MAX_FILES) return { sources, diagnostics: [...diagnostics, tooMany(file)] };
      const source = await readOnce(file, "-f", seen);
      if (!source) continue;
      characters += source.ok ? source.value.text.length : 0;
      if (characters > MAX_CHARACTERS)
        return { sources, diagnostics: [...diagnostics, tooMuch(file)] };
      if (source.ok) sources.push(source.value);
      else diagnostics.push(source.error);
    }
  }
  return { sources, diagnostics };
}

/** Files that cannot be read; to find that out of each takes longer than to read one. */
const MOST_UNREAD = 20;

function enough(file: string): Diagnostic {
  const message = `${MOST_UNREAD} files could not be read, so this one and those after it were left out`;
  return problem("file-unreadable", message, "correct the others first", startOf(file));
}

/** One for each team; each costs a millisecond or two. */
const MAX_FILES = 1_000;

function tooMany(file: string): Diagnostic {
  const message = "with this file, those of this run are more than 1000";
  return problem("file-too-large", message, "put more keys into one file", startOf(file));
}

/** All texts of a run are kept. Its parts are bounded elsewhere; a comment is none. */
const MAX_CHARACTERS = 20_000_000;

function tooMuch(file: string): Diagnostic {
  const message = "with this file, those of this run have more than 20,000,000 characters";
  return problem("file-too-large", message, "declare fewer keys in one run", startOf(file));
}

async function filesOf(
  path: string,
  paths: readonly string[],
  { realOf, treeLeftBy }: Paths,
): Promise<Result<readonly string[], Diagnostic>> {
  try {
    if (!(await stat(resolve(path))).isDirectory()) return ok([path]);
    const tree = await treeLeftBy(path);
    if (tree !== undefined) return err(unreadable(path, { kind: "outside", tree }));
    // By their bytes: two names that are not in UTF-8 would be one.
    const names = (await readdir(await realOf(path), { encoding: "buffer" }))
      .filter((name) => /^[^.].*\.ya?ml$/s.test(name.toString("latin1")))
      .map(asText)
      .toSorted();
    const beyond = names[MAX_FILES];
    if (beyond !== undefined) return err(tooMany(join(path, beyond)));
    const files: string[] = [];
    for (const name of names) {
      const file = join(path, name);
      if (!(await isFolder(file, realOf))) files.push(file);
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
async function isFolder(path: string, realOf: Paths["realOf"]): Promise<boolean> {
  try {
    return (await stat(await realOf(path))).isDirectory();
  } catch {
    return false;
  }
}

function emptyFolder(path: string): Diagnostic {
  const message = "the folder has no *.yaml or *.yml file";
  const fix = "name the folder that holds the files of keys";
  return problem("file-empty-folder", message, fix, startOf(path));
}
