import type { KeyList } from "../api/list.ts";
import type { ServerStatus } from "../api/server-status.ts";
import { CODES } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { EXIT } from "../model/exit-code.ts";
import { instantText } from "../model/field-rules.ts";
import type { Check, Finding } from "../model/finding.ts";
import type { Result } from "../model/result.ts";
import { cutText, firstOf } from "../model/text.ts";
import { keysOfAccount } from "../plan/account.ts";

/** Whose certificates are trusted, by the environment. */
interface Trust {
  /** `NODE_EXTRA_CA_CERTS`. */
  readonly extra: string | undefined;
  readonly isReadable: boolean;
  /** `NODE_TLS_REJECT_UNAUTHORIZED=0` */
  readonly isOff: boolean;
}

/** What was asked of a server, and what it answered. */
export interface Answers {
  readonly baseUrl: string;
  readonly isLoopback: boolean;
  /** Host and port of the proxy that requests go through, and what does not. */
  readonly proxy: string | undefined;
  readonly trust: Trust;
  readonly status: ServerStatus;
  readonly list: Result<KeyList, Diagnostic>;
  /** How many key values the list held whole. */
  readonly wholeKeys: number;
  /** The token's own account, where the server tells. */
  readonly self: number | undefined;
  readonly groups: ReadonlySet<string> | undefined;
  /** `COMETAPI_USER_ID`. */
  readonly userId: number | undefined;
  readonly maxKeys: number;
  /** When the list came, Unix ms by this machine's clock. */
  readonly receivedAt: number;
}

/** What the answers mean for whoever is going to use this server; pure. */
export function findingsOf(answers: Answers): readonly Finding[] {
  const { list, status } = answers;
  const version = status.version ?? "it tells no version";
  const rate =
    status.quotaPerUnit === undefined
      ? ""
      : `; ${status.quotaPerUnit} units of quota make a dollar`;
  const about: readonly Finding[] = [
    proxyFinding(answers),
    tlsFinding(answers.trust),
    status.version === undefined && rate === ""
      ? unknown("version", "GET /api/status does not answer", "quotas are shown without dollars")
      : ok("version", `${version}${rate}`),
  ];
  if (!list.ok) {
    const refused = failed(list.error);
    return refused.check === "server"
      ? [refused, ...about]
      : [ok("server", answers.baseUrl), ...about, refused];
  }
  return [
    ok("server", answers.baseUrl),
    ...about,
    clockFinding(list.value, answers.receivedAt),
    ok("token", "accepted: the keys can be listed"),
    accountFinding(list.value, answers),
    groupsFinding(answers),
    listFinding(list.value),
    valuesFinding(list.value, answers.wholeKeys),
    roomFinding(list.value, answers.maxKeys),
    unknown(
      "writes",
      "only a write shows whether the server alters names, which quota it takes at most, and whether the token may write",
      "try apply with one small key first; what the server does otherwise than asked is reported",
    ),
  ];
}

function ok(check: Check, message: string): Finding {
  return { check, status: "ok", message };
}

function unknown(check: Check, message: string, fix: string): Finding {
  return { check, status: "unknown", message, fix };
}

function warning(check: Check, message: string, fix: string): Finding {
  return { check, status: "warning", message, fix };
}

/** An error as every other command tells it: it is about the token, or else about the server. */
export function failed({ code, message, fix }: Diagnostic): Finding {
  const check = CODES[code] === EXIT.credentials ? "token" : "server";
  return { check, status: "error", message, code, ...(fix === undefined ? {} : { fix }) };
}

function proxyFinding({ proxy, isLoopback }: Answers): Finding {
  if (isLoopback) return ok("proxy", "none: the server is on this machine");
  return ok("proxy", proxy === undefined ? "none (HTTPS_PROXY is not set)" : `through ${proxy}`);
}

