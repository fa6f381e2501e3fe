import type { HttpRequest, SendResult } from "../../src/http/send.ts";
import type { Delivers } from "./deliveries.ts";
import type { Exchange, RequestKind, Saw } from "./exchange-log.ts";
import { cellOf, strike, type Fault, type FaultRates } from "./faults.ts";
import type { ModelServer, Reply, ServerTraits } from "./model-server.ts";
import type { Choices } from "./random.ts";
import { valueOf } from "./record.ts";
import type { Scheduler } from "./scheduler.ts";

export interface NetworkTools {
  readonly server: ModelServer;
  readonly scheduler: Scheduler;
  readonly choices: Choices;
  readonly traits: ServerTraits;
  readonly exchanges: Exchange[];
  /** Counts every fault that struck. */
  readonly cells: Map<string, number>;
  readonly settleMs: number;
  readonly timeoutMs: number;
  /** Choices of the traits that only some schedules have. */
  readonly extra: Choices;
  /** Keys are to be delivered: how, and of which ids there are any. */
  readonly delivers?: Delivers;
  readonly isLive: (id: number) => boolean;
}

/** A time in which the server answers every request of a client with 429. */
export interface LimitWindow {
  readonly from: number;
  readonly until: number;
  readonly tellsUntil: boolean;
}

/** The side of a connection that belongs to one run of the client. */
export interface Peer {
  readonly run: number;
  readonly rates: FaultRates;
  readonly limited?: LimitWindow;
  /** Told of every step the client takes; false once it has been killed. */
  readonly step: () => boolean;
}

/** How late a lost client may still be answered or a lost commit may land, as a factor. */
const BEYOND_SETTLE = 0.12;

