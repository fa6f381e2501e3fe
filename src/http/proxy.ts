import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface Proxy {
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * `HTTPS_PROXY` and `NO_PROXY`, also in lower case. A proxy without a scheme is taken for http, as
 * other programs do. The value may hold a password, so no message repeats it.
 */
export function readProxy(
  env: Readonly<Record<string, string | undefined>>,
): Result<Proxy | undefined, Diagnostic> {
  const get = (name: string): string => (env[name.toLowerCase()] || env[name] || "").trim();
  const text = get("HTTPS_PROXY");
  if (text === "") return ok(undefined);
  const httpsProxy = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(httpsProxy) && isProxy(new URL(httpsProxy))) {
    return ok({ httpsProxy, noProxy: bracketed(get("NO_PROXY")) });
  }
  const message = "HTTPS_PROXY is not the address of an http(s) proxy";
  return err({
    severity: "error",
    code: "usage",
    message,
    fix: "write it as http://host:port, and % in a password as %25",
  });
}

/** A password with a bare `%` could be sent nowhere. */
function isProxy({ protocol, username, password }: URL): boolean {
  return /^https?:$/.test(protocol) && !/%(?![\da-f]{2})/i.test(username + password);
}

/** A bare IPv6 address, as other programs take it, would be read as a name and a port. */
function bracketed(noProxy: string): string {
  return noProxy.replaceAll(/(?<![^\s,])[\da-f]*:[\da-f]*:[\da-f:.]*(?![^\s,])/gi, "[$&]");
}

/** A server on this machine: no proxy leads to it, and plain http shows a token to nobody. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/.test(
    hostname,
  );
}
