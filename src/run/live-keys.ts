import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { LiveKey } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import { keysOfAccount } from "../plan/account.ts";
import { readAccess } from "./access.ts";
import { readFirstList } from "./first-list.ts";
import type { Io } from "./io.ts";
import type { ServerFlags } from "./options.ts";
import { withReader } from "./session.ts";
import { untilStopped } from "./stop.ts";

interface LiveAccount {
  readonly keys: readonly LiveKey[];
  /** Unix seconds by the server's clock. */
  readonly now: number;
}

interface ReadAccount {
  readonly account: Result<LiveAccount, readonly Diagnostic[]>;
  /** The exit code of a signal. */
  readonly codes: readonly ExitCode[];
}

/**
 * Every key of the account; an administrator's list of several accounts is refused. Every key value of
 * the list is known to the redactor by then.
 *
 * @param check Looks at what else the command needs, before the server is asked and once the token is known.
 */
export async function readLiveKeys(
  flags: ServerFlags,
  io: Io,
  check: () => Promise<readonly Diagnostic[]> = async () => [],
): Promise<ReadAccount> {
  const read = await untilStopped(io, async () => {
    const access = await readAccess(flags, io);
    const problems = [...(access.ok ? [] : access.error), ...(await check())];
    return access.ok && problems.length === 0 ? access : err(problems);
  });
  const access = read.ok ? read.value : err([read.error]);
  if (!access.ok) return { account: access, codes: [] };
  const { value: listed, codes } = await withReader(access.value, flags, io, readFirstList);
  if (!listed.ok) return { account: err([listed.error]), codes };
  const { keys, serverTime } = listed.value;
  const owned = keysOfAccount({ keys, account: undefined, self: undefined, forWriting: true });
  if (!owned.ok) return { account: err([owned.error]), codes };
  const now = Math.floor((serverTime ?? io.clock.wall()) / 1000);
  return { account: ok({ keys: owned.value, now }), codes };
}
