import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import { parseDuration } from "../model/duration.ts";
import { EXIT, type ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Io } from "../run/io.ts";
import { count } from "../run/flag-values.ts";
import { collect, type FlagsOf, type NewCommand } from "../run/options.ts";
import { readFileWhole } from "../run/read-file.ts";
import { fail, reportDiagnostics, unwritable } from "../run/report.ts";
import type { Sandbox, SandboxOptions } from "../sandbox/server.ts";

export function sandboxCommand(command: NewCommand) {
  return command
    .description("run a server that behaves like the real one, on this machine only")
    .option("--port <port>", "default: any free port")
    .option("--seed <file>", "YAML or JSON list of records to begin with")
    .option("--latency <duration>", "round trip, such as 50ms")
    .option("--rate-limit <n/seconds>", "such as 360/180")
    .option("--user-id <id>", "the account its token belongs to (default 1)")
    .option("--masked", "show keys masked, as newer servers do")
    .option("--fault <fault>", '"WHERE KIND[:ARG] [WHEN]", such as "post reset-after #2"', collect);
}

export type SandboxFlags = FlagsOf<typeof sandboxCommand>;

/**
 * `cometkeys sandbox`: serves until SIGHUP, SIGINT or SIGTERM, which is its proper end. Prints its
 * URL and two lines for the shell, and nothing after that.
 */
export async function runSandbox(flags: SandboxFlags, io: Io): Promise<ExitCode> {
  const started = await start(flags);
  if (!started.ok) {
    reportDiagnostics([started.error], io, false);
    return exitOf([started.error]);
  }
  const sandbox = started.value;
  let isTold = true;
  const tell = async (): Promise<void> => {
    const lines = [
      `Sandbox at ${sandbox.url} (this machine only; its keys are gone when it stops).`,
      `export COMETAPI_BASE_URL=${sandbox.url}`,
      `export COMETAPI_ACCESS_TOKEN=${sandbox.token}`,
    ];
    isTold = await io.stdout(`${lines.join("\n")}\n`);
  };
  // Not waited for: whoever does not read it may still stop the server.
  void tell();
  let unlisten = (): void => {};
  await new Promise<void>((resolve) => {
    unlisten = io.onSignal(() => resolve());
  });
  unlisten();
  await sandbox.close();
  return isTold ? EXIT.ok : fail([unwritable()], io);
}

async function start(flags: SandboxFlags): Promise<Result<Sandbox, Diagnostic>> {
  const options = await readOptions(flags);
  if (!options.ok) return options;
  const { startSandbox } = await import("../sandbox/server.ts");
  try {
    return ok(await startSandbox(options.value));
  } catch (error) {
    const message = `the sandbox cannot listen on port ${options.value.port}: ${reasonOf(error)}`;
    return err(problem("usage", message, "choose another --port, or none to take any free one"));
  }
}

async function readOptions(flags: SandboxFlags): Promise<Result<SandboxOptions, Diagnostic>> {
  const { fault = [], latency = "0ms", masked = false, port: portText = "0", rateLimit } = flags;
  const port = count("--port", portText, 0, 65_535);
  if (!port.ok) return port;
  const latencyMs = parseDuration(latency);
  if (latencyMs === undefined) {
    const fix = "write a number with its unit, such as 50ms";
    return err(problem("usage", `--latency ${latency}: not a duration`, fix));
  }
  const userId = count("--user-id", flags.userId ?? "1", 1, 999_999_999);
  if (!userId.ok) return userId;
  const [{ parseFaults }, { parseRateLimit }] = await Promise.all([
    import("../sandbox/fault.ts"),
    import("../sandbox/rate-limit.ts"),
  ]);
  const faults = parseFaults(fault);
  if (!faults.ok) return faults;
  const limit = rateLimit === undefined ? undefined : parseRateLimit(rateLimit);
  if (limit?.ok === false) return limit;
  const seed = flags.seed === undefined ? ok([]) : await readSeed(flags.seed);
  if (!seed.ok) return seed;
  return ok({
    port: port.value,
    seed: seed.value,
    latencyMs,
    userId: userId.value,
    masked,
    quotaPerUnit: QUOTA_PER_UNIT,
    faults: faults.value,
    ...(limit === undefined ? {} : { rateLimit: limit.value }),
  });
}

/** As most servers count. */
export const QUOTA_PER_UNIT = 500_000;

/** Ten thousand records, and more than a sandbox is for. */
const MAX_SEED_BYTES = 10_000_000;

const SEED_FAULTS = {
  "too-large": "it is larger than 10 MB",
  "no-file": "it is a device or a socket",
  outside: "a link leads out of its tree",
} as const;

async function readSeed(
  file: string,
): Promise<Result<NonNullable<SandboxOptions["seed"]>, Diagnostic>> {
  const { parseSeed } = await import("../sandbox/seed-file.ts");
  try {
    const bytes = await readFileWhole(file, MAX_SEED_BYTES);
    if (bytes.ok) return parseSeed(new TextDecoder().decode(bytes.value), file);
    const reason = bytes.error.kind === "system" ? bytes.error.code : SEED_FAULTS[bytes.error.kind];
    return err(problem("file-unreadable", `the seed file cannot be read: ${reason}`));
  } catch (error) {
    return err(problem("file-unreadable", `the seed file cannot be read: ${reasonOf(error)}`));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
