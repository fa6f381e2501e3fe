import { resolve } from "node:path";
import pLimit from "p-limit";
import { err, ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import type { FileSink, Sink } from "../model/sink.ts";
import { checkFiles } from "./check-files.ts";
import { writeVariables, type FileOptions, type VariableFile } from "./file-sink.ts";
import { checkGithub, setSecret } from "./github-sink.ts";
import { withoutKey } from "./program-output.ts";
import { ENDS, type Refusal } from "./refusal.ts";
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

/** More than any account has keys; each is looked at by itself. */
const MOST_FILES = 2_000;
const TOO_MANY: Refusal = {
  message: "a run delivers to 2,000 different files at most",
  fix: "let keys share files, or spread them over several runs",
};

/** As many programs are looked at side by side. */
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
    trees: options.trees,
  });

  const check: Sinks["check"] = async (sinks, signal) => {
    const asksGithub = sinks.some(({ kind }) => kind === "github");
    const github = asksGithub ? await checkGithub(options, signal) : undefined;
    const looks = new Map<string, { readonly file: VariableFile; readonly variables: string[] }>();
    for (const sink of sinks) {
      if (sink.kind !== "file") continue;
      const look = looks.get(sink.path) ?? { file: fileOf(sink), variables: [] };
      looks.set(sink.path, look);
      look.variables.push(sink.variable);
    }
    const paths = [...looks.keys()];
    const isMany = paths.length > MOST_FILES;
    const found = isMany ? [TOO_MANY] : await checkFiles([...looks.values()], options, signal);
    const files = new Map(paths.map((path, at) => [path, found[at]]));
    const limit = pLimit(CHECKED_AT_ONCE);
    const programs = new Map<string, Promise<Refusal | undefined>>();
    const refusalOfProgram = (name: string): Promise<Refusal | undefined> => {
      const known =
        programs.get(name) ?? limit(() => (signal?.aborted ? ENDS : checkProgram(name, options)));
      programs.set(name, known);
      return known;
    };
    const refusalOf = async (sink: Sink): Promise<Refusal | undefined> => {
      switch (sink.kind) {
        case "github":
          return github;
        case "file":
          return files.get(sink.path);
        case "exec":
          return refusalOfProgram(sink.argv[0] ?? "");
      }
    };
    const refusals = await Promise.all(sinks.map(refusalOf));
    return sinks.flatMap((sink, at) => {
      const refusal = refusals[at];
      return refusal === undefined ? [] : [{ sink, ...refusal }];
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
      return carried.ok ? carried : err(options.scrub(carried.error, withoutKey(key)));
    },
  };
}

async function checkProgram(name: string, options: ProgramOptions): Promise<Refusal | undefined> {
  const message = await startFault(name, options);
  const fix =
    "install it, or name it by its absolute path; it, TMPDIR and HOME have to lie outside of the working tree";
  return message === undefined ? undefined : { message, fix };
}

function messageOf(
  ended: Result<unknown, { readonly message: string }>,
): Result<undefined, string> {
  return ended.ok ? ok(undefined) : err(ended.error.message);
}
