// First, so that no signal finds nobody there.
import { leaveIfSignalled, onSignal } from "./run/signals.ts";
import { fstatSync, writeSync } from "node:fs";
import { Duplex } from "node:stream";
import { styleText } from "node:util";
import { EXIT, type ExitCode } from "./model/exit-code.ts";
import type { Io } from "./run/io.ts";
import { deadlineMs } from "./run/options.ts";
import { cutText } from "./model/text.ts";
import { escapeTerminal } from "./render/escape.ts";
import { colourful, PLAIN, type View } from "./render/view.ts";
import { createRedactor } from "./run/redact.ts";

/** Set at build time from package.json. */
declare const VERSION: string;

const redactor = createRedactor();
// Known before anything is parsed: a message about a wrong command line must not show it either. The
// sandbox prints a token that is no secret, and it is often the one in the environment.
if (process.argv[2] !== "sandbox") redactor.add(process.env["COMETAPI_ACCESS_TOKEN"] ?? "");
redactor.add(process.env["GITHUB_TOKEN"] ?? "");

// The YAML library would print what it reads, past the redactor.
delete process.env["LOG_TOKENS"];
delete process.env["LOG_STREAM"];

/** A file: whatever fits is taken without a word of the rest, so the write is seen to its end. */
function writeWhole(fd: number, bytes: Uint8Array): boolean {
  try {
    let at = 0;
    do at += writeSync(fd, bytes, at);
    while (at < bytes.length);
    return true;
  } catch {
    return false;
  }
}

/** Node opens a stream when it is asked for, which takes as long as much of our own work. */
function once<T>(open: () => T): () => T {
  let opened: { readonly value: T } | undefined;
  return () => (opened ??= { value: open() }).value;
}

/**
 * Node has a terminal's writes block: one that nobody reads (held by Ctrl-S, or of a container) would stop
 * every timer and signal with them. Node itself puts the mode back when it ends.
 */
function opened(stream: NodeJS.WriteStream & WithHandle): NodeJS.WriteStream {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no other way to it
  if (stream.isTTY) stream._handle?.setBlocking?.(false);
  // Write errors reach the callback of the write; without a listener they would end the process.
  return stream.on("error", () => {});
}

interface WithHandle {
  readonly _handle?: { readonly setBlocking?: (isBlocking: boolean) => void };
}

const ownStdout = once(() => opened(process.stdout));
const ownStderr = once(() => opened(process.stderr));

type Way = "stream" | "file" | "none";

/**
 * How standard output takes a text. For all that Node has no stream for, it opens one that takes everything
 * and writes nothing; a socket of messages would hold us up where nobody reads it, past the deadline.
 */
const wayOut = once((): Way => {
  const kind = fstatSync(1);
  if (kind.isFile() || kind.isDirectory() || kind.isBlockDevice()) return "file";
  if (kind.isSocket()) return process.stdout instanceof Duplex ? "stream" : "none";
  if (kind.isCharacterDevice()) return "stream";
  // The end of a pipe that is there to be read from looks as if its reader had gone away. No pipe, be it
  // full, waits to take nothing; a terminal would wait for what another program writes to it.
  return kind.isFIFO() && writeWhole(1, new Uint8Array()) ? "stream" : "none";
});

/** Every byte leaves through one of these two, and both redact; the third is for masking a token. */
function stdout(text: string): Promise<boolean> {
  const clean = redactor.clean(text);
  const way = wayOut();
  if (way !== "stream") return Promise.resolve(way === "file" && writeWhole(1, Buffer.from(clean)));
  return new Promise((resolve) => {
    ownStdout().write(clean, (error) => {
      // A reader that has seen enough (`| head`) is no failure of ours.
      resolve(!error || ("code" in error && error.code === "EPIPE"));
    });
  });
}

let stderrLeft: Promise<void> = Promise.resolve();

function stderr(text: string): void {
  const before = stderrLeft;
  const clean = redactor.clean(text);
  const written = new Promise<void>((resolve) => {
    ownStderr().write(clean, () => resolve());
  });
  stderrLeft = before.then(() => written);
}

function unredacted(text: string): void {
  ownStderr().write(text);
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline/promises");
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

/** Node decides on colours, as for every program: by the terminal, NO_COLOR and FORCE_COLOR. */
function viewOf(stream: NodeJS.WriteStream): View {
  const isColourful = styleText("red", "x", { stream }) !== "x";
  return {
    paint: isColourful ? colourful : PLAIN.paint,
    get columns() {
      // Where nothing is known of a terminal it says 0.
      return stream.columns || PLAIN.columns;
    },
  };
}

const stdoutView = once(() => viewOf(ownStdout()));
const stderrView = once(() => viewOf(ownStderr()));

/** Since the process was started, ms: `performance` would be loaded for that. */
const now = (): number => process.uptime() * 1000;

const io: Io = {
  env: process.env,
  stdout,
  stderr,
  stderrTaken: () => stderrLeft,
  unredacted,
  view: {
    get stdout() {
      return stdoutView();
    },
    get stderr() {
      return stderrView();
    },
  },
  interactive: () => process.stdin.isTTY === true && ownStderr().isTTY === true,
  liveProgress: () => !process.env["CI"] && ownStderr().isTTY === true,
  ask,
  fetch: (input, init) => globalThis.fetch(input, init),
  clock: {
    now,
    wall: Date.now,
    timer: (ms, fire) => {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  },
  deadlineAt: now() + deadlineMs({}),
  random: Math.random,
  redactor,
  onSignal,
};

async function main(): Promise<void> {
  try {
    const code = await run(process.argv.slice(2));
    process.exitCode = code;
    leaveIfSignalled(code);
    // What was given up at the deadline never comes to its end: a pipe that nobody reads or writes.
    setTimeout(() => process.exit(code), LAST_WORDS_MS).unref();
  } catch (error) {
    tellBug(error);
  }
}

/** The version alone needs no parser of arguments, which takes longer to load than all that is here. */
async function run(args: readonly string[]): Promise<ExitCode> {
  const [first, ...others] = args;
  const isVersion = others.length === 0 && (first === "--version" || first === "-V");
  // Not through a stream, which takes longer to open than all of this.
  if (isVersion && writeWhole(1, Buffer.from(`${VERSION}\n`))) return EXIT.ok;
  const { runCli } = await import("./cli.ts");
  return runCli(args, io);
}

let isBugTold = false;

function tellBug(error: unknown): void {
  process.exitCode = EXIT.bug;
  // Telling of a bug may meet it again.
  if (isBugTold) return;
  isBugTold = true;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // Its message may quote a file or a server.
  const lines = cutText(stack, MAX_STACK).split("\n").map(escapeTerminal);
  try {
    stderr(`${BUG}\n${lines.join("\n")}\n`);
  } catch {
    // What cannot be searched for secrets is not shown.
    writeWhole(2, Buffer.from(`${BUG} ${error instanceof Error ? error.name : "?"}\n`));
  }
}

const BUG = "This is a bug of cometkeys, please report it:";

const MAX_STACK = 4_000;

/** For what is on its way to stderr, ms. */
const LAST_WORDS_MS = 200;

// Node would print both past the redactor.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => stderr(`${name}: ${message}\n`));
process.on("uncaughtException", (error) => {
  tellBug(error);
  setTimeout(() => process.exit(EXIT.bug), LAST_WORDS_MS);
});

void main();
