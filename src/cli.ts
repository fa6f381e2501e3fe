import { Command, CommanderError } from "@commander-js/extra-typings";
import { adoptCommand, runAdopt } from "./commands/adopt.ts";
import { applyCommand, runApply } from "./commands/apply.ts";
import { deliverCommand, runDeliver } from "./commands/deliver.ts";
import { demoCommand, runDemo } from "./commands/demo.ts";
import { doctorCommand, runDoctor } from "./commands/doctor.ts";
import { driftCommand, runDrift } from "./commands/drift.ts";
import { exportCommand, runExport } from "./commands/export.ts";
import { initCommand, runInit } from "./commands/init.ts";
import { listCommand, runList } from "./commands/list.ts";
import { planCommand, runPlan } from "./commands/plan.ts";
import { runSandbox, sandboxCommand } from "./commands/sandbox.ts";
import { runSchema, schemaCommand } from "./commands/schema.ts";
import { runValidate, validateCommand } from "./commands/validate.ts";
import { EXIT, type ExitCode } from "./model/exit-code.ts";
import type { Io } from "./run/io.ts";
import { deadlineMs } from "./run/options.ts";
import { fail, unwritable, warnOfCuts } from "./run/report.ts";
import { untilStopped } from "./run/stop.ts";
import { PLAIN } from "./render/view.ts";
import { runUsageError } from "./run/usage-error.ts";

/** Set at build time from package.json. */
declare const VERSION: string;
/** The text of keys.example.yaml, set at build time, so that the demo runs in any folder. */
declare const EXAMPLE: string;

/** Parses the arguments, runs one command and gives its exit code. */
export async function runCli(argv: readonly string[], given: Io): Promise<ExitCode> {
  const io = argv.includes("--no-color") ? withoutColours(given) : given;
  let code: ExitCode = EXIT.ok;
  /** Runs a command within its deadline, which what it said on stderr may take too. */
  const ends = async (flags: object, run: (io: Io) => Promise<ExitCode>): Promise<void> => {
    const within = { ...io, deadlineAt: io.clock.now() + deadlineMs(flags) };
    code = await run(within);
    warnOfCuts(within);
    await untilStopped(within, within.stderrTaken);
  };
  const helps: Promise<boolean>[] = [];

  const program = new Command("cometkeys")
    .description(
      "Keeps the API keys of a CometAPI account (or another server of the new-api\nfamily) equal to a YAML file reviewed in git.",
    )
    .version(VERSION, "-V, --version")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void helps.push(io.stdout(text)),
      writeErr: () => {},
    })
    .addHelpText("after", ENVIRONMENT);

  validateCommand(program.command("validate")).action((files, flags) =>
    ends(flags, (within) => runValidate(flags, within, files)),
  );
  planCommand(program.command("plan")).action((flags) =>
    ends(flags, (within) => runPlan(flags, within)),
  );
  applyCommand(program.command("apply")).action((plan, flags) =>
    ends(flags, (within) => runApply(flags, within, plan)),
  );
  driftCommand(program.command("drift")).action((flags) =>
    ends(flags, (within) => runDrift(flags, within)),
  );
  listCommand(program.command("list")).action((flags) =>
    ends(flags, (within) => runList(flags, within)),
  );
  exportCommand(program.command("export")).action((flags) =>
    ends(flags, (within) => runExport(flags, within)),
  );
  adoptCommand(program.command("adopt")).action((flags) =>
    ends(flags, (within) => runAdopt(flags, within)),
  );
  initCommand(program.command("init")).action((flags) =>
    ends(flags, (within) => runInit(flags, within, VERSION)),
  );
  deliverCommand(program.command("deliver")).action((names, flags) =>
    ends(flags, (within) => runDeliver(flags, within, names)),
  );
  doctorCommand(program.command("doctor")).action((flags) =>
    ends(flags, (within) => runDoctor(flags, within)),
  );
  schemaCommand(program.command("schema")).action((name) =>
    ends({}, (within) => runSchema(name, within)),
  );
  sandboxCommand(program.command("sandbox")).action((flags) =>
    ends(flags, (within) => runSandbox(flags, within)),
  );
  demoCommand(program.command("demo")).action((flags) =>
    ends(flags, (within) => runDemo(flags, within, EXAMPLE)),
  );

  for (const command of program.commands) {
    command.option("--no-color", "no colours, as with NO_COLOR");
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are results, not errors.
    if (error.exitCode === 0) {
      const written = (await Promise.all(helps)).every(Boolean);
      return written ? EXIT.ok : fail([unwritable()], io);
    }
    if (error.code === "commander.help") {
      const [, unknown] = argv;
      if (unknown === undefined) io.stderr(`${program.helpInformation()}\n`);
      const message =
        unknown === undefined ? "no command was given" : `unknown command '${unknown}'`;
      return runUsageError(argv, message, io);
    }
    return runUsageError(argv, error.message.replace(/^error: /, ""), io);
  }
}

/** Known before anything is parsed: a message about a wrong command line has none either. */
function withoutColours(io: Io): Io {
  const { stdout, stderr } = io.view;
  const { paint } = PLAIN;
  return { ...io, view: { stdout: { ...stdout, paint }, stderr: { ...stderr, paint } } };
}

const ENVIRONMENT = `
Environment:
  COMETAPI_ACCESS_TOKEN  personal access token, raw (or --token-file)
  COMETAPI_BASE_URL      server, default https://api.cometapi.com (or --base-url)
  COMETAPI_USER_ID       account id, where the server wants it in a header
  COMETKEYS_ALLOW_SINKS  places that keys may be delivered to, one a line
  HTTPS_PROXY, NO_PROXY  as usual; never used for this machine

Exit codes:
  0 done or nothing to do   2 changes pending (drift, plan --detailed-exitcode)
  3 invalid file, usage or output   4 credentials   5 refused for safety
  6 some changes failed   7 not what was reviewed   8 needs a person
  9 server out of reach   129/130/143 interrupted   1 a bug of cometkeys`;
