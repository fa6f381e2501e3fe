import { spawn } from "node:child_process";
import { CLI, type CliRun } from "../support/run-cli.ts";

/** A run of the CLI that can be interrupted. */
export interface CliProcess {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What it has written to stderr so far. */
  readonly stderr: () => string;
  readonly ended: Promise<CliRun>;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A process that is still there after this long, ms, hangs: it is killed and its test fails. */
const PATIENCE_MS = 300_000;

/** Starts the built CLI as a process of its own. */
export function startCli(args: readonly string[], { cwd, env }: StartOptions): CliProcess {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const stderr = (): string => Buffer.concat(err).toString("utf8");
  return {
    kill: (signal) => void child.kill(signal),
    stderr,
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        const stdout = Buffer.concat(out).toString("utf8");
        resolve({ code, signal, stdout, stderr: stderr() });
      });
    }),
  };
}
