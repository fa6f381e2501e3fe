import { sleep, type Random, type Stop } from "../model/ports.ts";
import { err, type Result } from "../model/result.ts";
import type { ApiError, ReadAnswer, WriteAnswer } from "./api-result.ts";
import { parseRetryAfter, READ_TRIES, readDelay } from "./backoff.ts";
import { createSendRequest, type Answered, type SendRequestOptions } from "./send-request.ts";
import { createRateLimiter, type Attempt, type Turn } from "./rate-limiter.ts";
import { gaveUp, heldBack, readResult, writeAnswer, notCarriedOut } from "./answer-meaning.ts";
import type { Method } from "../http/send.ts";

export interface WriteRequest {
  readonly method: Exclude<Method, "GET">;
  readonly path: string;
  readonly body?: unknown;
  readonly urgent?: boolean;
  /** See `Entry`: such a request is given back as `paused` when it may not go any more. */
  readonly mayGo?: (turn: Turn) => boolean;
  /** How often no connection opened for this request before, where it is given back each time. */
  readonly unopened?: number;
}

/** What is known of a write, and when it was sent; the times are absent where it never was. */
export interface Written extends Partial<Pick<Answered, "sentAt" | "notBefore">> {
  readonly answer: WriteAnswer;
}

export interface Reader {
  readonly read: (path: string, signal?: AbortSignal) => Promise<Result<ReadAnswer, ApiError>>;
  /** Aborts when reads are given up that were not given a signal of their own. */
  readonly signal?: AbortSignal;
}

export interface Client extends Reader {
  readonly write: (request: WriteRequest) => Promise<Written>;
  /** A POST that only shows something: it has a limit of its own, and may be repeated. */
  readonly show: (path: string, body?: unknown) => Promise<Shown>;
}

/** What such a request showed. */
export type Shown =
  | { readonly kind: "data"; readonly data: unknown }
  | { readonly kind: "no-endpoint" }
  /** For this long, ms, where the server says so. */
  | { readonly kind: "limited"; readonly ms?: number }
  | { readonly kind: "failed"; readonly message: string };

export interface ClientOptions extends SendRequestOptions {
  readonly random: Random;
  readonly stop: Stop;
  /** How many requests may be in flight, 1–64. */
  readonly concurrency: number;
}

/** How often a write is tried whose connection never opened. */
const CONNECT_TRIES = 4;

/** The client every request goes through: one limiter, one timeout, one classification. */
export function createClient(options: ClientOptions): Client {
  const { clock, random, emit, stop } = options;
  const limiter = createRateLimiter({ ...options, deadlineAt: stop.deadlineAt });
  const send = createSendRequest(options);
  // Until the server has answered as this API once, HTML or a redirect means a wrong base URL.
  let recognised = false;
  // A refused token or a server that takes no connection: nothing more is written in this run.
  let closed: WriteAnswer | undefined;

  async function read(path: string, signal = stop.requests): Promise<Result<ReadAnswer, ApiError>> {
    for (let tries = 1; ; tries += 1) {
      const passed = await limiter.run({ signal }, () => send({ method: "GET", path }, signal));
      if (!passed.passed) return err(heldBack(passed.why, stop));
      const { answer, sentAt } = passed.value;
      recognised ||= answer.kind === "success" || answer.kind === "refused";
      const result = readResult(answer, sentAt, recognised);
      if (result !== "again") return result;
      const reason = answer.kind === "unknown" || answer.kind === "not-sent" ? answer.reason : "";
      if (signal.aborted) return err(heldBack("aborted", stop));
      if (tries === READ_TRIES) return err(gaveUp(answer, reason));
      emit({ type: "retry", what: `GET ${path}`, reason });
      if ((await sleep(clock, readDelay(tries, random), signal)) === "aborted") {
        return err(heldBack("aborted", stop));
      }
    }
  }

  async function write(request: WriteRequest): Promise<Written> {
    const { method, path, urgent = false, mayGo } = request;
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    const http = { method, path, ...body };
    const entry = { signal: stop.writes, urgent, ...(mayGo === undefined ? {} : { mayGo }) };
    for (let tries = 1 + (request.unopened ?? 0); ; tries += 1) {
      // Asked again at its turn: a write may have waited behind the one that closed the run.
      const passed = await limiter.run<Answered | undefined>(entry, async () =>
        closed ? { limited: false, value: undefined } : send(http, stop.requests),
      );
      if (!passed.passed) {
        const paused = passed.why === "paused";
        return { answer: paused ? { kind: "paused" } : notCarriedOut(passed.why, stop) };
      }
      if (passed.value === undefined) return { answer: closed ?? notCarriedOut("aborted", stop) };
      const { answer, ...times } = passed.value;
      if (answer.kind !== "not-sent") {
        const known = writeAnswer(answer);
        if (known.kind === "unauthorized") {
          const reason = "the server refused the access token";
          closed = { kind: "not-carried-out", code: "credentials-refused", reason };
        }
        return { answer: known, ...times };
      }
      if (tries >= CONNECT_TRIES) {
        closed = { kind: "not-carried-out", code: "server-unreachable", reason: answer.reason };
        return { answer: closed };
      }
      emit({ type: "retry", what: `${method} ${path}`, reason: answer.reason });
      await sleep(clock, readDelay(tries, random), stop.writes);
      if (mayGo !== undefined) return { answer: { kind: "paused", unopened: true } };
    }
  }

  /** A 429 here is of this endpoint's own limit, so it holds up nothing else. */
  async function show(path: string, body?: unknown): Promise<Shown> {
    const http = { method: "POST", path, body: JSON.stringify(body ?? {}) } as const;
    const entry = { signal: stop.writes };
    for (let tries = 1; ; tries += 1) {
      const passed = await limiter.run<Attempt<Answered>>(entry, async () => {
        return { limited: false, value: await send(http, stop.requests) };
      });
      if (!passed.passed) return { kind: "failed", message: heldBack(passed.why, stop).message };
      if (passed.value.limited) {
        const ms = parseRetryAfter(passed.value.retryAfter, clock.wall());
        return { kind: "limited", ...(ms === undefined ? {} : { ms }) };
      }
      const { answer, sentAt } = passed.value.value;
      if (answer.kind === "not-found") return { kind: "no-endpoint" };
      const result = readResult(answer, sentAt, recognised);
      if (result !== "again") {
        if (result.ok) return { kind: "data", data: result.value.data };
        return { kind: "failed", message: result.error.message };
      }
      const reason = answer.kind === "unknown" || answer.kind === "not-sent" ? answer.reason : "";
      if (tries === READ_TRIES) return { kind: "failed", message: gaveUp(answer, reason).message };
      emit({ type: "retry", what: `POST ${path}`, reason });
      await sleep(clock, readDelay(tries, random), stop.writes);
    }
  }

  return { read, write, show, signal: stop.requests };
}
