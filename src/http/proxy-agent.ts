import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";
import type { Proxy } from "./proxy.ts";

/**
 * Carries requests through the proxy, in a tunnel that CONNECT opens. What fails before the tunnel
 * stands (the connection to the proxy, its TLS handshake, CONNECT itself) is one error of its own:
 * the codes underneath, a reset for instance, are also those of a request that broke half-way, and
 * with some of them undici would open the tunnel again and again until the timeout.
 */
export function createProxyAgent(proxy: Proxy): Dispatcher {
  // It would read HTTP_PROXY by itself, and fail where that has no scheme. Nothing goes by plain http.
  return new EnvHttpProxyAgent({ ...proxy, httpProxy: "", clientFactory });
}

/** Carries requests straight to their server, whatever the process was told of proxies. */
export function createDirectAgent(): Dispatcher {
  return new Agent();
}

type Connect = (asked: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;

function clientFactory(origin: URL, options: object): Dispatcher {
  const pool = new Pool(origin, options);
  const original: Connect = pool.connect.bind(pool);
  const connect: Connect = async (asked) => {
    const opened = await original(asked).catch((error: unknown) => {
      throw noTunnel(error instanceof Error ? error.message : String(error));
    });
    if (opened.statusCode === 200) return opened;
    // Whatever the proxy still has to say about it is not read.
    opened.socket.on("error", () => {}).destroy();
    throw noTunnel(`it answered CONNECT with HTTP ${opened.statusCode}`);
  };
  return Object.assign(pool, { connect });
}

/** Without the cause: its code would be taken for that of the request. */
function noTunnel(reason: string): Error {
  return Object.assign(new Error(`the proxy opened no tunnel: ${reason}`), {
    code: "ERR_PROXY_TUNNEL",
  });
}
