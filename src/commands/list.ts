import { isChosen } from "../model/glob.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err } from "../model/result.ts";
import { diagnosticBody, document, FORMAT_VERSION } from "../render/json-document.ts";
import { listedKey, renderListText, sortByName } from "../render/list-text.ts";
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
    return finish(io, json ? listDocument([], problems) : undefined, [exitOf(problems)]);
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
  const result = format.value === "json" ? listDocument(keys, problems) : text();
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

/** The one document of `list --format json`. */
export function listDocument(
  keys: Parameters<typeof sortByName>[0],
  problems: readonly Parameters<typeof diagnosticBody>[0][],
): string {
  return document({
    format_version: FORMAT_VERSION,
    keys: sortByName(keys).map(listedKey),
    diagnostics: problems.map(diagnosticBody),
  });
}
