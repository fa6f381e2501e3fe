import { ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import type { GithubSink } from "../model/sink.ts";
import type { Refusal } from "./refusal.ts";
import { runProgram, startFault, type ProgramFault, type ProgramOptions } from "./run-program.ts";

/** Once for all sinks of GitHub: whether `gh` is there and knows an account. */
export async function checkGithub(
  options: ProgramOptions,
  signal?: AbortSignal,
): Promise<Refusal | undefined> {
  const message = await startFault("gh", options);
  const outside = "it, TMPDIR and HOME have to lie outside of the working tree";
  if (message !== undefined)
    return { message, fix: `install GitHub's command line, gh; ${outside}` };
  const asked = await runProgram(
    { argv: ["gh", "auth", "status"], title: "gh auth status", signal },
    options,
  );
  if (asked.ok) return undefined;
  const fix = "set GH_TOKEN to a token that may write these secrets, or run `gh auth login`";
  return { message: asked.error.message, fix };
}

/** The value goes in on stdin: other users of a machine see the arguments of programs. */
export async function setSecret(
  { repository, secret, environment }: GithubSink,
  key: Secret,
  options: ProgramOptions,
  signal: AbortSignal,
): Promise<Result<undefined, ProgramFault>> {
  const place = environment === undefined ? [] : ["--env", environment];
  const argv = ["gh", "secret", "set", secret, "--repo", repository, ...place];
  const call = { argv, title: "gh secret set", stdin: key, signal };
  const done = await runProgram(call, options);
  return done.ok ? ok(undefined) : done;
}
