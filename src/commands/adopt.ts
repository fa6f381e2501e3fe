import { problem } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err } from "../model/result.ts";
import { readAccess } from "../run/access.ts";
import { prepareAdoption, readAdopted } from "../run/adopt.ts";
import { applyApproved } from "../run/apply.ts";
import { planShower, reportApply } from "../run/apply-report.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import { serverOptions, type FlagsOf, type NewCommand } from "../run/options.ts";
import { untilStopped } from "../run/stop.ts";

export function adoptCommand(command: NewCommand) {
  return serverOptions(
    command
      .description("make one live key the only one of a name; the others are renamed")
      .requiredOption("--id <id>", "required: of the key to keep, as `list` shows it")
      .requiredOption("--name <name>", "required: the name it is to have alone")
      .option("--format <format>", "text or json")
      .option("--auto-approve", "do not ask"),
  ).option("--settle <duration>", "how long a lost answer may still take effect (default 5s)");
}

/**
 * `cometkeys adopt`: the way out of several keys of one name. The others get names of their own, which
 * no file declares; no key is deleted, and none changes its value.
 */
export async function runAdopt(flags: FlagsOf<typeof adoptCommand>, io: Io): Promise<ExitCode> {
  const { autoApprove = false, quiet } = flags;
  const format = parseFormat(flags.format, ["text", "json"]);
  const adopted = readAdopted(flags.id, flags.name);
  const read = await untilStopped(io, () => readAccess(flags, io));
  const access = read.ok ? read.value : err([read.error]);
  const shape = { json: format.ok && format.value === "json", quiet };
  if (!format.ok || !adopted.ok || !access.ok || !(autoApprove || io.interactive())) {
    const problems = [
      ...(format.ok ? [] : [format.error]),
      ...(adopted.ok ? [] : [adopted.error]),
      ...(access.ok ? [] : access.error),
      ...(autoApprove || io.interactive() ? [] : [NOBODY_TO_ASK]),
    ];
    return reportApply({ outcomes: [], diagnostics: problems, codes: [] }, [], shape, io);
  }
  io.redactor.keep(adopted.value.name);
  const run = await applyApproved(
    {
      access: access.value,
      prepare: (session) => prepareAdoption(adopted.value, session),
    },
    { flags, nonInteractive: autoApprove },
    planShower(shape, io),
    io,
  );
  return reportApply(run, [], shape, io);
}

const NOBODY_TO_ASK = problem(
  "confirmation-missing",
  "there is no terminal to ask on",
  "look at the keys with `cometkeys list --only NAME`, then give --auto-approve",
);