function tlsFinding({ extra, isReadable, isOff }: Trust): Finding {
  if (isOff) {
    const fix = "unset it, and name the CA of your network in NODE_EXTRA_CA_CERTS";
    return warning("tls", "NODE_TLS_REJECT_UNAUTHORIZED is 0: anybody can pose as the server", fix);
  }
  if (extra === undefined) return ok("tls", "trusts the CAs that Node brings");
  return isReadable
    ? ok("tls", `trusts the CAs that Node brings, and those in ${extra}`)
    : warning(
        "tls",
        `no certificate can be read in ${extra}`,
        "name a file of PEM in NODE_EXTRA_CA_CERTS",
      );
}

/** `Date` has whole seconds, and an answer takes its time. */
const SKEW_MS = 5_000;

function clockFinding({ serverTime }: KeyList, receivedAt: number): Finding {
  if (serverTime === undefined) {
    const fix = "expiry is judged by the clock of this machine: keep it right";
    return unknown("clock", "the server sends no Date", fix);
  }
  const ahead = Math.round((serverTime - receivedAt) / 1000);
  const at = instantText(Math.floor(serverTime / 1000));
  if (Math.abs(serverTime - receivedAt) <= SKEW_MS)
    return ok("clock", `agrees with this machine's`);
  const which = ahead > 0 ? "ahead of" : "behind";
  const message = `the server's clock (${at}) is ${Math.abs(ahead)} s ${which} this machine's`;
  return warning("clock", message, "plan and apply use the server's; validate has only this one");
}

function accountFinding({ keys }: KeyList, { self, userId }: Answers): Finding {
  const owned = keysOfAccount({ keys, account: undefined, self, forWriting: true });
  if (!owned.ok) return { ...failed(owned.error), check: "account" };
  const account = self ?? keys.find((key) => key.user_id !== undefined)?.user_id;
  if (account === undefined) {
    const fix =
      "name it with account.user_id in the file; the first key is then created alone and checked";
    return unknown("account", "neither the server nor a key tells whose token this is", fix);
  }
  if (userId !== undefined && userId !== account) {
    const message = `COMETAPI_USER_ID is ${userId}, and the token belongs to account ${account}`;
    return { check: "account", status: "error", code: "other-account", message, fix: "correct it" };
  }
  return ok("account", `${account}; to refuse any other, write account: { user_id: ${account} }`);
}

const SHOWN_GROUPS = 20;
/** Code points of a name; a server sets no bound. */
const MAX_NAME = 200;

function groupsFinding({ groups }: Answers): Finding {
  if (groups === undefined) {
    const fix = "a group that the account may not use shows when a key with it is used";
    return unknown("groups", "the server does not tell which groups there are", fix);
  }
  const { shown, more } = firstOf([...groups], SHOWN_GROUPS);
  const names = shown.map((name) => JSON.stringify(cutText(name, MAX_NAME)));
  return ok("groups", names.length === 0 ? "none" : `${names.join(", ")}${more}`);
}

function listFinding({ keys, firstPage }: KeyList): Finding {
  const onFirst = firstPage.entries.length;
  const pages = onFirst === 0 ? 1 : Math.ceil(keys.length / onFirst);
  const told = `${keys.length} ${keys.length === 1 ? "key" : "keys"} on ${pages} ${pages === 1 ? "page" : "pages"}`;
  return ok(
    "list",
    pages === 1 ? told : `${told}: the server gives ${onFirst} of the 100 asked for`,
  );
}

function valuesFinding({ keys }: KeyList, wholeKeys: number): Finding {
  if (keys.length === 0) {
    return unknown("key-values", "no key yet, so none is shown", "look again when there is one");
  }
  if (wholeKeys === 0) return ok("key-values", "masked in the list");
  const message = `the list holds the whole value of ${wholeKeys} of ${keys.length} keys`;
  const fix = "cometkeys shows none of them; do not print the server's answers yourself";
  return warning("key-values", message, fix);
}

/** The share of the limit from which the room is told to be little. */
const NEARLY_FULL = 0.9;

function roomFinding({ keys }: KeyList, maxKeys: number): Finding {
  const message = `${keys.length} of ${maxKeys} keys`;
  if (keys.length < maxKeys * NEARLY_FULL) return ok("room", message);
  const fix = "delete keys that nobody uses, or ask those who run the server for a higher limit";
  return warning("room", message, fix);
}
