import { resolve } from "node:path";
import pLimit from "p-limit";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import type { ExecSink, FileSink, Sink } from "../model/sink.ts";
import { checkFile, writeVariables, type FileOptions, type VariableFile } from "./file-sink.ts";
import { checkGithub, setSecret } from "./github-sink.ts";
import { withoutKey } from "./program-output.ts";
import type { Refusal } from "./refusal.ts";
import { runProgram, startFault, type ProgramOptions } from "./run-program.ts";

export interface SinkProblem {
  readonly sink: Sink;
  readonly message: string;
  readonly fix: string;
}

export interface Sinks {
  /**
   * Before the first request that writes: program there, folder writable. Nothing is delivered. What it
   * finds once `signal` has come is only that the run ends.
   */
  readonly check: (sinks: readonly Sink[], signal?: AbortSignal) => Promise<readonly SinkProblem[]>;
  /**
   * `key` is what is to be delivered, complete (`sk-…`). The error is for a person, scrubbed; it never
   * holds the key.
   */
  readonly deliver: (
    sink: Sink,
    key: Secret,
    signal: AbortSignal,
  ) => Promise<Result<undefined, string>>;
}

export interface SinkOptions extends FileOptions {
  /** Absolute or relative to the working directory. */
  readonly sinkDir: string;
}

/** A run that ends looks no further. */
const ENDS: Refusal = { message: "it was not looked at, because the run ends", fix: "run again" };

/** As many files or programs are looked at side by side. */
const CHECKED_AT_ONCE = 4;

/** The way out of this process for keys. Which destinations are allowed, `isAllowed` has to say before. */
export function createSinks(given: SinkOptions): Sinks {
  const options = { ...given, asked: new Map<string, Promise<Refusal | undefined>>() };
  // The working directory may not be the same at the end of a run.
  const root = resolve(options.sinkDir);
  const fileOf = ({ path, format }: FileSink): VariableFile => ({
    root,
    path,
    shown: path,
    format,
  });

  const check: Sinks["check"] = async (sinks, signal) => {
    const asksGithub = sinks.some(({ kind }) => kind === "github");
    const github = asksGithub ? await checkGithub(options, signal) : undefined;
    const variables = new Map<string, string[]>();
    for (const sink of sinks) {
      if (sink.kind !== "file") continue;
      const others = variables.get(sink.path);
      if (others === undefined) variables.set(sink.path, [sink.variable]);
      else others.push(sink.variable);
    }
    const files = new Map<string, Promise<Refusal | undefined>>();
    const refusalOfFile = (sink: FileSink): Promise<Refusal | undefined> => {
      const all = variables.get(sink.path) ?? [];
      const known = files.get(sink.path) ?? checkFile(fileOf(sink), all, options, signal);
      files.set(sink.path, known);
      return known;
    };
    const refusalOf = (sink: Sink): Promise<Refusal | undefined> => {
      switch (sink.kind) {
        case "github":
          return Promise.resolve(github);
        case "file":
          return refusalOfFile(sink);
        case "exec":
          return checkProgram(sink, options);
      }
    };
    const limit = pLimit(CHECKED_AT_ONCE);
    const refusals = await Promise.all(
      sinks.map((sink) =>
        limit(() =>
          // What gh said stands already.
          signal?.aborted && sink.kind !== "github" ? ENDS : refusalOf(sink),
        ),
      ),
    );
    return sinks.flatMap((sink, at) => {
      const refusal = refusals[at];
      return refusal === undefined ? [] : [{ sink, ...cleanRefusal(refusal, options.scrub) }];
    });
  };

  const carry = (
    sink: Sink,
    key: Secret,
    signal: AbortSignal,
  ): Promise<Result<undefined, string>> => {
    switch (sink.kind) {
      case "github":
        return setSecret(sink, key, options, signal).then(messageOf);
      case "exec": {
        const [title = ""] = sink.argv;
        const call = { argv: sink.argv, title, stdin: key, signal };
        return runProgram(call, options).then(messageOf);
      }
      case "file": {
        const file = fileOf(sink);
        const entry = { variable: sink.variable, key };
        return writeVariables(file, [entry], options, signal);
      }
    }
  };

  return {
    check,
    deliver: async (sink, key, signal) => {
      const carried = await carry(sink, key, signal);
      // Whatever was said, by a system or by a program: the last guard is here.
      return carried.ok ? carried : err(options.scrub(withoutKey(key)(carried.error)));
    },
  };
}

async function checkProgram(
  { argv }: ExecSink,
  options: ProgramOptions,
): Promise<Refusal | undefined> {
  const [name = ""] = argv;
  const message = await startFault(name, options);
  const fix =
    "install it, or name it by its absolute path; it and TMPDIR have to lie outside of the working tree";
  return message === undefined ? undefined : { message, fix };
}

function messageOf(
  ended: Result<undefined, { readonly message: string }>,
): Result<undefined, string> {
  return ended.ok ? ok(undefined) : err(ended.error.message);
}

function cleanRefusal({ message, fix }: Refusal, scrub: (text: string) => string): Refusal {
  return { message: scrub(message), fix };
}
