import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import { EXIT, type ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import { parseFaults } from "../sandbox/fault.ts";
import { parseRateLimit } from "../sandbox/rate-limit.ts";
import { parseSeed } from "../sandbox/seed-file.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../sandbox/server.ts";

export interface SandboxCommandOptions {
  /** 0 or absent takes any free port. */
  readonly port?: number;
  /** Path of a YAML or JSON file with records to begin with. */
  readonly seed?: string;
  /** Round trip in milliseconds. */
  readonly latency?: number;
  /** `REQUESTS/SECONDS`. */
  readonly rateLimit?: string;
  readonly masked?: boolean;
  /** `WHERE KIND[:ARG] [WHEN]`, each. */
  readonly fault?: readonly string[];
}

export interface SandboxIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * Runs a sandbox server until `stop` aborts, then answers 0. Prints its URL and two lines for the
 * shell, and nothing after that. A bad option, fault or seed and a port in use answer 3.
 */
export async function runSandbox(
  options: SandboxCommandOptions,
  io: SandboxIo,
  stop: AbortSignal,
): Promise<ExitCode> {
  const started = await start(options);
  if (!started.ok) {
    io.stderr(format(started.error));
    return EXIT.invalidInput;
  }
  const sandbox = started.value;
  io.stdout(
    [
      `Sandbox at ${sandbox.url} (this machine only; its keys are gone when it stops).`,
      `export COMETAPI_BASE_URL=${sandbox.url}`,
      `export COMETAPI_ACCESS_TOKEN=${sandbox.token}`,
      "",
    ].join("\n"),
  );
  await untilAborted(stop);
  await sandbox.close();
  return EXIT.ok;
}

async function start(options: SandboxCommandOptions): Promise<Result<Sandbox, Diagnostic>> {
  const sandboxOptions = await readOptions(options);
  if (!sandboxOptions.ok) return sandboxOptions;
  try {
    return ok(await startSandbox(sandboxOptions.value));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the sandbox cannot listen on port ${options.port ?? 0}: ${reason}`;
    return err({
      severity: "error",
      code: "usage",
      message,
      fix: "choose another --port, or none to take any free one",
    });
  }
}

async function readOptions(
  options: SandboxCommandOptions,
): Promise<Result<SandboxOptions, Diagnostic>> {
  const faults = parseFaults(options.fault ?? []);
  if (!faults.ok) return faults;
  const limit = options.rateLimit === undefined ? undefined : parseRateLimit(options.rateLimit);
  if (limit?.ok === false) return limit;
  const seed = options.seed === undefined ? ok([]) : await readSeed(options.seed);
  if (!seed.ok) return seed;
  return ok({
    port: options.port ?? 0,
    seed: seed.value,
    latencyMs: options.latency ?? 0,
    masked: options.masked ?? false,
    faults: faults.value,
    ...(limit === undefined ? {} : { rateLimit: limit.value }),
  });
}

async function readSeed(file: string): Promise<ReturnType<typeof parseSeed>> {
  try {
    return parseSeed(await readFile(file, "utf8"), file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the seed file cannot be read: ${reason}`;
    return err({ severity: "error", code: "file-unreadable", message });
  }
}

function format({ at, message, fix }: Diagnostic): string {
  const place = at === undefined ? "" : `${at.file}:${at.line}:${at.column}: `;
  return `error: ${place}${message}\n${fix === undefined ? "" : `  ${fix}\n`}`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
