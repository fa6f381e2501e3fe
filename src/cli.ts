import { Command, CommanderError } from "@commander-js/extra-typings";
import { EXIT, type ExitCode } from "./model/exit-code.ts";
import type { Io } from "./run/io.ts";
import { deadlineMs, type NewCommand } from "./run/options.ts";
import { fail, unwritable, warnOfCuts } from "./run/report.ts";
import { untilStopped } from "./run/stop.ts";
import { PLAIN } from "./render/view.ts";

/** Set at build time from package.json. */
declare const VERSION: string;
/** The text of keys.example.yaml, set at build time, so that the demo runs in any folder. */
declare const EXAMPLE: string;

/** Runs a command within its deadline, which what it said on stderr may take too. */
type Ends = (flags: object, run: (io: Io) => Promise<ExitCode>) => Promise<void>;

/** Declares a command with its options, and what it does. */
type Load = (command: NewCommand, ends: Ends) => Promise<unknown>;

/** In the order of the help. Each is loaded when it is asked for: no run needs the code of two. */
const COMMANDS: Readonly<Record<string, Load>> = {
  validate: async (command, ends) => {
    const { validateCommand, runValidate } = await import("./commands/validate.ts");
    validateCommand(command).action((files, flags) =>
      ends(flags, (io) => runValidate(flags, io, files)),
    );
  },
  plan: async (command, ends) => {
    const { planCommand, runPlan } = await import("./commands/plan.ts");
    planCommand(command).action((flags) => ends(flags, (io) => runPlan(flags, io)));
  },
  apply: async (command, ends) => {
    const { applyCommand, runApply } = await import("./commands/apply.ts");
    applyCommand(command).action((plan, flags) => ends(flags, (io) => runApply(flags, io, plan)));
  },
  drift: async (command, ends) => {
    const { driftCommand, runDrift } = await import("./commands/drift.ts");
    driftCommand(command).action((flags) => ends(flags, (io) => runDrift(flags, io)));
  },
  list: async (command, ends) => {
    const { listCommand, runList } = await import("./commands/list.ts");
    listCommand(command).action((flags) => ends(flags, (io) => runList(flags, io)));
  },
  export: async (command, ends) => {
    const { exportCommand, runExport } = await import("./commands/export.ts");
    exportCommand(command).action((flags) => ends(flags, (io) => runExport(flags, io)));
  },
  adopt: async (command, ends) => {
    const { adoptCommand, runAdopt } = await import("./commands/adopt.ts");
    adoptCommand(command).action((flags) => ends(flags, (io) => runAdopt(flags, io)));
  },
  init: async (command, ends) => {
    const { initCommand, runInit } = await import("./commands/init.ts");
    initCommand(command).action((flags) => ends(flags, (io) => runInit(flags, io, VERSION)));
  },
  deliver: async (command, ends) => {
    const { deliverCommand, runDeliver } = await import("./commands/deliver.ts");
    deliverCommand(command).action((names, flags) =>
      ends(flags, (io) => runDeliver(flags, io, names)),
    );
  },
  doctor: async (command, ends) => {
    const { doctorCommand, runDoctor } = await import("./commands/doctor.ts");
    doctorCommand(command).action((flags) => ends(flags, (io) => runDoctor(flags, io)));
  },
  schema: async (command, ends) => {
    const { schemaCommand, runSchema } = await import("./commands/schema.ts");
    schemaCommand(command).action((name) => ends({}, (io) => runSchema(name, io)));
  },
  sandbox: async (command, ends) => {
    const { sandboxCommand, runSandbox } = await import("./commands/sandbox.ts");
    sandboxCommand(command).action((flags) => ends(flags, (io) => runSandbox(flags, io)));
  },
  demo: async (command, ends) => {
    const { demoCommand, runDemo } = await import("./commands/demo.ts");
    demoCommand(command).action((flags) => ends(flags, (io) => runDemo(flags, io, EXAMPLE)));
  },
};

/** The one that is called; none for the version; all where they are listed, or a name is not known. */
function toLoad(first = ""): readonly (readonly [string, Load])[] {
  if (first === "-V" || first === "--version") return [];
  const called = Object.entries(COMMANDS).filter(([name]) => name === first);
  return called.length > 0 ? called : Object.entries(COMMANDS);
}

/** Parses the arguments, runs one command and gives its exit code. */
export async function runCli(argv: readonly string[], given: Io): Promise<ExitCode> {
  const io = argv.includes("--no-color") ? withoutColours(given) : given;
  // Whatever a server sends as a key: what a person wrote stays whole, unless it holds all of one.
  for (const argument of argv) io.redactor.keepMessage(argument);
  const unfit = startFault(argv);
  if (unfit !== undefined) return usageError(argv, unfit, io);
  let code: ExitCode = EXIT.ok;
  const ends: Ends = async (flags, run) => {
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

  const loaded = toLoad(argv[0]).map(([name, load]) => load(program.command(name), ends));
  await Promise.all(loaded);
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
      return usageError(argv, message, io);
    }
    return usageError(argv, error.message.replace(/^error: /, ""), io);
  }
}

/** What no command can work with. */
function startFault(argv: readonly string[]): string | undefined {
  // Node has put this character for what is none; a file that has it in its name would be taken instead.
  if (argv.some((argument) => argument.includes("\uFFFD"))) return "an argument is not in UTF-8";
  try {
    process.cwd();
    return undefined;
  } catch {
    return "the working directory is not there any more";
  }
}

async function usageError(argv: readonly string[], message: string, io: Io): Promise<ExitCode> {
  const { runUsageError } = await import("./run/usage-error.ts");
  return runUsageError(argv, message, io);
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
