import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import { parseDuration } from "./duration.ts";
import type { Io } from "./io.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";
import { runSandbox, type SandboxCommandOptions } from "./sandbox.ts";
import { count } from "./settings.ts";

/** The flags of `cometkeys sandbox`, as given. */
export interface SandboxFlags {
  readonly port?: string;
  readonly seed?: string;
  readonly latency?: string;
  readonly rateLimit?: string;
  readonly masked?: boolean;
  readonly fault?: readonly string[];
}

/** `cometkeys sandbox`: serves until SIGHUP, SIGINT or SIGTERM, which is its proper end. */
export async function runSandboxCommand(flags: SandboxFlags, io: Io): Promise<ExitCode> {
  const options = readFlags(flags);
  if (!options.ok) {
    reportDiagnostics([options.error], io, false);
    return exitOf([options.error]);
  }
  const stop = new AbortController();
  const unlisten = io.onSignal(() => stop.abort());
  const code = await runSandbox(
    options.value,
    { stdout: (text) => void io.stdout(text), stderr: io.stderr },
    stop.signal,
  );
  unlisten();
  return code;
}

function readFlags(flags: SandboxFlags): Result<SandboxCommandOptions, Diagnostic> {
  const { port: portText, latency: latencyText, ...rest } = flags;
  const port = portText === undefined ? ok(0) : count("--port", portText, 0, 65_535);
  if (!port.ok) return port;
  const latency = latencyText === undefined ? 0 : parseDuration(latencyText);
  if (latency === undefined) {
    const fix = "write a number with its unit, such as 50ms";
    return err(problem("usage", `--latency ${latencyText}: not a duration`, fix));
  }
  return ok({ ...rest, port: port.value, latency });
}
