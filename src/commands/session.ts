import { createStop, type StopControl } from "../api/stop.ts";
import { maskCommand } from "../github/mask.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { EXIT } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Connection } from "./connect.ts";
import { readToken, readUserId } from "./credentials.ts";
import type { Io } from "./io.ts";
import type { Progress } from "./progress.ts";
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

export interface Session {
  readonly connection: Connection;
  /** Cancels timers and signal handlers. */
  readonly close: () => void;
}

/** Starts the clock of `--deadline` and listens for signals until closed. */
export function openSession(access: Access, io: Io, progress: Progress): Session {
  const stop: StopControl = createStop(io.clock, access.settings.deadlineMs);
  const unlisten = io.onSignal((signal) => {
    progress.emit({ type: "stopping", reason: signal.toUpperCase() });
    stop.begin(signal);
  });
  return {
    connection: { ...access, stop, emit: progress.emit },
    close: () => {
      unlisten();
      stop.dispose();
      progress.finish();
    },
  };
}

/** The exit code of a run that a signal ended; the deadline shows in the outcomes instead. */
export function exitOfStop(stop: StopControl): readonly ExitCode[] {
  switch (stop.reason()) {
    case "sigint":
      return [EXIT.interrupted];
    case "sigterm":
      return [EXIT.terminated];
    case "deadline":
    case undefined:
      return [];
  }
}
