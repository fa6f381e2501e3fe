import { parseRetryAfter } from "./backoff.ts";
import { isJsonObject, parseBoundedJson, type JsonObject } from "../model/json.ts";
import { cutText } from "../model/text.ts";
import type { HttpAnswer, SendResult } from "../http/send.ts";

/** Takes the keys out of what a server says, as in `Duplicate entry '…'`: no list may have shown them. */
export type Words = (text: string) => string;

/** Why it cannot be told whether the server acted on a request. */
export type Doubt =
  | "timeout"
  | "reset"
  | "cut"
  | "aborted"
  | "empty"
  | "html"
  | "shape"
  | "server-error"
  | "in-doubt-status";

/** One answer, classified without trust: only `success` says that the server did as asked. */
export type Answer =
  | {
      readonly kind: "success";
      readonly data: unknown;
      /** UTF-16 units of the body. */
      readonly size: number;
      readonly serverTime?: number;
    }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unauthorized"; readonly message: string }
  | { readonly kind: "not-found"; readonly message: string }
  | { readonly kind: "limited"; readonly retryAfter?: string }
  | { readonly kind: "redirect"; readonly status: number }
  | { readonly kind: "not-sent"; readonly reason: string }
  | {
      readonly kind: "unknown";
      readonly why: Doubt;
      readonly reason: string;
      /** The server named a cause that a repeat will not cure. */
      readonly final?: true;
    };

/** 4xx statuses that gateways send although the request may be under way. */
const IN_DOUBT = new Set([408, 409, 425]);

/** Reads what became of a request. Failures come as HTTP 200 too, so the body decides. */
export function classify(result: SendResult, words: Words): Answer {
  switch (result.kind) {
    case "not-sent":
      return { kind: "not-sent", reason: result.reason };
    case "broken":
      return { kind: "unknown", why: result.why, reason: result.reason };
    case "answer":
      return classifyAnswer(result.answer, words);
  }
}

function classifyAnswer(answer: HttpAnswer, words: Words): Answer {
  const { status } = answer;
  if (status === 429) {
    return answer.retryAfter === undefined
      ? { kind: "limited" }
      : { kind: "limited", retryAfter: relative(answer.retryAfter, answer.date) };
  }
  if (status >= 300 && status < 400) return { kind: "redirect", status };
  const body = parseObject(answer.text);
  if (status >= 500) return serverError(status, body, words);
  if (IN_DOUBT.has(status)) {
    return { kind: "unknown", why: "in-doubt-status", reason: `HTTP ${status}` };
  }
  const message = quote(body, words);
  if (status === 401) return { kind: "unauthorized", message };
  if (status === 404) return { kind: "not-found", message };
  if (status >= 400) return { kind: "refused", message: message || `HTTP ${status}` };
  return classifyBody(answer, body, words);
}

/** `Retry-After` as seconds: a date in it is one of the server's clock, which may be off by hours. */
function relative(retryAfter: string, date: string | undefined): string {
  const serverTime = Date.parse(date ?? "");
  const ms = Number.isNaN(serverTime) ? undefined : parseRetryAfter(retryAfter, serverTime);
  return ms === undefined ? retryAfter : String(Math.ceil(ms / 1000));
}

function classifyBody(answer: HttpAnswer, body: JsonObject | undefined, words: Words): Answer {
  if (body === undefined) return unreadable(answer);
  if (body["success"] === true) {
    const serverTime = Date.parse(answer.date ?? "");
    const success = { kind: "success", data: body["data"], size: answer.text.length } as const;
    return Number.isNaN(serverTime) ? success : { ...success, serverTime };
  }
  if (body["success"] === false) {
    // Some servers answer a bad token with HTTP 200; `code` is not localised, the message is.
    const code = body["code"];
    const kind = typeof code === "string" && code.startsWith("AUTH_") ? "unauthorized" : "refused";
    return { kind, message: quote(body, words) };
  }
  return { kind: "unknown", why: "shape", reason: 'JSON without "success"' };
}

function serverError(status: number, body: JsonObject | undefined, words: Words): Answer {
  const error = body?.["error"];
  const final = isJsonObject(error) && error["code"] === "invalid_request";
  const message = quote(body, words);
  const reason = message === "" ? `HTTP ${status}` : `HTTP ${status}: ${message}`;
  return { kind: "unknown", why: "server-error", reason, ...(final ? { final: true } : {}) };
}

function unreadable(answer: HttpAnswer): Answer {
  if (answer.text.trim() === "") {
    return { kind: "unknown", why: "empty", reason: `HTTP ${answer.status} with an empty body` };
  }
  const html = answer.contentType.includes("html") || answer.text.trimStart().startsWith("<");
  if (html) return { kind: "unknown", why: "html", reason: "HTML instead of JSON" };
  const most = answer.text.length > MOST_PARTS ? ", or has more than 500,000 parts" : "";
  return { kind: "unknown", why: "cut", reason: `a body that is not complete JSON${most}` };
}

/** Objects, lists and commas of one answer; a page of a hundred keys with long lists has a fifth of that. */
export const MOST_PARTS = 500_000;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseBoundedJson(text, MOST_PARTS);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Code points; a copy, for a part of a text would keep the whole of it in memory. */
const MAX_QUOTE = 500;

/** The server's own words, whatever envelope they came in; localised, so only ever quoted. */
function quote(body: JsonObject | undefined, words: Words): string {
  const error = body?.["error"];
  const text = body?.["message"] ?? (isJsonObject(error) ? error["message"] : undefined);
  return typeof text === "string" ? cutText(words(text), MAX_QUOTE) : "";
}
