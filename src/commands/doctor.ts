import { CODES } from "../model/codes.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { renderFindingsText } from "../render/findings-text.ts";
import { renderFindingsJson } from "../render/json.ts";
import { examine } from "../run/doctor.ts";
import { failed } from "../run/findings.ts";
import type { Io } from "../run/io.ts";
import { count, parseFormat } from "../run/flag-values.ts";
import { serverOptions, type FlagsOf, type NewCommand } from "../run/options.ts";
import { fail, finish } from "../run/report.ts";

export function doctorCommand(command: NewCommand) {
  return serverOptions(
    command
      .description("look what is to be known of a server; sends nothing but GET")
      .option("--format <format>", "text or json"),
  ).option("--max-keys <n>", "the account's limit of keys (default 1000)");
}

/** `cometkeys doctor`: token, account, server and what to do about each; sends nothing but GET. */
export async function runDoctor(flags: FlagsOf<typeof doctorCommand>, io: Io): Promise<ExitCode> {
  const format = parseFormat(flags.format, ["text", "json"]);
  const maxKeys = count("--max-keys", flags.maxKeys ?? "1000", 1, 999_999_999);
  const problems = [format, maxKeys].flatMap((read) => (read.ok ? [] : [read.error]));
  if (!format.ok || !maxKeys.ok) {
    const isJson = format.ok && format.value === "json";
    const code = fail(problems, io, flags.quiet);
    return finish(io, isJson ? renderFindingsJson(problems.map(failed)) : undefined, [code]);
  }
  const { findings, codes } = await examine(flags, io, maxKeys.value);
  const result =
    format.value === "json"
      ? renderFindingsJson(findings)
      : renderFindingsText(findings, io.view.stdout);
  const found = findings.flatMap(({ code }) => (code === undefined ? [] : [CODES[code]]));
  return finish(io, result, [...codes, ...found]);
}
