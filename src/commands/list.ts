import { exitOf } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err } from "../model/result.ts";
import { renderListJson } from "../render/json.ts";
import { tooLarge } from "../render/json-size.ts";
import { renderListText } from "../render/list-text.ts";
import { readAccess } from "../run/access.ts";
import { readFirstList } from "../run/first-list.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import {
  collect,
  onlyThese,
  serverOptions,
  type FlagsOf,
  type NewCommand,
} from "../run/options.ts";
import { finish, reportDiagnostics } from "../run/report.ts";
import { withReader } from "../run/session.ts";
import { untilStopped } from "../run/stop.ts";

export function listCommand(command: NewCommand) {
  const described = command.description("show the live keys, without their values");
  return serverOptions(described.option("--format <format>", "text or json")).option(
    "--only <name|glob>",
    "only these names; may be repeated",
    collect,
  );
}

/** `cometkeys list`: shows the live keys, without their values. */
export async function runList(flags: FlagsOf<typeof listCommand>, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json"]);
  const read = await untilStopped(io, () => readAccess(flags, io));
  const access = read.ok ? read.value : err([read.error]);
  if (!format.ok || !access.ok) {
    const problems = [...(format.ok ? [] : [format.error]), ...(access.ok ? [] : access.error)];
    reportDiagnostics(problems, io, flags.quiet);
    const json = format.ok && format.value === "json";
    return finish(io, json ? renderListJson([], problems) : undefined, [exitOf(problems)]);
  }
  const { value, codes } = await withReader(access.value, flags, io, async (session) => {
    const [list, status] = await Promise.all([readFirstList(session), session.status()]);
    return { list, quotaPerUnit: status.quotaPerUnit };
  });
  const { list: listed, quotaPerUnit } = value;
  const chosen = listed.ok ? onlyThese(flags.only ?? [], listed.value.keys) : listed;
  const large = chosen.ok && format.value === "json" ? tooLarge(chosen.value) : undefined;
  const problems = chosen.ok ? (large === undefined ? [] : [large]) : [chosen.error];
  reportDiagnostics(problems, io, flags.quiet);
  const keys = chosen.ok && large === undefined ? chosen.value : [];
  const hidden = listed.ok && keys.length === 0 ? listed.value.keys.length : 0;
  const none = `No key matches --only (${hidden} in the account).\n`;
  const text = (): string | undefined =>
    chosen.ok ? (hidden > 0 ? none : renderListText(keys, quotaPerUnit)) : undefined;
  const result = format.value === "json" ? renderListJson(keys, problems, quotaPerUnit) : text();
  return finish(io, result, [...codes, exitOf(problems)]);
}