/** Carries requests to the model server, and everything that can go wrong on the way. */
export function createNetwork(tools: NetworkTools) {
  const { server, scheduler, choices, exchanges, cells, extra } = tools;
  const { latencyMs, dateAheadMs } = tools.traits;
  const serverClock = (): number => scheduler.now() + (dateAheadMs ?? 0);

  function carry(peer: Peer, request: HttpRequest): Promise<SendResult> {
    return send(peer, request).then(dated);
  }

  /** The header every answer has on most servers; whole seconds, as HTTP writes them. */
  function dated(result: SendResult): SendResult {
    if (result.kind !== "answer" || dateAheadMs === undefined) return result;
    const date = new Date(Math.floor(serverClock() / 1000) * 1000).toUTCString();
    return { ...result, answer: { ...result.answer, date } };
  }

  /** The calls that show keys change nothing, so a fault of theirs is only that they show nothing. */
  function reveal(peer: Peer, { path, body }: HttpRequest, how: Delivers): Promise<SendResult> {
    const one = /^\/api\/token\/(\d+)\/key$/.exec(path);
    const ids = one === null ? idsIn(body) : [Number(one[1])];
    const isKnown = one !== null || how.shows === "batch";
    const shown = ids.filter(tools.isLive).map((id) => [id, valueOf(id)] as const);
    const data = one === null ? { keys: Object.fromEntries(shown) } : { key: shown[0]?.[1] };
    const fails = peer.rates.reads > 0 && choices.chance(how.failing);
    const fault = (): SendResult =>
      choices.pick([RESET, CUT, failure(choices), http(429, ""), limitedFor("5"), GARBLED]);
    const result = fails ? fault() : isKnown ? json({ success: true, message: "", data }) : NO_PATH;
    return new Promise((resolve) => {
      if (!peer.step()) return;
      scheduler.after(2 * trip(), () => {
        if (!peer.step()) return false;
        resolve(result);
        return true;
      });
    });
  }

  function send(peer: Peer, request: HttpRequest): Promise<SendResult> {
    const shows = tools.delivers !== undefined && /\/key(?:s)?$/.test(request.path);
    if (shows && tools.delivers) return reveal(peer, request, tools.delivers);
    const hint = answerHint(request.path, tools.traits);
    if (hint !== undefined) return Promise.resolve(hint);
    return new Promise((resolve) => {
      // A client killed at this very step may or may not have got the request out.
      if (!peer.step() && choices.chance(0.5)) return;
      const x: Exchange = {
        n: exchanges.length,
        run: peer.run,
        sentAt: scheduler.now(),
        ...readRequest(request),
      };
      exchanges.push(x);
      request.signal.addEventListener("abort", () => {
        if (x.sawAt !== undefined) return;
        x.saw = "gave-up";
        x.sawAt = scheduler.now();
      });
      const answer = (ms: number, result: SendResult, saw: Saw): void => {
        scheduler.after(ms, () => {
          if (x.sawAt !== undefined || !peer.step()) return false;
          x.saw = saw;
          x.sawAt = scheduler.now();
          resolve(result);
          return true;
        });
      };
      const window = peer.limited;
      const limited =
        window !== undefined && x.sentAt >= window.from && x.sentAt < window.until
          ? ({ name: window.tellsUntil ? "429 + Retry-After" : "429", phase: "before" } as const)
          : undefined;
      const fault = limited ?? strike(x.kind, peer.rates, choices);
      if (fault === undefined) return honest(x, 0, 0, answer);
      x.fault = fault.name;
      x.phase = fault.phase;
      const cell = cellOf(fault, x.kind);
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
      if (limited === undefined || window === undefined) return play(x, fault, answer);
      const seconds = Math.ceil((window.until - x.sentAt) / 1000);
      answer(
        2 * trip(),
        window.tellsUntil ? limitedFor(String(seconds)) : http(429, ""),
        "limited",
      );
    });
  }

  type Answer = (ms: number, result: SendResult, saw: Saw) => void;

  const trip = (): number => choices.between(1, 25) + (extra.next() * latencyMs) / 2;

  /** A request that arrives, is handled and answered. */
  function honest(x: Exchange, toServer: number, back: number, answer: Answer): void {
    arrive(x, toServer, {}, (reply) => answer(back + trip(), ...spoken(x, reply)));
  }

  function arrive(
    x: Exchange,
    ms: number,
    meddling: Parameters<ModelServer["handle"]>[1],
    then: (reply: Reply) => void,
  ): void {
    scheduler.after(ms + trip(), () => {
      server.handle(x, meddling, then);
      return false;
    });
  }

  /** The server does its work, and whatever it says is lost. */
  const unheard = (): void => {};

  function play(x: Exchange, fault: Fault, answer: Answer): void {
    const after = fault.phase === "after";
    const stall = (): number => choices.between(0.05, 1.4) * tools.timeoutMs;
    const wrong = (result: SendResult, saw: Saw = "unclear"): void => {
      if (after) arrive(x, 0, {}, () => answer(trip(), result, saw));
      else answer(2 * trip(), result, saw);
    };
    switch (fault.name) {
      case "lost":
        if (choices.chance(0.5)) return wrong(RESET);
        // Nobody ever says anything: the client waits until its own time is up.
        if (after) arrive(x, 0, {}, unheard);
        return;
      case "late": {
        const ms = choices.chance(BEYOND_SETTLE)
          ? choices.between(1, 4) * tools.settleMs + choices.between(0, 12_000)
          : choices.between(0, 0.95) * tools.settleMs;
        const hangs = choices.chance(0.2);
        const from = hangs ? tools.timeoutMs : 0;
        // Either the request itself is held up, or only its commit is.
        if (choices.chance(0.5)) arrive(x, from + ms, {}, unheard);
        else arrive(x, 0, { commitLater: from + ms }, unheard);
        if (!hangs) answer(2 * trip(), choices.chance(0.5) ? RESET : failure(choices), "unclear");
        return;
      }
      case "5xx":
        return wrong(failure(choices));
      case "cut":
        return wrong(choices.chance(0.5) ? CUT : http(200, '{"success":true,"da'));
      case "html":
        return wrong(http(choices.pick([200, 200, 502]), "<html>busy</html>", "text/html"));
      case "429":
        return answer(2 * trip(), http(429, ""), "limited");
      case "429 + Retry-After":
        return answer(2 * trip(), limitedUntil(choices, serverClock()), "limited");
      case "slow":
        return after ? honest(x, 0, stall(), answer) : honest(x, stall(), 0, answer);
      case "refused":
        return wrong(json({ success: false, message: "database error" }), "no");
      case "not opened":
        return answer(trip(), { kind: "not-sent", reason: "connection refused" }, "not-sent");
      case "field dropped":
        return arrive(x, 0, { dropField: true }, (reply) => answer(trip(), ...spoken(x, reply)));
    }
  }

  return { carry };
}

