import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { sleep, type Clock, type Random } from "../model/ports.ts";
import {
  cutAnswer,
  readRequest,
  resetConnection,
  sendAnswer,
  type Answer,
  type SandboxRequest,
} from "./answer.ts";
import type { Fault } from "./fault.ts";
import { createHandler, isModelList, isStatusPage } from "./handle.ts";
import { createFaultPicker, playFault, type Exchange } from "./play-fault.ts";
import { createRateLimiter, type RateLimit } from "./rate-limit.ts";
import type { TokenRecord } from "./record.ts";
import { createStore, type Store } from "./store.ts";

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Records to begin with, oldest first. */
  readonly seed?: readonly Partial<TokenRecord>[];
  /** The network's round trip: half of it passes before the handler runs, half after. */
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit;
  /** The limit of the two calls that reveal keys; 20 in 1200 seconds unless told otherwise. */
  readonly revealLimit?: RateLimit;
  /** Show keys masked in list, get and update answers; default false: whole keys. */
  readonly masked?: boolean;
  readonly faults?: readonly Fault[];
  /** The account the token belongs to; 1 unless told otherwise. */
  readonly userId?: number;
  readonly token?: string;
  readonly requireUserHeader?: boolean;
  readonly adminList?: boolean;
  readonly maxKeys?: number;
  /** The largest `remain_quota` of a limited key; older servers know no such limit. */
  readonly maxQuota?: number;
  /** The units that make one dollar, as its status page tells; without it there is no such page. */
  readonly quotaPerUnit?: number;
  /** Unix seconds; the real clock unless told otherwise. */
  readonly now?: () => number;
  /** What latency and the waits of faults pass on; the real clock unless told otherwise. */
  readonly clock?: Clock;
  /** For key values and for faults by chance; the same seed repeats a run. */
  readonly randomSeed?: number;
}

interface LoggedRequest extends SandboxRequest {
  /** Arrival, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Requests being served at arrival, this one included. */
  readonly inFlight: number;
}

export interface Sandbox {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly store: Store;
  /**
   * Every request received whole but those for the status page, also those a limit or fault kept from
   * the handler.
   */
  readonly requests: readonly LoggedRequest[];
  readonly maxInFlight: number;
  /** Replaces the faults; their counts begin again. */
  readonly setFaults: (faults: readonly Fault[]) => void;
  /** Stops, destroys open connections and forgets handlers that were still to run. */
  readonly close: () => Promise<void>;
}

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
  const store = createStore({ ...options, now, random: seededRandom(randomSeed) });
  for (const record of options.seed ?? []) store.seed({ user_id: userId, ...record });
  const limitReveal = createRateLimiter(options.revealLimit ?? REVEAL_LIMIT, nowMs);
  const handle = createHandler({ ...options, store, token, userId, limitReveal });
  const limit = options.rateLimit && createRateLimiter(options.rateLimit, nowMs);
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
    const request = await readRequest(incoming);
    if (request === undefined) return;
    if (isStatusPage(request) || isModelList(request)) {
      leave();
      return sendAnswer(outgoing, handle(request), now());
    }
    requests.push({ ...request, at, inFlight: inFlightAtArrival });
    // Decided on arrival, before any wait: counts follow the order of the log.
    const tooMany = limit?.();
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

/** A repeatable source of numbers in [0, 1): the same seed gives the same run (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
