import type { ApiError } from "../api/api-result.ts";
import { READ_TRIES, readDelay } from "../api/backoff.ts";
import type { KeyList } from "../api/list.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { sleep } from "../model/ports.ts";
import { err, type Result } from "../model/result.ts";
import type { Situation } from "./access.ts";
import type { Session } from "./session.ts";

/**
 * The list a run begins with. A list is asked for with nothing but the credentials, but a server
 * also refuses it for reasons of its own, such as a database that is locked, and says either with
 * `success: false` and words in its own language. Whoever may not list may not ask who they are
 * either: so a refusal is about the credentials only if `/api/user/self` is refused too. Any other is
 * a passing fault like a 5xx, and the list is tried again as often.
 */
export async function readFirstList(session: Session): Promise<Result<KeyList, Diagnostic>> {
  const { api, clock, random, stop, emit, situation } = session;
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

const RAW_TOKEN =
  "check COMETAPI_ACCESS_TOKEN (or --token-file): a personal access token of this server, raw, without Bearer";
const USER_ID =
  "; some servers of this family also want the account's user id: set COMETAPI_USER_ID";
const SERVERS_TROUBLE =
  "the server's own trouble, as far as it can be told: try again later; if it goes on, ask those who run it";
const WRONG_URL =
  "the base URL is probably wrong: check COMETAPI_BASE_URL (or --base-url); it is the address of the server alone";
const LARGE_KEY = /^key \d+ takes \d+ kB/;
const SHORTEN = "shorten the lists of that key, or delete it, in the server's console";
const LARGE_LIST = /^a list of keys that takes more than /;
const DELETE_SOME =
  "delete keys that nobody uses, or shorten their lists, in the server's console; SECURITY.md has the bounds";
const NETWORK =
  "check the address in COMETAPI_BASE_URL (or --base-url), the network and the proxy variables";
/** Node's codes for a certificate that it does not take. */
const CERTIFICATE = /^(?:\w*CERT\w*|UNABLE_TO_\w+):/;
const UNTRUSTED =
  "this machine does not trust the server's certificate: put the CA of your network, as PEM, into a file, and name that in NODE_EXTRA_CA_CERTS";
const NO_TLS =
  "the server at this address does not seem to speak TLS: check the port; a server on this machine may be meant, which can have http://";
const UNSUPPORTED =
  "servers that answer the list as a bare array or count its pages from 0 (one-api does both) are not supported; if another server is meant, correct COMETAPI_BASE_URL (or --base-url)";

/**
 * What a failed listing means for the user and what to do. The server's own text is localised, so
 * it is quoted and never read.
 */
export function explainListError(error: ApiError, situation: Situation): Diagnostic {
  const { baseUrl } = situation;
  const said = error.message === "" ? "" : `: ${error.message}`;
  switch (error.code) {
    case "credentials-refused": {
      const fix = situation.userIdSent ? RAW_TOKEN : RAW_TOKEN + USER_ID;
      return problem(error.code, `${baseUrl} refused to list the keys${said}`, fix);
    }
    case "server-refused":
      return problem(error.code, `${baseUrl} refused to list the keys${said}`, SERVERS_TROUBLE);
    case "server-not-this-api":
      return problem(
        error.code,
        `${baseUrl} does not answer as this API${said}`,
        unlikeThisApi(error),
      );
    case "server-unreachable":
      return problem(
        error.code,
        `${baseUrl} could not be reached${said}`,
        networkAdvice(error.message),
      );
    case "server-error":
      return problem(error.code, `${baseUrl} failed${said}`, "try again later");
    case "server-limit":
      return problem(error.code, error.message, "try again later, or give a longer --deadline");
    case "server-list-unstable":
      return problem(error.code, error.message, "try again when fewer keys are being changed");
    case "deadline":
      return problem(error.code, error.message, "give a longer --deadline");
    case "hung-up":
    case "interrupted":
    case "terminated":
      return problem(error.code, error.message);
  }
}

function networkAdvice(message: string): string {
  if (CERTIFICATE.test(message)) return UNTRUSTED;
  return message.startsWith("ERR_SSL_") ? NO_TLS : NETWORK;
}

function unlikeThisApi({ message, unsupported }: ApiError): string {
  if (LARGE_KEY.test(message)) return SHORTEN;
  if (LARGE_LIST.test(message)) return DELETE_SOME;
  return unsupported ? UNSUPPORTED : WRONG_URL;
}
