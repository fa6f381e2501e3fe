import type { KeysReader, KeysWriter } from "../api/keys-api.ts";
import { connectReader, connectWriter, type Connected, type Connection } from "./connect.ts";
import type { Emit } from "../model/events.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Clock, Random, Stop } from "../model/ports.ts";
import { signalExit } from "../model/stop-signal.ts";
import { fitColumns } from "../render/escape.ts";
import { eventLine } from "../render/event.ts";
import { wrapLine } from "../render/view.ts";
import { situationOf, type Access, type Situation } from "./access.ts";
import type { Io } from "./io.ts";
import type { Verbosity } from "./options.ts";
import { createStop, type StopControl } from "./stop.ts";

/** What the steps that ask the server work with. */
export interface Session<Api extends KeysReader = KeysReader> extends Connected<Api> {
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: Stop;
  readonly emit: Emit;
  readonly situation: Situation;
}

interface Used<T> {
  readonly value: T;
  /** The exit code of a signal, where one ended the session. */
  readonly codes: readonly ExitCode[];
}

/** For every command that must not write: there is no write method, and only GET gets through. */
export function withReader<T>(
  access: Access,
  verbosity: Verbosity,
  io: Io,
  use: (session: Session) => Promise<T>,
): Promise<Used<T>> {
  return inSession(access, io, verbosity, async (connection) =>
    use({ ...surroundings(access, connection, io), ...connectReader(connection, io) }),
  );
}

/** For `apply` alone. */
export function withWriter<T>(
  access: Access,
  verbosity: Verbosity,
  io: Io,
  use: (session: Session<KeysWriter>) => Promise<T>,
): Promise<Used<T>> {
  return inSession(access, io, verbosity, async (connection) =>
    use({ ...surroundings(access, connection, io), ...connectWriter(connection, io) }),
  );
}

function surroundings(access: Access, { stop, emit }: Connection, { clock, random }: Io) {
  return { clock, random, stop, emit, situation: situationOf(access) };
}

/**
 * Runs `use` with a connection's surroundings: what is left of `--deadline`, the signals, progress on
 * stderr. However it ends, no timer or handler is left and nothing more is sent.
 */
async function inSession<T>(
  access: Access,
  io: Io,
  verbosity: Verbosity,
  use: (connection: Connection) => Promise<T>,
): Promise<Used<T>> {
  const progress = createProgress(io, verbosity);
  const stop: StopControl = createStop(io.clock, Math.max(0, io.deadlineAt - io.clock.now()));
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

interface Progress {
  readonly emit: Emit;
  /** Clears a live line, so that what follows starts on a line of its own. */
  readonly finish: () => void;
}

const CLEAR_LINE = "\r\u001b[K";

/** Shows events on stderr, a line each; on a terminal also how far creating is, in one that is rewritten. */
function createProgress(io: Io, verbosity: Verbosity): Progress {
  const quiet = verbosity.quiet ?? false;
  const verbose = verbosity.verbose ?? false;
  const view = io.view.stderr;
  let live = false;

  const clear = (): string => {
    const prefix = live ? CLEAR_LINE : "";
    live = false;
    return prefix;
  };
  return {
    emit: (event) => {
      const line = eventLine(event, view);
      if (line.shown === "verbose" && !verbose) return;
      if (line.shown === "unless-quiet" && quiet) return;
      if (!line.passing) return io.stderr(`${clear()}${wrapLine(line.text, view)}\n`);
      // A log keeps only what stays. A line that a terminal breaks could not be cleared.
      if (!io.liveProgress()) return;
      io.stderr(`${clear()}${fitColumns(line.text, view.columns - 1)}`);
      live = true;
    },
    finish: () => {
      if (live) io.stderr(clear());
    },
  };
}
