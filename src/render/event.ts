import type { Event } from "../model/events.ts";
import { unreachable } from "../model/unreachable.ts";
import { escapeTerminal } from "./escape.ts";
import { instantText } from "./change.ts";
import { outcomeLine } from "./text.ts";

/** A line of progress, and from which loudness on it is shown. */
export interface EventLine {
  readonly text: string;
  readonly shown: "always" | "unless-quiet" | "verbose";
  /** A terminal may overwrite it with the next one. */
  readonly passing: boolean;
}

export function eventLine(event: Event): EventLine {
  switch (event.type) {
    case "request": {
      const text = `${event.method} ${escapeTerminal(event.path)} → ${event.outcome} (${event.ms} ms)`;
      return { text, shown: "verbose", passing: false };
    }
    case "retry": {
      const text = `${escapeTerminal(event.what)}: ${escapeTerminal(event.reason)}; trying again`;
      return { text, shown: "unless-quiet", passing: false };
    }
    case "pause": {
      const at = instantText(Math.ceil(event.until / 1000));
      const text = `Rate limit (HTTP 429): pausing ${Math.ceil(event.ms / 1000)} s, going on at ${at}`;
      return { text, shown: "unless-quiet", passing: false };
    }
    case "wait": {
      const text = `Waiting ${(event.ms / 1000).toFixed(1)} s ${event.what}`;
      return { text, shown: "unless-quiet", passing: false };
    }
    case "stopping": {
      const text = `Stopping (${event.reason}): nothing new is written; waiting for what is under way`;
      return { text, shown: "always", passing: false };
    }
    case "sent": {
      const text = `Creating: ${event.sent}/${event.total} sent, last ${escapeTerminal(event.name)}`;
      return { text, shown: "unless-quiet", passing: true };
    }
    case "outcome": {
      const text = `[${event.done}/${event.total}] ${outcomeLine(event.outcome)}`;
      return { text, shown: "unless-quiet", passing: event.outcome.status === "done" };
    }
    default:
      return unreachable(event);
  }
}
