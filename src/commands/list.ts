import { isChosen } from "../model/glob.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err } from "../model/result.ts";
import { renderListJson } from "../render/json.ts";
import { renderListText } from "../render/text.ts";
import { connectReader } from "./connect.ts";
import { finish } from "./finish.ts";
import { readFirstList } from "./first-list.ts";
import { parseFormat } from "./format.ts";
import type { Io } from "./io.ts";
import { situationOf } from "./prepare-plan.ts";
import { exitOf } from "./problem.ts";
import type { Loudness } from "./progress.ts";
import { reportDiagnostics } from "./report.ts";
import { inSession, readAccess, type Access } from "./session.ts";
import type { ServerFlags } from "./settings.ts";
import { untilSignal } from "./until-signal.ts";

export interface ListFlags extends ServerFlags, Loudness {
  readonly format?: string;
  readonly only?: readonly string[];
}

/** `cometkeys list`: shows the live keys, without their values. */
export async function runList(flags: ListFlags, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json"]);
  const read = await untilSignal(io, () => readAccess(flags, io));
  const access = read.ok ? read.value : err([read.error]);
  if (!format.ok || !access.ok) {
    const problems = [...(format.ok ? [] : [format.error]), ...(access.ok ? [] : access.error)];
    reportDiagnostics(problems, io, flags.quiet);
    const json = format.ok && format.value === "json";
    return finish(io, json ? renderListJson([], problems) : undefined, [exitOf(problems)]);
  }
  const { listed, codes } = await readList(access.value, flags, io);
  const problems = listed.ok ? [] : [listed.error];
  reportDiagnostics(problems, io, flags.quiet);
  const only = flags.only ?? [];
  const keys = (listed.ok ? listed.value.keys : []).filter(({ name }) => isChosen(name, only));
  const hidden = listed.ok && keys.length === 0 ? listed.value.keys.length : 0;
  const none = `No key matches --only (${hidden} in the account).\n`;
  const text = (): string | undefined =>
    listed.ok ? (hidden > 0 ? none : renderListText(keys)) : undefined;
  const result = format.value === "json" ? renderListJson(keys, problems) : text();
  return finish(io, result, [...codes, exitOf(problems)]);
}

async function readList(access: Access, flags: ListFlags, io: Io) {
  const { value: listed, codes } = await inSession(access, io, flags, async (connection) =>
    readFirstList({
      api: await connectReader(connection, io),
      clock: io.clock,
      random: io.random,
      stop: connection.stop,
      emit: connection.emit,
      situation: situationOf(access),
    }),
  );
  return { listed, codes };
}
