import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err } from "../model/result.ts";
import { escapeTerminal } from "../render/escape.ts";
import { finish } from "./finish.ts";
import { initTargets, type InitTargets, type TargetFlags } from "./init/init-targets.ts";
import { keysFileFromLive, type KeysFile } from "./init/keys-file-from-live.ts";
import { nextSteps } from "./init/next-steps.ts";
import { readLiveKeys } from "./init/read-live-keys.ts";
import { STARTER_FILE } from "./init/starter-file.ts";
import { outsideRoot } from "./init/repository-root.ts";
import { findExisting, isFile, writeNewFiles } from "./init/target-file.ts";
import type { Io } from "./io.ts";
import { exitOf } from "./problem.ts";
import type { Loudness } from "./progress.ts";
import { reportDiagnostics } from "./report.ts";
import { readAccess } from "./session.ts";
import type { ServerFlags } from "./settings.ts";
import { untilSignal } from "./until-signal.ts";

export interface InitFlags extends TargetFlags, ServerFlags, Loudness {
  readonly fromLive?: boolean;
}

/**
 * `cometkeys init`: writes a keys file with its schema beside it, and the workflow on request. All
 * files or none; nothing that is there is overwritten. A keys file that is there already is kept
 * where a workflow for it is asked for. With `--from-live` the file describes the account as it is.
 *
 * @param version The exact version a workflow is to run.
 */
export async function runInit(flags: InitFlags, io: Io, version: string): Promise<ExitCode> {
  const targets = await initTargets(flags, version);
  if (!targets.ok) return fail([targets.error], io);
  const { keysFile, others } = targets.value;
  const forPipeline = flags.github === true || flags.gitlab === true;
  const kept = forPipeline && !flags.fromLive && (await isFile(keysFile));
  const wanted = others.map(({ path }) => path);
  const existing = await findExisting(kept ? wanted : [keysFile, ...wanted], keysFile);
  if (existing.length > 0) return fail(existing, io);
  if (kept) return write(targets.value, undefined, flags, io);
  if (!flags.fromLive) return write(targets.value, { text: STARTER_FILE, notes: [] }, flags, io);

  const read = await untilSignal(io, () => readAccess(flags, io));
  const access = read.ok ? read.value : err([read.error]);
  if (!access.ok) return fail(access.error, io);
  const { live, codes } = await readLiveKeys(access.value, flags, io);
  if (!live.ok) return fail([live.error], io, codes);
  // Every key value of the list is known to the redactor by now: what it would cut is one.
  const holdsSecret = (text: string): boolean => io.redactor.clean(text) !== text;
  const file = keysFileFromLive(live.value.keys, live.value.now, holdsSecret);
  return write(targets.value, file, flags, io);
}

async function write(
  { keysFile, others }: InitTargets,
  /** `undefined` where the keys file stays as it is. */
  content: (Pick<KeysFile, "text" | "notes"> & Partial<KeysFile>) | undefined,
  flags: InitFlags,
  io: Io,
): Promise<ExitCode> {
  // No secret is in the text by construction; the guard of the output has the last word here too.
  const own = content && { path: keysFile, text: io.redactor.clean(content.text) };
  const problems = await writeNewFiles(own === undefined ? others : [own, ...others], keysFile);
  if (problems.length > 0) return fail(problems, io);
  const notes = [...(content?.notes ?? []), ...(await outsideRoot(flags))];
  reportDiagnostics(notes, io, flags.quiet);
  const written = [keysFileLine(keysFile, content), ...others.map(({ path }) => `Wrote ${path}`)];
  const lines = [...written.map(escapeTerminal), "", ...nextSteps(flags).map(escapeTerminal)];
  return finish(io, `${lines.join("\n")}\n`, []);
}

function keysFileLine(path: string, content: Partial<KeysFile> | undefined): string {
  if (content === undefined) return `${path} is there already, kept`;
  const { keys } = content;
  return `Wrote ${path}${keys === undefined ? "" : `: ${keys} ${keys === 1 ? "key" : "keys"}`}`;
}

function fail(
  problems: readonly Diagnostic[],
  io: Io,
  codes: readonly ExitCode[] = [],
): Promise<ExitCode> {
  reportDiagnostics(problems, io, false);
  return finish(io, undefined, [...codes, exitOf(problems)]);
}
