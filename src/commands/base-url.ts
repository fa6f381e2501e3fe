import { isLoopback } from "../http/proxy.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { problem } from "./problem.ts";

export const DEFAULT_BASE_URL = "https://api.cometapi.com";

export interface BaseUrl {
  /** Without a trailing slash. */
  readonly url: string;
  readonly loopback: boolean;
}

/** Checks the base URL from `--base-url` or `COMETAPI_BASE_URL`. */
export function parseBaseUrl(text: string, from: string): Result<BaseUrl, Diagnostic> {
  const wrong = (message: string, fix: string): Result<never, Diagnostic> =>
    err(problem("usage", `${from}: ${message}`, fix));

  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return wrong("not an http(s) URL", `write the server's address, such as ${DEFAULT_BASE_URL}`);
  }
  if (url.username !== "" || url.password !== "") {
    return wrong("it holds a user name or password", "the token goes into COMETAPI_ACCESS_TOKEN");
  }
  if (url.search !== "" || url.hash !== "") {
    return wrong("it holds a query or fragment", "write only the server's address");
  }
  const path = url.pathname.replace(/\/+$/, "");
  const tail = /\/(v1|api)(\/.*)?$/.exec(path);
  if (tail !== null) {
    const without = url.origin + path.slice(0, tail.index);
    return wrong(`"${tail[0]}" does not belong in it`, `write ${without}`);
  }
  const loopback = isLoopback(url.href);
  if (url.protocol === "http:" && !loopback) {
    return wrong("plain http would show the access token to the network", "use https");
  }
  return ok({ url: url.origin + path, loopback });
}
