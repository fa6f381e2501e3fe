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
import { alterName } from "./alter-name.ts";
import type { FaultAction } from "./fault.ts";
import { languageOf, REFUSAL } from "./refusal.ts";
import type { Tamper } from "./store.ts";

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

const ERROR_500 = jsonAnswer(500, {
  error: { message: "internal server error", type: "new_api_error", param: "", code: "" },
});
const ERROR_502 = htmlAnswer(502, "<html><body><h1>502 Bad Gateway</h1></body></html>\n");
const LOGIN_PAGE = htmlAnswer(200, "<!doctype html><html><body>Please sign in</body></html>\n");

/** Plays one fault to its end; a hanging exchange simply ends here, its connection left open. */
export async function playFault(action: FaultAction, exchange: Exchange): Promise<void> {
  const { request, run, send, cut, reset, pause } = exchange;
  const refusal = failure(REFUSAL.database, languageOf(request.headers));
  switch (action.kind) {
    case "reset-before":
      return reset();
    case "reset-after":
      run();
      return reset();
    case "late":
      reset();
      if (await pause(action.ms)) run();
      return;
    case "slow":
      if (await pause(action.ms)) await send(run());
      return;
    case "hang-before":
      return;
    case "hang-after":
      run();
      return;
    case "500-before":
      return send(ERROR_500);
    case "500-after":
      run();
      return send(ERROR_500);
    case "502-html-before":
      return send(ERROR_502);
    case "502-html-after":
      run();
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
    case "refused-name":
      return send(refusal);
    case "refuse-after":
      run();
      return send(refusal);
    case "drop":
      return send(run({ drop: action.field }));
    case "alter-name":
      return send(run({ alterName: (name) => alterName(name, action.how) }));
    case "dead":
      return send(run({ bornDead: true }));
    case "redirect":
      // Stays on this server, so that its request log shows a client that followed.
      return send(redirect(request.method, `/moved${request.path}`));
    default:
      return unreachable(action);
  }
}
