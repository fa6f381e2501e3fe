import type { Emit } from "../model/events.ts";
import type { Clock } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import { classify, type Answer, type Words } from "./answer.ts";
import type { Attempt } from "./rate-limiter.ts";
import type { HttpRequest, Send, SendResult } from "../http/send.ts";

export interface SendRequestOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly words: Words;
  readonly token: Secret;
  /** Sent as `New-Api-User`; some servers of the family require it. */
  readonly userId?: number;
  /** For one request, its answer read to the end. */
  readonly timeoutMs: number;
}

type Unsigned = Omit<HttpRequest, "signal" | "headers">;
/** An answer that is not a 429. */
export type FinalAnswer = Exclude<Answer, { kind: "limited" }>;

/** A request that was sent, and what became of it. */
export interface Answered {
  readonly answer: FinalAnswer;
  /** When it was sent, by the clock's `now`, ms. */
  readonly sentAt: number;
  /**
   * The earliest time by the server's clock, ms, at which it can have been carried out; absent
   * where the server sends no `Date`, or its dates contradict each other.
   */
  readonly notBefore?: number;
}

export type SendRequest = (request: Unsigned, signal: AbortSignal) => Promise<Attempt<Answered>>;

/** One request and its classified answer: headers, timeout, a line for `--verbose`. */
export function createSendRequest(options: SendRequestOptions): SendRequest {
  const { clock, emit } = options;
  const serverClock = createServerClock();
  return async (request, signal) => {
    const sentAt = clock.now();
    const headers = requestHeaders(options, request.body !== undefined);
    const result = await sendWithTimeout(options, { ...request, headers }, signal);
    const answer = classify(result, options.words);
    const date = result.kind === "answer" ? Date.parse(result.answer.date ?? "") : Number.NaN;
    if (!Number.isNaN(date)) serverClock.observe(date, clock.now());
    emit({
      type: "request",
      method: request.method,
      path: request.path,
      outcome: answer.kind === "unknown" ? `unknown (${answer.why})` : answer.kind,
      ms: Math.round(clock.now() - sentAt),
    });
    if (answer.kind === "limited") return { limited: true, retryAfter: answer.retryAfter };
    const notBefore = serverClock.earliest(sentAt, date);
    const value = { answer, sentAt, ...(notBefore === undefined ? {} : { notBefore }) };
    return { limited: false, value };
  };
}

/**
 * What the server's `Date` headers say of its clock. An answer that came at `at` and is dated `date`
 * shows that the clock was at `date` or later by then, and below `date` plus one second when it was
 * written, because dates are whole seconds.
 */
function createServerClock() {
  /** The largest difference seen: the server's clock is ahead of ours by at least this much, ms. */
  let ahead: number | undefined;
  return {
    observe: (date: number, at: number): void => {
      ahead = Math.max(ahead ?? -Infinity, date - at);
    },
    /** The server's time at `at` is this or later, as far as `date`, its answer's, bears it out. */
    earliest: (at: number, date: number): number | undefined => {
      if (ahead === undefined) return undefined;
      const contradicted = at + ahead >= date + 1_000;
      return contradicted ? undefined : at + ahead;
    },
  };
}

/** Races the request against time itself: a transport that ignores its signal cannot hang us. */
export function sendWithTimeout(
  options: Pick<SendRequestOptions, "send" | "clock" | "timeoutMs">,
  request: Omit<HttpRequest, "signal">,
  signal: AbortSignal,
): Promise<SendResult> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const end = (result: SendResult): void => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      resolve(result);
      // Nobody reads the reason; without one, every request would pay for an exception's stack.
      controller.abort("ended");
    };
    const onAbort = (): void => end({ kind: "broken", why: "aborted", reason: "given up" });
    const cancel = options.clock.timer(options.timeoutMs, () => {
      const reason = `no answer within ${options.timeoutMs / 1000} s (--timeout)`;
      end({ kind: "broken", why: "timeout", reason });
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    options
      .send({ ...request, signal: controller.signal })
      .then(end, (error: unknown) => end({ kind: "broken", why: "reset", reason: String(error) }));
  });
}

function requestHeaders(options: SendRequestOptions, hasBody: boolean): Record<string, string> {
  return {
    // The documentation asks for the raw token, without "Bearer".
    Authorization: options.token.reveal(),
    Accept: "application/json",
    "User-Agent": "cometkeys",
    ...(options.userId === undefined ? {} : { "New-Api-User": String(options.userId) }),
    ...(hasBody ? { "Content-Type": "application/json" } : {}),
  };
}
