import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { sleep, type Clock } from "../model/ports.ts";
import type { Answer, SandboxRequest } from "./answer.ts";
import { createFaultPicker } from "./faults.ts";
import { createHandler } from "./handle.ts";
import { playFault, type Exchange } from "./play-fault.ts";
import { createRateLimiter, type Limiter, type RateLimit } from "./rate-limit.ts";
import type { LoggedRequest, Sandbox, SandboxOptions } from "./sandbox.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStore } from "./store.ts";
import { cutAnswer, readText, resetConnection, sendAnswer } from "./wire.ts";

/** The token of a sandbox that was given none. Worth nothing: it opens this process alone. */
export const SANDBOX_TOKEN = "5b1e7c90d4a2438fb6c83f07e29d15aa";

const LOOPBACK = "127.0.0.1";
const REVEAL_LIMIT: RateLimit = { requests: 20, seconds: 1200 };
const CLOCK: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  timer: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Starts a server on the loopback address. Rejects with Node's own error when it cannot listen
 * (`EADDRINUSE`).
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { token = SANDBOX_TOKEN, userId = 1, latencyMs = 0, randomSeed = 1 } = options;
  const clock = options.clock ?? CLOCK;
  const now = options.now ?? (() => Math.floor(clock.wall() / 1000));
  const nowMs = options.now === undefined ? () => clock.wall() : () => now() * 1000;
  const store = createStore({
    now,
    random: seededRandom(randomSeed),
    maxKeys: options.maxKeys ?? 1000,
    adminList: options.adminList ?? false,
    ...(options.maxQuota === undefined ? {} : { maxQuota: options.maxQuota }),
  });
  for (const record of options.seed ?? []) store.seed({ user_id: userId, ...record });
  const handle = createHandler({
    store,
    token,
    userId,
    masked: options.masked ?? false,
    requireUserHeader: options.requireUserHeader ?? false,
    catalogue: options.catalogue,
    limitReveal: createRateLimiter(options.revealLimit ?? REVEAL_LIMIT, nowMs),
    now,
  });
  const limit: Limiter =
    options.rateLimit === undefined ? () => undefined : createRateLimiter(options.rateLimit, nowMs);
  // Chance has a source of its own: a fault must not change the keys a run gives out.
  const chance = seededRandom(randomSeed + 1);
  let pickFault = createFaultPicker(options.faults ?? [], chance);

  const closing = new AbortController();
  // Each request that waits out its latency listens to it, which Node would take for a leak.
  setMaxListeners(0, closing.signal);
  const pause = async (ms: number): Promise<boolean> =>
    ms === 0 ? !closing.signal.aborted : (await sleep(clock, ms, closing.signal)) === "elapsed";
  const requests: LoggedRequest[] = [];
  let inFlight = 0;
  let maxInFlight = 0;

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const at = nowMs();
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    const inFlightAtArrival = inFlight;
    let isServed = false;
    const leave = (): void => {
      if (!isServed) inFlight -= 1;
      isServed = true;
    };
    outgoing.once("close", leave);
    const bodyText = await readText(incoming);
    if (bodyText === undefined) return;
    const request = requestOf(incoming, bodyText);
    requests.push({
      method: request.method,
      path: incoming.url ?? "/",
      body: bodyText,
      headers: request.headers,
      at,
      inFlight: inFlightAtArrival,
    });
    // Decided on arrival, before any wait: counts follow the order of the log.
    const tooMany = limit();
    const fault = tooMany === undefined ? pickFault(request) : undefined;
    const send = async (answer: Answer): Promise<void> => {
      if (!(await pause(latencyMs / 2))) return;
      // Before the client can see the answer: its next request must not meet this one.
      leave();
      sendAnswer(outgoing, answer, now());
    };
    const exchange: Exchange = {
      request,
      run: (tamper) => handle(request, tamper),
      send,
      cut: (answer) => cutAnswer(outgoing, answer, now()),
      reset: () => resetConnection(outgoing),
      pause,
    };
    if (!(await pause(latencyMs / 2))) return;
    if (fault === undefined) await send(tooMany ?? handle(request));
    else await playFault(fault, exchange);
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    void serve(incoming, outgoing);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });

  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    token,
    store,
    requests,
    get maxInFlight() {
      return maxInFlight;
    },
    setFaults: (faults) => {
      pickFault = createFaultPicker(faults, chance);
    },
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function requestOf(incoming: IncomingMessage, bodyText: string): SandboxRequest {
  const [path = "/", ...query] = (incoming.url ?? "/").split("?");
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")] as const,
  );
  return {
    method: incoming.method ?? "GET",
    path,
    query: query.join("?"),
    headers: Object.fromEntries(headers),
    bodyText,
  };
}
