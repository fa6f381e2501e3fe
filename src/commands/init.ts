import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { escapeTerminal } from "../render/escape.ts";
import { finish } from "./finish.ts";
import { initTargets, type InitTargets, type TargetFlags } from "./init/init-targets.ts";
import { keysFileFromLive, type KeysFile } from "./init/keys-file-from-live.ts";
import { nextSteps } from "./init/next-steps.ts";
import { readLiveKeys } from "./init/read-live-keys.ts";
import { STARTER_FILE } from "./init/starter-file.ts";
import { findExisting, writeNewFiles } from "./init/target-file.ts";
import type { Io } from "./io.ts";
import { exitOf } from "./problem.ts";
import type { Loudness } from "./progress.ts";
import { reportDiagnostics } from "./report.ts";
import { readAccess } from "./session.ts";
import type { ServerFlags } from "./settings.ts";

export interface InitFlags extends TargetFlags, ServerFlags, Loudness {
  readonly fromLive?: boolean;
}

/**
 * `cometkeys init`: writes a keys file with its schema beside it, and the workflow on request. All
 * files or none; nothing that is there is overwritten. With `--from-live` the file describes the
 * account as it is.
 *
 * @param version The exact version a workflow is to run.
 */
export async function runInit(flags: InitFlags, io: Io, version: string): Promise<ExitCode> {
  const targets = await initTargets(flags, version);
  if (!targets.ok) return fail([targets.error], io);
  const { keysFile, others } = targets.value;
  const existing = await findExisting([keysFile, ...others.map(({ path }) => path)]);
  if (existing.length > 0) return fail(existing, io);
  if (!flags.fromLive) return write(targets.value, { text: STARTER_FILE, notes: [] }, flags, io);

  const access = await readAccess(flags, io);
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
  { text, notes, keys }: Pick<KeysFile, "text" | "notes"> & Partial<KeysFile>,
  flags: InitFlags,
  io: Io,
): Promise<ExitCode> {
  const problems = await writeNewFiles([{ path: keysFile, text }, ...others]);
  if (problems.length > 0) return fail(problems, io);
  reportDiagnostics(notes, io, flags.quiet);
  const counted = keys === undefined ? "" : `: ${keys} ${keys === 1 ? "key" : "keys"}`;
  const written = [`Wrote ${keysFile}${counted}`, ...others.map(({ path }) => `Wrote ${path}`)];
  const lines = [...written.map(escapeTerminal), "", ...nextSteps(flags).map(escapeTerminal)];
  return finish(io, `${lines.join("\n")}\n`, []);
}

function fail(
  problems: readonly Diagnostic[],
  io: Io,
  codes: readonly ExitCode[] = [],
): Promise<ExitCode> {
  reportDiagnostics(problems, io, false);
  return finish(io, undefined, [...codes, exitOf(problems)]);
}
