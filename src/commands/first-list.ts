import type { ApiError } from "../api/api-result.ts";
import { READ_TRIES, readDelay } from "../api/backoff.ts";
import type { KeysReader } from "../api/keys-api.ts";
import type { KeyList } from "../api/list.ts";
import type { Stop } from "../api/stop.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Emit } from "../model/events.ts";
import { sleep, type Clock, type Random } from "../model/ports.ts";
import { err, type Result } from "../model/result.ts";
import { explainListError, type Situation } from "./explain.ts";

export interface FirstListOptions {
  readonly api: KeysReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: Pick<Stop, "requests">;
  readonly emit: Emit;
  readonly situation: Situation;
}

/**
 * The list a run begins with. A list is asked for with nothing but the credentials, but a server
 * also refuses it for reasons of its own, such as a database that is locked, and says either with
 * `success: false` and words in its own language. Whoever may not list may not ask who they are
 * either: so a refusal is about the credentials only if `/api/user/self` is refused too. Any other is
 * a passing fault like a 5xx, and the list is tried again as often.
 */
export async function readFirstList(
  options: FirstListOptions,
): Promise<Result<KeyList, Diagnostic>> {
  const { api, clock, random, stop, emit, situation } = options;
  const fail = (error: ApiError): Result<never, Diagnostic> =>
    err(explainListError(error, situation));
  for (let tries = 1; ; tries += 1) {
    const listed = await api.list();
    if (listed.ok) return listed;
    const { code, message } = listed.error;
    if (code !== "server-refused") return fail(listed.error);
    const self = await api.hint("/api/user/self");
    if (self.kind === "refused") return fail({ code: "credentials-refused", message });
    if (tries === READ_TRIES) {
      return fail({ code, message: `${message} (tried ${READ_TRIES} times)`.trimStart() });
    }
    emit({ type: "retry", what: "GET /api/token/", reason: message || "refused" });
    await sleep(clock, readDelay(tries, random), stop.requests);
  }
}
