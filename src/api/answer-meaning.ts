import { err, ok, type Result } from "../model/result.ts";
import type { ApiError, ReadAnswer, WriteAnswer } from "./api-result.ts";
import { READ_TRIES } from "./backoff.ts";
import type { FinalAnswer } from "./send-request.ts";
import type { HeldBack } from "./rate-limiter.ts";
import { stopCode, type Stop } from "../model/ports.ts";

/**
 * What a read's answer means. `recognised` says that this server has answered as this API before:
 * then HTML is a passing fault of a gateway, otherwise the base URL is wrong.
 */
export function readResult(
  answer: FinalAnswer,
  sentAt: number,
  recognised: boolean,
): Result<ReadAnswer, ApiError> | "again" {
  switch (answer.kind) {
    case "success": {
      const { data, size, serverTime } = answer;
      return ok({ data, size, sentAt, ...(serverTime === undefined ? {} : { serverTime }) });
    }
    case "refused":
      return err({ code: "server-refused", message: answer.message });
    case "unauthorized":
      return err({ code: "credentials-refused", message: answer.message });
    case "not-found": {
      const message = `HTTP 404${answer.message && `: ${answer.message}`}`;
      return err({ code: "server-not-this-api", message, notFound: true });
    }
    case "redirect":
      return err({ code: "server-not-this-api", message: `HTTP ${answer.status} (a redirect)` });
    case "not-sent":
      return "again";
    case "unknown": {
      if (answer.final) return err({ code: "server-error", message: answer.reason });
      const foreign = answer.why === "html" || answer.why === "shape" || answer.why === "empty";
      if (!foreign || recognised) return "again";
      return err({ code: "server-not-this-api", message: answer.reason });
    }
  }
}

/** A read that failed every time. */
export function gaveUp(answer: FinalAnswer, reason: string): ApiError {
  const served = answer.kind === "unknown" && answer.why === "server-error";
  const message = `${reason} (tried ${READ_TRIES} times)`;
  return { code: served ? "server-error" : "server-unreachable", message };
}

/** A read that was never sent. */
export function heldBack(why: HeldBack | "paused", stop: Stop): ApiError {
  if (why === "limit") return { code: "server-limit", message: LIMIT };
  const code = stopCode(stop);
  const message = code === "deadline" ? "--deadline was reached" : "the run was interrupted";
  return { code, message };
}

/** A write that was never sent. */
export function notCarriedOut(why: HeldBack | "paused", stop: Stop): WriteAnswer {
  const { code, message } = heldBack(why, stop);
  return { kind: "not-carried-out", code, reason: message };
}

const LIMIT = "the server's rate limit (HTTP 429) outlasts --deadline";

/** What a write's answer means; everything that is not a clear yes or no is unknown. */
export function writeAnswer(answer: Exclude<FinalAnswer, { kind: "not-sent" }>): WriteAnswer {
  switch (answer.kind) {
    case "success":
      return { kind: "accepted" };
    case "refused":
      return { kind: "refused", message: answer.message };
    case "not-found":
      return { kind: "refused", message: answer.message || "HTTP 404" };
    case "unauthorized":
      return { kind: "unauthorized", message: answer.message };
    case "redirect":
      return { kind: "unknown", reason: `HTTP ${answer.status} (a redirect)` };
    case "unknown":
      return { kind: "unknown", reason: answer.reason };
  }
}
