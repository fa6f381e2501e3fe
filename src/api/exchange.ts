import type { Emit } from "../model/events.ts";
import type { Clock } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import { classify, type Answer } from "./answer.ts";
import type { Verdict } from "./gate.ts";
import type { HttpRequest, Send, SendResult } from "./send.ts";

export interface ExchangeOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly token: Secret;
  /** Sent as `New-Api-User`; some servers of the family require it. */
  readonly userId?: number;
  /** For one request, its answer read to the end. */
  readonly timeoutMs: number;
}

type Unsigned = Omit<HttpRequest, "signal" | "headers">;
/** An answer that is not a 429. */
export type Settled = Exclude<Answer, { kind: "limited" }>;

export type Exchange = (request: Unsigned, signal: AbortSignal) => Promise<Verdict<Settled>>;

/** One request and its classified answer: headers, timeout, a line for `--verbose`. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { clock, emit } = options;
  return async (request, signal) => {
    const started = clock.now();
    const answer = classify(await sendWithTimeout(options, request, signal));
    emit({
      type: "request",
      method: request.method,
      path: request.path,
      outcome: answer.kind === "unknown" ? `unknown (${answer.why})` : answer.kind,
      ms: Math.round(clock.now() - started),
    });
    if (answer.kind === "limited") return { limited: true, retryAfter: answer.retryAfter };
    return { limited: false, value: answer };
  };
}

/** Races the request against time itself: a transport that ignores its signal cannot hang us. */
function sendWithTimeout(
  options: ExchangeOptions,
  request: Unsigned,
  signal: AbortSignal,
): Promise<SendResult> {
  const controller = new AbortController();
  const headers = requestHeaders(options, request.body !== undefined);
  return new Promise((resolve) => {
    const end = (result: SendResult): void => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      resolve(result);
      controller.abort();
    };
    const onAbort = (): void => end({ kind: "broken", why: "aborted", reason: "given up" });
    const cancel = options.clock.timer(options.timeoutMs, () => {
      const reason = `no answer within ${options.timeoutMs / 1000} s (--timeout)`;
      end({ kind: "broken", why: "timeout", reason });
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    options
      .send({ ...request, headers, signal: controller.signal })
      .then(end, (error: unknown) => end({ kind: "broken", why: "reset", reason: String(error) }));
  });
}

function requestHeaders(options: ExchangeOptions, hasBody: boolean): Record<string, string> {
  return {
    // The documentation asks for the raw token, without "Bearer".
    Authorization: options.token.reveal(),
    Accept: "application/json",
    "User-Agent": "cometkeys",
    ...(options.userId === undefined ? {} : { "New-Api-User": String(options.userId) }),
    ...(hasBody ? { "Content-Type": "application/json" } : {}),
  };
}
