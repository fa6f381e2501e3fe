import type { Send } from "../http/send.ts";
import { isJsonObject } from "../model/json.ts";
import type { Emit } from "../model/events.ts";
import { classify } from "./answer.ts";
import type { Clock } from "../model/ports.ts";
import { sendWithTimeout } from "./send-request.ts";

/** How long its answer may take; only what people see depends on it, ms. */
const TIMEOUT_MS = 2_000;

interface QuotaRateOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Aborts when the run is being stopped. */
  readonly signal: AbortSignal;
}

/**
 * The units of quota that make one US dollar, from `GET /api/status`, or undefined where the server
 * does not tell. Tried once, without the token, which that page does not need, and past the rate
 * limiter: nothing waits for it, and a 429 here pauses nothing.
 */
export async function readQuotaRate(options: QuotaRateOptions): Promise<number | undefined> {
  const { send, clock, emit, signal } = options;
  const headers = { Accept: "application/json", "User-Agent": "cometkeys" };
  const path = "/api/status";
  const sentAt = clock.now();
  const timed = { send, clock, timeoutMs: TIMEOUT_MS };
  const answer = classify(await sendWithTimeout(timed, { method: "GET", path, headers }, signal));
  const ms = Math.round(clock.now() - sentAt);
  const outcome = answer.kind === "unknown" ? `unknown (${answer.why})` : answer.kind;
  emit({ type: "request", method: "GET", path, outcome, ms });
  return answer.kind === "success" ? rateOf(answer.data) : undefined;
}

function rateOf(data: unknown): number | undefined {
  const rate = isJsonObject(data) ? data["quota_per_unit"] : undefined;
  return typeof rate === "number" && Number.isFinite(rate) && rate > 0 ? rate : undefined;
}
