import { createStop, type StopControl } from "../api/stop.ts";
import { maskCommand } from "../github/runner.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import { signalExit } from "../model/stop-signal.ts";
import type { Connection } from "./connect.ts";
import { readToken, readUserId } from "./credentials.ts";
import type { Io } from "./io.ts";
import { createProgress, type Loudness } from "./progress.ts";
import { readServerSettings, type ServerFlags, type ServerSettings } from "./settings.ts";
import type { Secret } from "../model/secret.ts";

/** Whom to talk to and as whom. */
export interface Access {
  readonly settings: ServerSettings;
  readonly token: Secret;
  readonly userId: number | undefined;
}

/** Reads everything a server needs from flags and environment, with all problems at once. */
export async function readAccess(
  flags: ServerFlags,
  io: Io,
): Promise<Result<Access, readonly Diagnostic[]>> {
  const settings = readServerSettings(flags, io.env);
  const token = await readToken(flags.tokenFile, io.env);
  const userId = readUserId(io.env);
  if (settings.ok && token.ok && userId.ok) {
    // The runner of GitHub Actions hides a value in its log from the moment it is told to.
    if (io.env["GITHUB_ACTIONS"] === "true") io.unredacted(`${maskCommand(token.value)}\n`);
    io.redactor.add(token.value.reveal());
    return ok({ settings: settings.value, token: token.value, userId: userId.value });
  }
  return err([
    ...(settings.ok ? [] : settings.error),
    ...(token.ok ? [] : [token.error]),
    ...(userId.ok ? [] : [userId.error]),
  ]);
}

/**
 * Runs `use` with a connection's surroundings: the clock of `--deadline`, the signals, progress on
 * stderr. However it ends, no timer or handler is left and nothing more is sent.
 */
export async function inSession<T>(
  access: Access,
  io: Io,
  loudness: Loudness,
  use: (connection: Connection) => Promise<T>,
): Promise<{ readonly value: T; readonly codes: readonly ExitCode[] }> {
  const progress = createProgress(io, loudness);
  const stop: StopControl = createStop(io.clock, access.settings.deadlineMs);
  const unlisten = io.onSignal((signal) => {
    progress.emit({ type: "stopping", reason: signal.toUpperCase() });
    stop.begin(signal);
  });
  try {
    const value = await use({ ...access, stop, emit: progress.emit });
    return { value, codes: exitOfStop(stop) };
  } finally {
    unlisten();
    stop.dispose();
    progress.finish();
  }
}

/** The exit code of a run that a signal ended; the deadline shows in the outcomes instead. */
function exitOfStop(stop: StopControl): readonly ExitCode[] {
  const reason = stop.reason();
  return reason === undefined || reason === "deadline" ? [] : [signalExit(reason)];
}
