import { CODES } from "../model/codes.ts";
import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { renderDeliveryJson } from "../render/json.ts";
import { renderDeliveriesText, renderDoneText } from "../render/outcomes-text.ts";
import { deliverNamed, type DeliveryRun } from "../run/deliver.ts";
import { readInputs } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { parseFormat } from "../run/flag-values.ts";
import {
  ALLOW_SINK,
  deliveryOptions,
  fileOption,
  POLICY,
  serverOptions,
  type FlagsOf,
  type NewCommand,
} from "../run/options.ts";
import { finish, reportDiagnostics, write } from "../run/report.ts";
import { untilStopped } from "../run/stop.ts";

export function deliverCommand(command: NewCommand) {
  return deliveryOptions(
    serverOptions(fileOption(command.description("bring live keys to the places of deliver")))
      .option("--format <format>", "text or json")
      .option("--auto-approve", "do not ask")
      .option(...ALLOW_SINK)
      .option(...POLICY),
  ).argument("<names...>", "exact names of declared keys");
}

/**
 * `cometkeys deliver NAME…`: for a key that was live before its file said where it goes, or whose place
 * has lost it. Nothing is changed on the server.
 */
export async function runDeliver(
  flags: FlagsOf<typeof deliverCommand>,
  io: Io,
  names: readonly string[],
): Promise<ExitCode> {
  const { autoApprove = false, quiet } = flags;
  const format = parseFormat(flags.format, ["text", "json"]);
  const json = format.ok && format.value === "json";
  const read = await untilStopped(io, () => readInputs(flags, io));
  const { inputs, diagnostics: met } = read.ok
    ? read.value
    : { inputs: undefined, diagnostics: [read.error] };
  const found: readonly Diagnostic[] = [
    ...(format.ok ? [] : [format.error]),
    ...(autoApprove || io.interactive() ? [] : [NOBODY_TO_ASK]),
    ...met,
  ];
  reportDiagnostics(found, io, quiet);
  const show = async (text: string): Promise<boolean> => {
    if (!json) return (await write(text, io)).written;
    io.stderr(text);
    return true;
  };
  const isFit = format.ok && (autoApprove || io.interactive()) && inputs !== undefined;
  const run: DeliveryRun = isFit
    ? await deliverNamed(names, inputs, flags, show, io)
    : { outcomes: [], diagnostics: [], codes: [] };
  reportDiagnostics(run.diagnostics, io, quiet);
  const diagnostics = [...found, ...run.diagnostics];
  const { outcomes } = run;
  const text = outcomes.length === 0 ? undefined : renderDeliveriesText(outcomes, io.view.stdout);
  return finish(
    io,
    json ? renderDeliveryJson(outcomes, diagnostics) : text,
    [
      ...run.codes,
      exitOf(diagnostics),
      ...outcomes.flatMap(({ error }) => (error === undefined ? [] : [CODES[error.code]])),
    ],
    `${quiet ? renderDoneText(outcomes) : ""}${renderDeliveriesText(outcomes)}`,
  );
}

const NOBODY_TO_ASK = problem(
  "confirmation-missing",
  "there is no terminal to ask on",
  "look at where the keys go in the file, then give --auto-approve",
);
