import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built CLI, as users run it. */
export const CLI = fileURLToPath(new URL("../../dist/cometkeys.cjs", import.meta.url));

export interface CliOptions {
  /** Added to a minimal environment: `PATH` alone. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to stdin, which is closed after it. */
  readonly input?: string;
  /** Milliseconds after which the process is killed: it hangs. */
  readonly timeout?: number;
}

export interface CliRun {
  /** `null` when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI as a process of its own and collects everything it writes. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return runProgram(process.execPath, [CLI, ...args], options);
}

/** Runs any program the same way. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, cwd, input = "", timeout = 300_000 }: CliOptions = {},
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env["PATH"], ...env },
      timeout,
      killSignal: "SIGKILL",
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // A program that ends without reading its input is no failure of the test.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const stdout = Buffer.concat(out).toString("utf8");
      resolve({ code, signal, stdout, stderr: Buffer.concat(err).toString("utf8") });
    });
  });
}
