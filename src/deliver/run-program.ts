import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Secret } from "../model/secret.ts";
import { err, ok, type Result } from "../model/result.ts";
import { findProgram, safeEnvironment } from "./find-program.ts";
import { SAID_BYTES, shortOf, withoutKey, type Kept } from "./program-output.ts";
import { runChild, type ChildEnd } from "./run-child.ts";
import { changeableTrees, treeAround, type Surroundings } from "./trees.ts";
import { gitRootOf, isMissing, systemReason, walkAlong, wayOf } from "./ways.ts";

export interface ProgramOptions extends Surroundings {
  /** Taken out of the environment of every program, under whatever variable it stands. */
  readonly token: Secret;
  /** For one program, from its start to its end, ms. */
  readonly timeoutMs: number;
  /** Takes secrets out of what programs said, and besides what `without` does; that it did is told. */
  readonly scrub: (text: string, without?: (text: string) => string) => string;
}

export interface Call {
  readonly argv: readonly string[];
  /** For a message: `gh secret set`. */
  readonly title: string;
  /** Its stdin, to the byte; without one, that is empty. It is taken out of what the program says. */
  readonly stdin?: Secret | undefined;
  /** The same, where it is no secret: then the program may say it again, to the same length. */
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program failed. `code` is that of its exit, where it came to one. */
export interface ProgramFault {
  readonly code: number | undefined;
  /** For a person: what the program was, how it ended and what it said. */
  readonly message: string;
}

/**
 * Runs one program in an empty folder: what lies around (settings, hooks) would be that of a pull request.
 * The value is the end of what it wrote to stdout, as it is.
 */
export async function runProgram(
  call: Call,
  options: ProgramOptions,
): Promise<Result<Kept, ProgramFault>> {
  const { argv, title, signal, stdin, input = "" } = call;
  const fault = (how: string, code?: number): Result<never, ProgramFault> =>
    err({ code, message: `${title} ${how}` });
  if (signal?.aborted) return fault("was not started, because the run ends");
  const [name = "", ...args] = argv;
  const file = await findProgram(name, options);
  if (!file.ok) return fault(`was not started: ${file.error}`);
  const folder = await emptyFolder(options);
  if (!folder.ok) return fault(`was not started: ${folder.error}`);
  try {
    const env = await environmentOf(options, folder.value);
    const end = await runChild(file.value, args, {
      cwd: folder.value,
      env,
      stdin: stdin?.reveal() ?? input,
      keptBytes: Math.max(SAID_BYTES, Buffer.byteLength(input)),
      timeoutMs: options.timeoutMs,
      signal,
    });
    if (end.kind === "exited" && end.code === 0) return ok(end.said.stdout);
    const without = stdin && withoutKey(stdin);
    const said = saidBy(end, (text) => options.scrub(text, without));
    return fault(`${howOf(end, options.timeoutMs)}${said}`, codeOf(end));
  } catch (error) {
    // Node refuses some arguments before it asks the system.
    return fault(`was not started: ${systemReason(error)}`);
  } finally {
    await rm(folder.value, { recursive: true, force: true }).catch(() => {});
  }
}

/** Why a program could not be started now, as far as can be told without starting it. */
export async function startFault(name: string, around: Surroundings): Promise<string | undefined> {
  const found = await findProgram(name, around);
  if (!found.ok) return found.error;
  const home = await homeInCheckout(around);
  if (home !== undefined) return home;
  const above = await folderAbove(around);
  return above.ok ? undefined : above.error;
}

/** Where programs look for settings of their own, whatever they do. */
const HOMES = ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME"] as const;

/** A pull request could put settings there that send a key elsewhere. */
async function homeInCheckout(around: Surroundings): Promise<string | undefined> {
  const trees = await changeableTrees(around);
  if (!trees.ok) return trees.error;
  for (const name of HOMES) {
    const folder = around.env[name];
    if (!folder) continue;
    // A link of `/proc` leads elsewhere for each program: where one leads nowhere for us, it still counts.
    const { passed, error } = await walkAlong(folder);
    if (error !== undefined && !isMissing(error) && !isClosed(error)) {
      return `where ${name} (${folder}) leads cannot be told: ${systemReason(error)}`;
    }
    for (const place of passed) {
      // Whoever works in a home of their own, without a repository, is alone there.
      if (treeAround([place], trees.value) === undefined) continue;
      const repository = await gitRootOf(place);
      if (repository === undefined) continue;
      return `${name} (${folder}) lies in the repository ${repository}, or a link there leads to it, and programs look for settings there; set it to a folder outside`;
    }
  }
  return undefined;
}

/** Where this user may not look, a program of theirs may not either. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EACCES";
}

async function emptyFolder(around: Surroundings): Promise<Result<string, string>> {
  const above = await folderAbove(around);
  if (!above.ok) return above;
  try {
    return ok(await mkdtemp(join(above.value, "cometkeys-sink-")));
  } catch (error) {
    return err(`no temporary folder: ${systemReason(error)}`);
  }
}

/** In no working tree: programs look for their settings in the folders above too. */
async function folderAbove(around: Surroundings): Promise<Result<string, string>> {
  try {
    const { passed, end } = await wayOf(tmpdir());
    const trees = await changeableTrees(around);
    if (!trees.ok) return trees;
    const tree = treeAround(passed, trees.value);
    if (tree !== undefined) {
      return err(`the temporary folder ${end} lies in the working tree ${tree}; set TMPDIR`);
    }
    return ok(end);
  } catch (error) {
    return err(`no temporary folder: ${systemReason(error)}`);
  }
}

/** The environment without the access token, and with a PATH that leads into no pull request. */
async function environmentOf(
  { env, trees, token }: ProgramOptions,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const secret = token.reveal();
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(await safeEnvironment({ env, trees }))) {
    if (name.toUpperCase() === "COMETAPI_ACCESS_TOKEN") continue;
    if (secret !== "" && value.includes(secret)) continue;
    kept[name] = value;
  }
  // Both would tell of the folder that cometkeys runs in.
  delete kept["OLDPWD"];
  return { ...kept, PWD: folder };
}

function codeOf(end: ChildEnd): number | undefined {
  return end.kind === "exited" ? end.code : undefined;
}

function howOf(end: ChildEnd, timeoutMs: number): string {
  switch (end.kind) {
    case "exited":
      return `ended with exit code ${end.code}`;
    case "killed":
      return `was ended by ${end.signal}`;
    case "timed-out":
      return `timed out after ${timeoutMs / 1_000} s`;
    case "aborted":
      return "was stopped, because the run ends";
    case "not-started":
      return `was not started: ${end.reason}`;
  }
}

/** Errors belong on stderr; what stands on stdout is told where nothing does there. */
function saidBy({ kind, said }: ChildEnd, clean: (text: string) => string): string {
  if (kind === "not-started") return "";
  const text = shortOf(said.stderr, clean) || shortOf(said.stdout, clean);
  return text === "" ? " and said nothing" : `: ${text}`;
}
