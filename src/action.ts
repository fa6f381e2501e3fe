// What action.yml starts: the inputs of a step become the arguments of the command, and the command runs.
// Only types are imported: a value would be in one file with main.ts, and loading that starts it.
import type { ExitCode } from "./model/exit-code.ts";
import type { Result } from "./model/result.ts";

const INVALID_INPUT: ExitCode = 3;

const COMMANDS: readonly string[] = ["validate", "plan", "apply", "drift"];

type Input = (name: string) => string;

/** Takes the inputs out of the environment, for no program that a run starts is to get them. */
function takeInputs(env: NodeJS.ProcessEnv): Input {
  const inputs = new Map<string, string>();
  for (const [name, value = ""] of Object.entries(env)) {
    if (!name.startsWith("INPUT_")) continue;
    inputs.set(name.slice("INPUT_".length).toLowerCase(), value.trim());
    delete env[name];
  }
  return (name) => inputs.get(name) ?? "";
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The inputs that only some commands have. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  environment: ["plan", "apply"],
  comment: ["plan", "apply"],
  digest: ["apply"],
};

const FLAGS = ["comment", "require-reviewed-plan"];

/** The arguments of the command. A value is never one of its own, which could look like a flag. */
function argumentsOf(input: Input): Result<readonly string[], string> {
  const command = input("command");
  if (!COMMANDS.includes(command)) return err(`command is none of ${COMMANDS.join(", ")}`);
  const wrong = FLAGS.find((name) => !/^(?:true|false|)$/i.test(input(name)));
  if (wrong !== undefined) return err(`${wrong} is neither true nor false`);
  const isOn = (name: string): boolean => /^true$/i.test(input(name));
  const unused = Object.entries(ONLY).find(
    ([name, commands]) => !/^(?:false)?$/i.test(input(name)) && !commands.includes(command),
  );
  if (unused !== undefined) return err(`${command} takes no ${unused[0]}`);
  const args = linesOf(input("args"));
  const strange = args.find((arg) => !arg.startsWith("-"));
  if (strange !== undefined) return err("args: a line is no flag; write --name=value");
  const environment = input("environment");
  const value = [
    command,
    ...linesOf(input("files")).map((file) => `--file=${file}`),
    ...linesOf(input("policies")).map((file) => `--policy=${file}`),
    ...(environment === "" ? [] : [`--environment=${environment}`]),
    ...(isOn("comment") ? ["--comment"] : []),
    ...(command === "apply" ? [reviewedBy(input)] : []),
    ...args,
  ];
  return { ok: true, value };
}

function err(error: string): Result<never, string> {
  return { ok: false, error };
}

/** What an apply may change; without a word on it, only what somebody has seen. */
function reviewedBy(input: Input): string {
  if (input("digest") !== "") return `--expect=${input("digest")}`;
  return /^false$/i.test(input("require-reviewed-plan")) ? "--auto-approve" : "--expect-comment";
}

const input = takeInputs(process.env);
const args = argumentsOf(input);
if (args.ok) {
  const given = [
    ["COMETAPI_BASE_URL", input("base-url")],
    ["COMETKEYS_ALLOW_SINKS", input("allow-sinks")],
  ] as const;
  for (const [name, value] of given) if (value !== "") process.env[name] = value;
  process.argv.splice(2, Infinity, ...args.value);
  void import("./main.ts");
} else {
  // The step has failed, whether anybody can read why or not.
  process.stdout.on("error", () => {});
  process.stdout.write(`::error title=cometkeys::${args.error}\n`);
  process.exitCode = INVALID_INPUT;
}
