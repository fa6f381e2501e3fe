import { basename } from "node:path";
import type { Place } from "./file-place.ts";
import type { Refusal } from "./refusal.ts";
import { runProgram, type ProgramOptions } from "./run-program.ts";
import { gitRootOf } from "./ways.ts";

/** What `git check-ignore` ends with where git does not ignore the file: also where it is tracked. */
const NOT_IGNORED = 1;

/**
 * Why a file must not be written where it is: in a work tree, a key would be one `git add` from being
 * published. Only where git says that it ignores the file, that does not happen by itself.
 */
export async function gitRefusal(
  { folder, file }: Place,
  shown: string,
  options: ProgramOptions,
  signal?: AbortSignal,
): Promise<Refusal | undefined> {
  const tree = await gitRootOf(folder);
  if (tree === undefined) return undefined;
  // A leading `./` keeps a name from being read as anything but one.
  const argv = ["git", "-C", folder, "check-ignore", "-q", "--", `./${basename(file)}`];
  const env = withoutGit(options.env);
  const call = { argv, title: "git check-ignore", signal };
  const asked = await runProgram(call, { ...options, env });
  if (asked.ok) return undefined;
  if (asked.error.code === NOT_IGNORED) {
    const message = `${shown}: it lies in the git work tree ${tree}, and git does not ignore it`;
    return { message, fix: "add it to .gitignore, and untrack it where git tracks it" };
  }
  const message = `${shown}: it lies in the git work tree ${tree}, and whether git ignores it is unknown`;
  return {
    message: `${message}: ${asked.error.message}`,
    fix: "write it outside of the work tree",
  };
}

/** GIT_DIR and its like would have git answer for another repository. */
function withoutGit(env: ProgramOptions["env"]): ProgramOptions["env"] {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith("GIT_")),
  );
}
