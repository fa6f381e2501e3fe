export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One HTTP request, complete but for the origin. */
export interface HttpRequest {
  readonly method: Method;
  /** Path and query under the base URL, starting with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** One answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter?: string;
  /** The `Date` header: the server's clock. */
  readonly date?: string;
  readonly text: string;
}

/**
 * What became of a request. `not-sent` promises that no byte of it reached a server; anything that
 * broke later is `broken`, because the server may have acted on it.
 */
export type SendResult =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "not-sent"; readonly reason: string }
  | {
      readonly kind: "broken";
      readonly why: "reset" | "cut" | "timeout" | "aborted";
      readonly reason: string;
    };

/** Carries one request; never rejects, never retries, never follows a redirect. */
export type Send = (request: HttpRequest) => Promise<SendResult>;
