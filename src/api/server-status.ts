import type { Send } from "../http/send.ts";
import { isJsonObject, isText, type JsonObject } from "../model/json.ts";
import type { Emit } from "../model/events.ts";
import { classify, type Words } from "./answer.ts";
import type { Clock } from "../model/ports.ts";
import { cutText } from "../model/text.ts";
import { sendWithTimeout } from "./send-request.ts";

/** How long its answer may take; only what people see depends on it, ms. */
const TIMEOUT_MS = 5_000;

interface StatusOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly words: Words;
  /** Aborts when the run is being stopped. */
  readonly signal: AbortSignal;
}

/** What a server tells of itself, whoever asks. */
export interface ServerStatus {
  /** The units of quota that make one US dollar. */
  readonly quotaPerUnit?: number;
  readonly version?: string;
}

/**
 * `GET /api/status`; what the server does not tell is not there. Tried once, without the token, which
 * that page does not need, and past the rate limiter: nothing waits for it, and a 429 here pauses
 * nothing.
 */
export async function readServerStatus(options: StatusOptions): Promise<ServerStatus> {
  const { send, clock, emit, words, signal } = options;
  const headers = { Accept: "application/json", "User-Agent": "cometkeys" };
  const path = "/api/status";
  const sentAt = clock.now();
  const timed = { send, clock, timeoutMs: TIMEOUT_MS };
  const answer = classify(
    await sendWithTimeout(timed, { method: "GET", path, headers }, signal),
    words,
  );
  const ms = Math.round(clock.now() - sentAt);
  const outcome = answer.kind === "unknown" ? `unknown (${answer.why})` : answer.kind;
  emit({ type: "request", method: "GET", path, outcome, ms });
  return answer.kind === "success" && isJsonObject(answer.data) ? statusOf(answer.data, words) : {};
}

/** Code points of a version; a usual one has fewer than twenty. */
const MAX_VERSION = 80;

function statusOf({ quota_per_unit: rate, version }: JsonObject, words: Words): ServerStatus {
  // Outside of this it is no rate that money could be shown by.
  const isRate = typeof rate === "number" && rate >= 1e-6 && rate <= 1e15;
  return {
    ...(isRate ? { quotaPerUnit: rate } : {}),
    ...(isText(version) && version !== "" ? { version: cutText(words(version), MAX_VERSION) } : {}),
  };
}
