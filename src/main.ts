// First, so that no signal finds nobody there.
import { leaveIfSignalled, onSignal } from "./run/signals.ts";
import { createInterface } from "node:readline/promises";
import { runCli } from "./cli.ts";
import { EXIT } from "./model/exit-code.ts";
import type { Io } from "./run/io.ts";
import { createRedactor } from "./run/redact.ts";

const redactor = createRedactor();
// Known before anything is parsed: a message about a wrong command line must not show it either. The
// sandbox prints a token that is no secret, and it is often the one in the environment.
if (process.argv[2] !== "sandbox") redactor.add(process.env["COMETAPI_ACCESS_TOKEN"] ?? "");

/** Every byte leaves through one of these two, and both redact; the third is for masking a token. */
function stdout(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(redactor.clean(text), (error) => {
      // A reader that has seen enough (`| head`) is no failure of ours.
      resolve(!error || ("code" in error && error.code === "EPIPE"));
    });
  });
}

function stderr(text: string): void {
  process.stderr.write(redactor.clean(text));
}

function unredacted(text: string): void {
  process.stderr.write(text);
}

async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  let interrupted = false;
  terminal.once("SIGINT", () => {
    interrupted = true;
    terminal.close();
  });
  terminal.once("close", () => closed.abort());
  try {
    return await terminal.question(redactor.clean(question), { signal: closed.signal });
  } catch {
    // The end of the input is an answer that is not yes.
    return interrupted ? undefined : "";
  } finally {
    terminal.close();
  }
}

const io: Io = {
  env: process.env,
  stdout,
  stderr,
  unredacted,
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  liveProgress: process.stderr.isTTY === true && !process.env["CI"],
  ask,
  fetch: (input, init) => globalThis.fetch(input, init),
  clock: {
    now: () => performance.now(),
    wall: Date.now,
    timer: (ms, fire) => {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  },
  random: Math.random,
  redactor,
  onSignal,
};

// Write errors reach the callback of the write; without a listener they would end the process.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

async function main(): Promise<void> {
  try {
    const code = await runCli(process.argv.slice(2), io);
    process.exitCode = code;
    leaveIfSignalled(code);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr(`This is a bug of cometkeys, please report it:\n${stack}\n`);
    process.exitCode = EXIT.bug;
  }
}

void main();