function readRequest({
  method,
  path,
  body,
}: HttpRequest): Pick<Exchange, "kind" | "id" | "name" | "page" | "body"> {
  const sent = body === undefined ? undefined : readBody(body);
  const page = /[?&]p=(\d+)/.exec(path);
  if (page !== null) return { kind: "list", page: Number(page[1]) };
  const id = /^\/api\/token\/(\d+)$/.exec(path);
  if (id !== null) return { kind: method === "DELETE" ? "delete" : "get", id: Number(id[1]) };
  if (sent === undefined) throw new Error(`the model server has no ${method} ${path}`);
  if (method === "POST") return { kind: "post", name: String(sent["name"]), body: sent };
  const kind: RequestKind = path.includes("status_only") ? "status" : "put";
  return { kind, id: Number(sent["id"]), body: sent };
}

function readBody(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error(`no object: ${text}`);
  return Object.fromEntries(Object.entries(value));
}

/** The optional helps: they change nothing a run does to keys, so they get no faults. */
function answerHint(path: string, traits: ServerTraits): SendResult | undefined {
  if (path === "/api/user/self" && traits.tellsOwner) {
    return json({ success: true, message: "", data: { id: traits.owner } });
  }
  const isHint = path.startsWith("/api/user/") || path === "/api/models";
  return isHint ? NO_PATH : undefined;
}

function idsIn(body: string | undefined): readonly number[] {
  const { ids }: { ids?: unknown } = JSON.parse(body ?? "{}");
  return Array.isArray(ids) ? ids.map(Number) : [];
}

const RESET: SendResult = { kind: "broken", why: "reset", reason: "connection reset" };
const CUT: SendResult = { kind: "broken", why: "cut", reason: "the answer was cut" };

const NO_PATH: SendResult = http(404, '{"error":{"message":"no such path"}}');
const GARBLED: SendResult = http(200, '{"success":true,"message":"","data":{}}');

function http(status: number, text: string, contentType = "application/json"): SendResult {
  return { kind: "answer", answer: { status, contentType, text } };
}

function json(value: unknown): SendResult {
  return http(200, JSON.stringify(value));
}

function spoken(x: Exchange, reply: Reply): [SendResult, Saw] {
  const saw = reply.success ? "yes" : x.kind === "get" ? "no-such" : "no";
  return [json(reply), saw];
}

function failure(choices: Choices): SendResult {
  const status = choices.pick([500, 502, 503, 504, 408, 425]);
  return http(status, choices.chance(0.5) ? '{"error":{"message":"busy"}}' : "");
}

function limitedUntil(choices: Choices, now: number): SendResult {
  const seconds = choices.pick([0, 1, 2, 5, 20, 180]);
  const retryAfter = choices.chance(0.7)
    ? String(seconds)
    : new Date(now + seconds * 1000).toUTCString();
  return limitedFor(retryAfter);
}

function limitedFor(retryAfter: string): SendResult {
  return { kind: "answer", answer: { status: 429, contentType: "", text: "", retryAfter } };
}
