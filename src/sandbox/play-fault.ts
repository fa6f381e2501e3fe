import { isJsonObject } from "../model/json.ts";
import type { Random } from "../model/ports.ts";
import { unreachable } from "../model/unreachable.ts";
import {
  failure,
  htmlAnswer,
  jsonAnswer,
  redirect,
  tooManyRequests,
  type Answer,
  type SandboxRequest,
} from "./answer.ts";
import type { Fault, FaultAction, FaultTiming, NameAlteration } from "./fault.ts";
import { matchRoute } from "./handle.ts";
import type { Tamper } from "./store.ts";
import { parseJson } from "./token-request.ts";

/** Tells what goes wrong with a request, if anything; call it once for each, in order of arrival. */
export type FaultPicker = (request: SandboxRequest) => FaultAction | undefined;

/**
 * Every fault counts the requests it may strike on its own; where several strike one request, the
 * first in the list wins.
 */
export function createFaultPicker(faults: readonly Fault[], random: Random): FaultPicker {
  const counted = faults.map((fault) => ({ fault, seen: 0 }));
  return (request) => {
    let action: FaultAction | undefined;
    for (const entry of counted) {
      if (!mayStrike(entry.fault, request)) continue;
      entry.seen += 1;
      if (isDue(entry.fault.when, entry.seen, random)) action ??= entry.fault.action;
    }
    return action;
  };
}

function mayStrike({ where, action }: Fault, request: SandboxRequest): boolean {
  if (action.kind === "refused-name" && nameOf(request.body) !== action.name) return false;
  if (where === "any") return true;
  const place = matchRoute(request)?.name;
  return where === "write" ? WRITES.some((write) => write === place) : where === place;
}

const WRITES = ["post", "put", "status", "delete"] as const;

function nameOf(text: string): unknown {
  const body = parseJson(text);
  return isJsonObject(body) ? body["name"] : undefined;
}

function isDue(when: FaultTiming, count: number, random: Random): boolean {
  switch (when.kind) {
    case "every":
      return true;
    case "at":
      return when.counts.includes(count);
    case "from":
      return count >= when.count;
    case "chance":
      return random() * 100 < when.percent;
    default:
      return unreachable(when);
  }
}

/** What a fault can do to one exchange. */
export interface Exchange {
  readonly request: SandboxRequest;
  /** Runs the handler: from here on the request has been carried out. */
  readonly run: (tamper?: Tamper) => Answer;
  readonly send: (answer: Answer) => Promise<void>;
  /** Sends the head and half the body, then destroys the connection. */
  readonly cut: (answer: Answer) => void;
  /** Destroys the connection without an answer. */
  readonly reset: () => void;
  /** Waits; false when the server was closed meanwhile. */
  readonly pause: (ms: number) => Promise<boolean>;
}

const REFUSAL = failure("Database error, please try again later");
const ERROR_500 = jsonAnswer(500, {
  error: { message: "internal server error", type: "new_api_error", param: "", code: "" },
});
const ERROR_502 = htmlAnswer(502, "<html><body><h1>502 Bad Gateway</h1></body></html>\n");
const LOGIN_PAGE = htmlAnswer(200, "<!doctype html><html><body>Please sign in</body></html>\n");

/** Plays one fault to its end; a hanging exchange simply ends here, its connection left open. */
export async function playFault(action: FaultAction, exchange: Exchange): Promise<void> {
  const { request, run, send, cut, reset, pause } = exchange;
  if (action.kind.endsWith("-after")) run();
  switch (action.kind) {
    case "reset-before":
    case "reset-after":
      return reset();
    case "late":
      reset();
      if (await pause(action.ms)) run();
      return;
    case "slow":
      if (await pause(action.ms)) await send(run());
      return;
    case "hang-before":
    case "hang-after":
      return;
    case "500-before":
    case "500-after":
      return send(ERROR_500);
    case "502-html-before":
    case "502-html-after":
      return send(ERROR_502);
    case "html":
      return send(LOGIN_PAGE);
    case "cut":
      return cut(run());
    case "429":
      return send(tooManyRequests(action.retryAfter));
    case "429-bare":
      return send(tooManyRequests());
    case "refuse":
    case "refuse-after":
    case "refused-name":
      return send(REFUSAL);
    case "drop":
      return send(run({ drop: action.field }));
    case "alter-name":
      return send(run({ alterName: (name) => alterName(name, action.how) }));
    case "dead":
      return send(run({ createExpired: true }));
    case "redirect":
      // Stays on this server, so that its request log shows a client that followed.
      return send(redirect(request.method, `/moved${request.path}`));
    default:
      return unreachable(action);
  }
}

/** Characters that are left of a cut name. */
const CUT = 20;

/** The name a server stores that does not keep names as they are sent. */
function alterName(name: string, how: NameAlteration): string {
  switch (how) {
    case "lower":
      return name.toLowerCase();
    case "cut":
      return Array.from(name).slice(0, CUT).join("");
    case "nfd":
      return name.normalize("NFD");
    default:
      return unreachable(how);
  }
}
