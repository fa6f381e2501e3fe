import { relative, sep } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import type { Place } from "./file-place.ts";
import { gitDirOf } from "./git-dir.ts";
import type { Refusal } from "./refusal.ts";
import { runProgram, type ProgramOptions } from "./run-program.ts";
import { gitRootOf, workingTree } from "./ways.ts";

/** A file that is to be written, and what it is called in messages. */
export interface AskedFile {
  readonly place: Place;
  readonly shown: string;
}

/** git answers in milliseconds; a pattern of many stars in .gitignore keeps it busy for ever. */
const ASK_MS = 5_000;

/** What `git check-ignore` ends with where git ignores none of the files. */
const NONE_IGNORED = 1;

/**
 * Why files must not be written where they are: in a work tree, a key would be one `git add` from being
 * published. Only where git says that it ignores the file, that does not happen by itself: one that is
 * tracked is not ignored. git is started once for each work tree.
 */
export async function gitRefusals(
  files: readonly AskedFile[],
  options: ProgramOptions,
  signal?: AbortSignal,
): Promise<readonly (Refusal | undefined)[]> {
  const trees = await Promise.all(files.map(({ place }) => gitRootOf(place.folder)));
  const paths = new Map<string, string[]>();
  for (const [at, { place }] of files.entries()) {
    const tree = trees[at];
    if (tree === undefined) continue;
    const others = paths.get(tree) ?? [];
    paths.set(tree, others);
    others.push(inTree(tree, place));
  }
  const answers = new Map<string, Result<ReadonlySet<string>, string>>();
  for (const [tree, inIt] of paths) answers.set(tree, await ignoredIn(tree, inIt, options, signal));
  return files.map(({ place, shown }, at) => {
    const tree = trees[at];
    const ignored = tree === undefined ? undefined : answers.get(tree);
    if (tree === undefined || ignored === undefined) return undefined;
    const lies = `${shown}: it lies in the git work tree ${tree}, and`;
    if (!ignored.ok) {
      const message = `${lies} whether git ignores it is unknown: ${ignored.error}`;
      return { message, fix: "write it outside of the work tree" };
    }
    if (ignored.value.has(inTree(tree, place))) return undefined;
    const message = `${lies} git does not ignore it`;
    return { message, fix: "add it to .gitignore, and untrack it where git tracks it" };
  });
}

/** As git is told it. A leading `./` keeps a name from being read as anything but one. */
function inTree(tree: string, { file }: Place): string {
  return `./${relative(tree, file).split(sep).join("/")}`;
}

/**
 * Which of these paths git ignores, or why that is unknown. git is told which repository is meant, and
 * started outside of it: see `gitDirOf`.
 */
async function ignoredIn(
  tree: string,
  paths: readonly string[],
  options: ProgramOptions,
  signal: AbortSignal | undefined,
): Promise<Result<ReadonlySet<string>, string>> {
  const repository = await gitDirOf(tree);
  if (!repository.ok) return repository;
  const argv = [
    "git",
    `--git-dir=${repository.value}`,
    `--work-tree=${tree}`,
    ...SETTINGS.flatMap((setting) => ["-c", setting]),
    "check-ignore",
    "--stdin",
    "-z",
  ];
  const env = { ...withoutGit(options.env), ...VARIABLES };
  // Nor is it for this repository to bring the program that speaks for it.
  const trees = [...options.trees, await workingTree(tree)];
  const input = paths.map((path) => `${path}\0`).join("");
  const call = { argv, title: "git check-ignore", input, signal };
  const timeoutMs = Math.min(options.timeoutMs, ASK_MS);
  const asked = await runProgram(call, { ...options, timeoutMs, env, trees });
  if (!asked.ok && asked.error.code === NONE_IGNORED) return ok(new Set());
  if (!asked.ok) return err(asked.error.message);
  const { text, isCut } = asked.value;
  // It says again what it was told, or a part of that.
  if (isCut || !text.endsWith("\0")) return err("git check-ignore said something else");
  return ok(new Set(text.slice(0, -1).split("\0")));
}

/**
 * What git would start, or read from elsewhere, by the settings of the repository or of its user. An
 * empty `core.fsmonitor` is none for all versions of git; some would start a program named `false`.
 */
const SETTINGS = ["core.fsmonitor=", "core.hooksPath=/dev/null", "core.excludesFile=/dev/null"];

/** Nor is an object fetched that a partial clone left out. */
const VARIABLES = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
};

/** GIT_DIR and its like would have git answer for another repository. */
function withoutGit(env: ProgramOptions["env"]): ProgramOptions["env"] {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith("GIT_")),
  );
}
