import type { Event } from "../model/events.ts";
import { unreachable } from "../model/unreachable.ts";
import { instantText } from "../model/field-rules.ts";
import { escapeTerminal } from "./escape.ts";
import { PLAIN, type View } from "./view.ts";
import { progressLine } from "./outcomes-text.ts";

/** A line of progress, and from which verbosity on it is shown. */
export interface EventLine {
  readonly text: string;
  readonly shown: "always" | "unless-quiet" | "verbose";
  /** A terminal may overwrite it with the next one. */
  readonly passing: boolean;
}

const SHOWN: Partial<Record<Event["type"], EventLine["shown"]>> = {
  request: "verbose",
  stopping: "always",
};

export function eventLine(event: Event, view: View = PLAIN): EventLine {
  // What was not even tried shares its few reasons: the end of the run tells them once.
  const untried = event.type === "outcome" && event.outcome.status === "not_attempted";
  const shown = untried ? "verbose" : (SHOWN[event.type] ?? "unless-quiet");
  return { text: eventText(event, view), shown, passing: event.type === "sent" };
}

function eventText(event: Event, view: View): string {
  switch (event.type) {
    case "request":
      return `${event.method} ${escapeTerminal(event.path)} → ${event.outcome} (${event.ms} ms)`;
    case "retry":
      return `${escapeTerminal(event.what)}: ${escapeTerminal(event.reason)}; trying again`;
    case "pause":
      return `Rate limit (HTTP 429): pausing ${Math.ceil(event.ms / 1000)} s, resuming at ${instantText(Math.ceil(event.until / 1000))}`;
    case "wait":
      return `Waiting ${(event.ms / 1000).toFixed(1)} s ${event.what}`;
    case "stopping":
      return `Stopping (${event.reason}): nothing new is written; waiting for requests in flight`;
    case "sent":
      return `Creating: ${event.sent}/${event.total} sent, last ${escapeTerminal(event.name)}`;
    case "outcome":
      return `[${event.done}/${event.total}] ${progressLine(event.outcome, view)}`;
    default:
      return unreachable(event);
  }
}
