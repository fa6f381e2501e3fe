import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ExitCode } from "../../model/exit-code.ts";
import type { LiveKey } from "../../model/key.ts";
import { ok, type Result } from "../../model/result.ts";
import { keysOfAccount } from "../../plan/account.ts";
import { connectReader } from "../connect.ts";
import { readFirstList } from "../first-list.ts";
import type { Io } from "../io.ts";
import { situationOf } from "../prepare-plan.ts";
import type { Loudness } from "../progress.ts";
import { inSession, type Access } from "../session.ts";

export interface LiveKeys {
  readonly keys: readonly LiveKey[];
  /** Unix seconds by the server's clock. */
  readonly now: number;
}

export interface ReadLiveKeys {
  readonly live: Result<LiveKeys, Diagnostic>;
  readonly codes: readonly ExitCode[];
}

/** Every key of the account; an administrator's list of several accounts is refused. */
export async function readLiveKeys(
  access: Access,
  loudness: Loudness,
  io: Io,
): Promise<ReadLiveKeys> {
  const { value: listed, codes } = await inSession(access, io, loudness, async (connection) =>
    readFirstList({
      api: await connectReader(connection, io),
      clock: io.clock,
      random: io.random,
      stop: connection.stop,
      emit: connection.emit,
      situation: situationOf(access),
    }),
  );
  if (!listed.ok) return { live: listed, codes };
  const { keys, serverTime } = listed.value;
  const owned = keysOfAccount({ keys, account: undefined, self: undefined, forWriting: true });
  const now = Math.floor((serverTime ?? io.clock.wall()) / 1000);
  return { live: owned.ok ? ok({ keys: owned.value, now }) : owned, codes };
}
