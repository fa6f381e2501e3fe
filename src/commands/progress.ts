import type { Emit } from "../model/events.ts";
import { eventLine } from "../render/event.ts";
import type { Io } from "./io.ts";

export interface Loudness {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface Progress {
  readonly emit: Emit;
  /** Clears a live line, so that what follows starts on a line of its own. */
  readonly finish: () => void;
}

const CLEAR_LINE = "\r\u001b[K";

/** Shows events on stderr: a line that rewrites itself on a terminal, plain lines elsewhere. */
export function createProgress(io: Io, loudness: Loudness): Progress {
  const quiet = loudness.quiet ?? false;
  const verbose = loudness.verbose ?? false;
  let live = false;

  const clear = (): string => {
    const prefix = live ? CLEAR_LINE : "";
    live = false;
    return prefix;
  };
  return {
    emit: (event) => {
      const line = eventLine(event);
      if (line.shown === "verbose" && !verbose) return;
      if (line.shown === "unless-quiet" && quiet) return;
      // Only the outcomes are worth a line of a log; what passes is for a terminal.
      if (event.type === "sent" && !io.liveProgress) return;
      if (line.passing && io.liveProgress) {
        io.stderr(`${clear()}${line.text}`);
        live = true;
      } else {
        io.stderr(`${clear()}${line.text}\n`);
      }
    },
    finish: () => {
      if (live) io.stderr(clear());
    },
  };
}
