import { Command, CommanderError } from "commander";
import { runApply } from "./commands/apply.ts";
import { runDemo } from "./commands/demo.ts";
import { runDrift } from "./commands/drift.ts";
import { runInit } from "./commands/init.ts";
import type { Io } from "./commands/io.ts";
import { runList } from "./commands/list.ts";
import { runPlan } from "./commands/plan.ts";
import { PLAN_FORMATS } from "./commands/plan-formats.ts";
import { runSandbox } from "./commands/sandbox.ts";
import { runSchema } from "./commands/schema.ts";
import { runUsageError } from "./commands/usage.ts";
import { runValidate } from "./commands/validate.ts";
import { EXIT, type ExitCode } from "./model/exit-code.ts";

/** Set at build time from package.json. */
declare const VERSION: string;
/** The text of keys.example.yaml, set at build time, so that the demo runs in any folder. */
declare const EXAMPLE: string;

/** Parses the arguments, runs one command and gives its exit code. Knows flags, no logic. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const ends = async (run: Promise<ExitCode>): Promise<void> => {
    code = await run;
  };

  const program = new Command("cometkeys")
    .description(
      "Keeps the API keys of a CometAPI account (or another server of the new-api family)\nequal to a YAML file reviewed in git.",
    )
    .version(VERSION, "-V, --version")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout(text),
      writeErr: () => {},
    })
    .addHelpText("after", ENVIRONMENT);

  files(program.command("validate").description("check the files, offline and without a token"))
    .option("--format <format>", "text, json or github")
    .option("--quiet", "no notes")
    .action((flags) => ends(runValidate(flags, io)));

  shaping(
    program.command("plan").description("show what apply would do; sends nothing but GET"),
    PLAN_FORMATS.join(", "),
  )
    .option("--detailed-exitcode", "exit with 2 when there are changes")
    .option("--comment", "in GitHub Actions: keep one comment on the pull request up to date")
    .option("--environment <name>", "for the heading; each environment has a comment of its own")
    .option("--out <file>", "save the plan, for `apply FILE`")
    .action((flags) => ends(runPlan(flags, io)));

  shaping(program.command("apply").description("make the live keys equal to the files"))
    .argument("[plan]", "a plan saved with `plan --out`: nothing beyond it is changed")
    .option("--auto-approve", "do not ask")
    .option("--expect <digest>", "apply only if this is the plan; do not ask")
    .option("--expect-comment", "the same, with the digest in the merged pull request's comment")
    .option("--environment <name>", "for the heading, and whose comment --expect-comment reads")
    .option("--settle <duration>", "how long a lost answer may still take effect (default 5s)")
    .action((plan: string | undefined, flags) => ends(runApply(flags, io, plan)));

  shaping(
    program.command("drift").description("a plan that exits with 2 when anything differs"),
    PLAN_FORMATS.join(", "),
  )
    .option("--fail-on-expiring <duration>", "also when a key expires within, such as 14d")
    .action((flags) => ends(runDrift(flags, io)));

  server(program.command("list").description("show the live keys, without their values"))
    .option("--only <name|glob>", "only these names; may be repeated", collect)
    .action((flags) => ends(runList(flags, io)));

  connecting(
    program.command("init").description("write a first file, and the CI workflow if asked to"),
  )
    .option("-f, --file <path>", "the file to write (default: keys.yaml)")
    .option("--from-live", "describe the keys the account has now")
    .option("--github", "also write a workflow for GitHub Actions")
    .option("--gitlab", "also write jobs for GitLab CI")
    .action((flags) => ends(runInit(flags, io, VERSION)));

  program
    .command("schema")
    .description("print a JSON Schema: of the file, the saved plan, or the output of plan or apply")
    .argument("[name]", "keys, plan, plan-file or apply-result", "keys")
    .action((name: string) => ends(runSchema(name, io)));

  program
    .command("sandbox")
    .description("run a server that behaves like the real one, on this machine only")
    .option("--port <port>", "default: any free port")
    .option("--seed <file>", "YAML or JSON list of records to begin with")
    .option("--latency <duration>", "round trip, such as 50ms")
    .option("--rate-limit <n/seconds>", "such as 360/180")
    .option("--masked", "show keys masked, as newer servers do")
    .option("--fault <fault>", '"WHERE KIND[:ARG] [WHEN]", such as "post reset-after #2"', collect)
    .action((flags) => ends(runSandbox(flags, io)));

  program
    .command("demo")
    .description("validate, plan, apply and plan again on a sandbox")
    .option("-f, --file <path>", "default: an example that is built in", collect)
    .action((flags) => ends(runDemo(flags, io, EXAMPLE)));

  for (const command of program.commands) {
    command.option("--no-color", "as NO_COLOR: no colours (there are none today)");
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are results, not errors.
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code === "commander.help") return runUsageError(argv, "no command was given", io);
    return runUsageError(argv, error.message.replace(/^error: /, ""), io);
  }
}

const ENVIRONMENT = `
Environment:
  COMETAPI_ACCESS_TOKEN  personal access token, raw (or --token-file)
  COMETAPI_BASE_URL      server, default https://api.cometapi.com (or --base-url)
  COMETAPI_USER_ID       account id, where the server wants it in a header
  HTTPS_PROXY, NO_PROXY  as usual; never used for this machine

Exit codes:
  0 done or nothing to do   2 changes pending (--detailed-exitcode)   3 invalid file or usage
  4 credentials   5 refused for safety   6 some changes failed   7 not what was reviewed
  8 needs a person   9 server out of reach   129/130/143 interrupted   1 a bug of cometkeys`;

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function files(command: Command): Command {
  return command.option(
    "-f, --file <path>",
    "file or folder of *.yaml; may be repeated (default: keys.yaml)",
    collect,
  );
}

function server(command: Command, formats = "text or json"): Command {
  return connecting(command.option("--format <format>", formats));
}

function connecting(command: Command): Command {
  return command
    .option("--base-url <url>", "server; or COMETAPI_BASE_URL")
    .option("--token-file <path>", "file with the access token; or COMETAPI_ACCESS_TOKEN")
    .option("--concurrency <n>", "requests in flight, 1 to 64 (default 4)")
    .option("--timeout <duration>", "one request (default 30s)")
    .option("--deadline <duration>", "the whole run (default 15m)")
    .option("--quiet", "no progress and no notes")
    .option("--verbose", "show each request on stderr");
}

function shaping(command: Command, formats?: string): Command {
  return server(files(command), formats)
    .option("--only <name|glob>", "only these declared names; may be repeated", collect)
    .option("--create-only", "leave existing keys alone")
    .option("--max-keys <n>", "refuse creates beyond this many keys in the account")
    .option("--deny-widening", "refuse changes that let a key do more");
}
