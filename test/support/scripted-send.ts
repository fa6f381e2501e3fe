import type { HttpAnswer, HttpRequest, Send, SendResult } from "../../src/http/send.ts";

export type Reply = SendResult | ((request: HttpRequest) => SendResult | Promise<SendResult>);

export interface ScriptedSend {
  readonly send: Send;
  /** What was sent so far, in order. */
  readonly requests: readonly HttpRequest[];
}

/** A transport that gives the replies in order; the last one is given to all further requests. */
export function scriptedSend(...replies: readonly [Reply, ...Reply[]]): ScriptedSend {
  const requests: HttpRequest[] = [];
  return {
    requests,
    send: async (request) => {
      requests.push(request);
      const reply = replies[Math.min(requests.length, replies.length) - 1] ?? replies[0];
      return typeof reply === "function" ? reply(request) : reply;
    },
  };
}

export function answer(text: string, more: Partial<HttpAnswer> = {}): SendResult {
  return {
    kind: "answer",
    answer: { status: 200, contentType: "application/json; charset=utf-8", text, ...more },
  };
}

export function jsonAnswer(body: unknown, more: Partial<HttpAnswer> = {}): SendResult {
  return answer(JSON.stringify(body), more);
}

export const ACCEPTED = jsonAnswer({ success: true, message: "" });

/** HTTP 429, which the family sends with an empty body. */
export function limited(retryAfter?: string): SendResult {
  return answer("", { status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

export const RESET: SendResult = { kind: "broken", why: "reset", reason: "ECONNRESET" };
export const REFUSED: SendResult = { kind: "not-sent", reason: "ECONNREFUSED" };
