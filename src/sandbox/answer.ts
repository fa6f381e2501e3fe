import type { Language, Refusal } from "./refusal.ts";

/** A request as the router sees it: header names in lower case, `query` without its `?`. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

/** An answer before transport; `Date` and `Content-Length` are added when it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(status: number, body: unknown): Answer {
  const headers = { "Content-Type": "application/json; charset=utf-8" };
  return { status, headers, body: JSON.stringify(body) };
}

export function htmlAnswer(status: number, body: string): Answer {
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

/** HTTP 200 with `success: true`; `data` only where the endpoint has any. */
export function success(data?: unknown): Answer {
  return jsonAnswer(200, { data, message: "", success: true });
}

/** The server's way of saying no: HTTP 200 all the same. */
export function failure(refusal: Refusal, language: Language): Answer {
  return jsonAnswer(200, { message: refusal[language], success: false });
}

export function unauthorized(refusal: Refusal, language: Language): Answer {
  const message = refusal[language];
  return jsonAnswer(401, { code: "AUTH_UNAUTHORIZED", message, success: false });
}

/** Too many requests: never a body; `Retry-After` (seconds) only where the server sends it. */
export function tooManyRequests(retryAfter?: number): Answer {
  const headers: Record<string, string> = {};
  if (retryAfter !== undefined) headers["Retry-After"] = String(retryAfter);
  return { status: 429, headers, body: "" };
}

/** A redirect as Go writes it: a body only for GET, and a status that keeps the method otherwise. */
export function redirect(method: string, location: string): Answer {
  if (method !== "GET") return { status: 307, headers: { Location: location }, body: "" };
  const href = location.replaceAll("&", "&amp;").replaceAll('"', "&#34;");
  const page = htmlAnswer(301, `<a href="${href}">Moved Permanently</a>.\n\n`);
  return { ...page, headers: { ...page.headers, Location: location } };
}
