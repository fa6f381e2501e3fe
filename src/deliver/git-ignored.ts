import { relative, sep } from "node:path";
import type { Place } from "./file-place.ts";
import { gitDirOf } from "./git-dir.ts";
import type { Refusal } from "./refusal.ts";
import { runProgram, type ProgramOptions } from "./run-program.ts";
import { gitRootOf, workingTree } from "./ways.ts";

/** What `git check-ignore` ends with where git does not ignore the file: also where it is tracked. */
const NOT_IGNORED = 1;

/**
 * Why a file must not be written where it is: in a work tree, a key would be one `git add` from being
 * published. Only where git says that it ignores the file, that does not happen by itself. git is told
 * which repository is meant, and started outside of it: see `gitDirOf`.
 */
export async function gitRefusal(
  { folder, file }: Place,
  shown: string,
  options: ProgramOptions,
  signal?: AbortSignal,
): Promise<Refusal | undefined> {
  const tree = await gitRootOf(folder);
  if (tree === undefined) return undefined;
  const unknown = (why: string): Refusal => ({
    message: `${shown}: it lies in the git work tree ${tree}, and whether git ignores it is unknown: ${why}`,
    fix: "write it outside of the work tree",
  });
  const repository = await gitDirOf(tree);
  if (!repository.ok) return unknown(repository.error);
  const inTree = relative(tree, file).split(sep).join("/");
  const argv = [
    "git",
    `--git-dir=${repository.value}`,
    `--work-tree=${tree}`,
    ...SETTINGS.flatMap((setting) => ["-c", setting]),
    "check-ignore",
    "-q",
    "--",
    // A leading `./` keeps a name from being read as anything but one.
    `./${inTree}`,
  ];
  const env = { ...withoutGit(options.env), ...VARIABLES };
  const call = { argv, title: "git check-ignore", signal };
  // Nor is it for this repository to bring the program that speaks for it.
  const trees = [...options.trees, await workingTree(tree)];
  const asked = await runProgram(call, { ...options, env, trees });
  if (asked.ok) return undefined;
  if (asked.error.code === NOT_IGNORED) {
    const message = `${shown}: it lies in the git work tree ${tree}, and git does not ignore it`;
    return { message, fix: "add it to .gitignore, and untrack it where git tracks it" };
  }
  return unknown(asked.error.message);
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
