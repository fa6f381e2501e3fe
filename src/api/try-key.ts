import type { Send } from "../http/send.ts";
import type { Emit } from "../model/events.ts";
import { parseBoundedJson } from "../model/json.ts";
import { sleep, type Clock } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import { MOST_PARTS } from "./answer.ts";
import { sendWithTimeout } from "./send-request.ts";

/** What came of using a key once. */
export type Trial =
  | { readonly kind: "works" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unclear"; readonly message: string };

export type TryKey = (key: Secret, signal: AbortSignal) => Promise<Trial>;

interface TryKeyOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly timeoutMs: number;
}

/** How often an unclear answer is asked for again, and the wait before that, ms. */
const TRIES = 2;
const WAIT_MS = 1_000;

/** Uses a key where it costs nothing: the list of the models it may call. */
export function createTryKey({ send, clock, emit, timeoutMs }: TryKeyOptions): TryKey {
  const once = async (key: Secret, signal: AbortSignal): Promise<Trial> => {
    const headers = {
      Authorization: `Bearer ${key.reveal()}`,
      Accept: "application/json",
      "User-Agent": "cometkeys",
    };
    const request = { method: "GET", path: "/v1/models" } as const;
    const sentAt = clock.now();
    const ports = { send, clock, timeoutMs };
    const result = await sendWithTimeout(ports, { ...request, headers }, signal);
    const outcome = result.kind === "answer" ? `HTTP ${result.answer.status}` : codeOrWhy(result);
    emit({ type: "request", ...request, outcome, ms: Math.round(clock.now() - sentAt) });
    if (result.kind !== "answer") return { kind: "unclear", message: codeOrWhy(result) };
    const { status } = result.answer;
    if (status === 200) return isList(result.answer.text) ? { kind: "works" } : UNREADABLE;
    const message = `HTTP ${status}`;
    const isRefused = status === 401 || status === 403;
    return { kind: isRefused ? "refused" : "unclear", message };
  };
  return async (key, signal) => {
    for (let tries = 1; ; tries += 1) {
      const trial = await once(key, signal);
      if (trial.kind !== "unclear" || tries === TRIES || signal.aborted) return trial;
      await sleep(clock, WAIT_MS, signal);
    }
  };
}

const UNREADABLE: Trial = { kind: "unclear", message: "an answer that is no list of models" };

/** A reason may quote a header, and with it the key; a code cannot. */
function codeOrWhy(result: Exclude<Awaited<ReturnType<Send>>, { kind: "answer" }>): string {
  if (result.kind === "broken") return result.why === "timeout" ? "no answer in time" : result.why;
  return result.code ?? "no connection";
}

function isList(text: string): boolean {
  try {
    const body = parseBoundedJson(text, MOST_PARTS);
    return typeof body === "object" && body !== null && "data" in body;
  } catch {
    return false;
  }
}
