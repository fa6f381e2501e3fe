import { err, ok, type Result } from "../model/result.ts";
import type { ExecSink, FileSink, GithubSink, Sink } from "../model/sink.ts";
import {
  climbs,
  foldCase,
  isBareName,
  isPlainPath,
  LONGEST_TEXT,
  matchesParts,
  matchesStars,
  UNSEEN,
  UNSEEN_IN_NAME,
} from "./sink-rules.ts";

/** Destinations that the person who starts cometkeys allows, whatever a file declares. */
export type SinkPattern = GithubPattern | FilePattern | ExecPattern;

interface GithubPattern {
  readonly kind: "github";
  /** This and the next between `/` and `/`. */
  readonly repository: readonly string[];
  /** Left out, any environment is allowed, and none. */
  readonly environment?: readonly string[];
  readonly secret?: string;
}

interface FilePattern {
  readonly kind: "file";
  readonly path: readonly string[];
}

interface ExecPattern {
  readonly kind: "exec";
  readonly argv: readonly string[];
}

const LONGEST_PATTERN = 2_000;
const MOST_ARGUMENTS = 100;

const EXAMPLES = "github:acme/api#COMET_KEY, file:out/* or exec:vault kv put comet/* key=-";

/** Reads one `--allow-sink`; the error says what is wrong with it and what to write. */
export function parseSinkPattern(text: string): Result<SinkPattern, string> {
  if (text.length > LONGEST_PATTERN) {
    return err(`it is longer than ${LONGEST_PATTERN} characters; write a shorter one`);
  }
  if (UNSEEN_IN_NAME.test(text)) {
    return err("it holds a character that cannot be seen; write it with plain spaces alone");
  }
  if (text !== text.trim()) return err("a space stands at one of its ends; leave it out");
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(0, colon))) {
    case "github":
      return parseGithub(rest);
    case "file":
      return parseFile(rest);
    case "exec":
      return parseExec(rest);
    default:
      return err(`it begins with no kind of sink; write, for example, ${EXAMPLES}`);
  }
}

const GITHUB_FORM = "write github:OWNER/REPO[@ENVIRONMENT][#SECRET]";

function parseGithub(text: string): Result<GithubPattern, string> {
  // A secret's name holds no `#` and a repository's no `@`; an environment's may hold both.
  const hash = text.lastIndexOf("#");
  const place = hash === -1 ? text : text.slice(0, hash);
  const at = place.indexOf("@");
  const repository = at === -1 ? place : place.slice(0, at);
  if (!/^[\w*-]+\/[\w.*-]+$/.test(repository)) {
    return err(`"${repository}" is no repository, OWNER/REPO; ${GITHUB_FORM}`);
  }
  const environment = at === -1 ? undefined : place.slice(at + 1);
  if (environment !== undefined && !isEnvironment(environment)) {
    return err(`"${environment}" is no name of an environment; ${GITHUB_FORM}`);
  }
  const secret = hash === -1 ? undefined : text.slice(hash + 1);
  if (secret !== undefined && !/^[\w*]+$/.test(secret)) {
    return err(`"${secret}" is no name of a secret; ${GITHUB_FORM}`);
  }
  return ok({
    kind: "github",
    repository: foldedParts(repository),
    ...(environment === undefined ? {} : { environment: foldedParts(environment) }),
    ...(secret === undefined ? {} : { secret: foldCase(secret) }),
  });
}

function parseFile(path: string): Result<FilePattern, string> {
  if (/^[/\\]|^[A-Za-z]:/.test(path)) {
    return err("the path is absolute; write one below --sink-dir, such as file:out/*");
  }
  if (path.includes("#")) {
    return err("a file is allowed with all of its variables; leave out # and what follows it");
  }
  if (path.includes("**")) {
    return err("* never matches a /, and ** is no more than *; write file:out/*/*, for example");
  }
  if (!isPlainPath(path)) {
    const form = "write plain names with / between them, such as file:out/*";
    return err(`"${path}" has an empty part, ".", "..", a backslash or a colon in it; ${form}`);
  }
  return ok({ kind: "file", path: path.split("/") });
}

function parseExec(text: string): Result<ExecPattern, string> {
  const argv = text.split(" ");
  const [program = ""] = argv;
  if (argv.includes("")) {
    return err(
      "a program or an argument is missing; write exec:PROGRAM ARGUMENTS, one space between",
    );
  }
  if (argv.length > MOST_ARGUMENTS) return err(`it has more than ${MOST_ARGUMENTS} arguments`);
  if (program.includes("*")) {
    return err(`"${program}" leaves the program open; name it, and write * in arguments alone`);
  }
  if (!isBareName(program) && !isAbsoluteProgram(program)) {
    return err(`"${program}" is neither a name nor an absolute path; write one of both`);
  }
  const open = argv.find((word) => /^-+\*/.test(word));
  if (open !== undefined) {
    return err(`"${open}" allows every option; name the option, such as -mount=*`);
  }
  const idle = argv.find((word) => word.includes("*") && climbs(word));
  if (idle !== undefined) {
    return err(`"${idle}" matches nothing, for * goes with no ".."; write where it leads`);
  }
  return ok({ kind: "exec", argv });
}

/**
 * Whether one of the patterns allows this destination; without any, nothing is. There may be many of both,
 * so what holds whatever the pattern is looked at once.
 */
export function isAllowed(sink: Sink, patterns: readonly SinkPattern[]): boolean {
  switch (sink.kind) {
    case "github":
      return isFitForGithub(sink) && patterns.some(allowsGithub(sink));
    case "file":
      return isPlainPath(sink.path) && patterns.some(allowsFile(sink));
    case "exec":
      return sink.argv.every(isFitArgument) && patterns.some(allowsExec(sink));
  }
}

type Allows = (pattern: SinkPattern) => boolean;

function allowsGithub({ repository, environment, secret }: GithubSink): Allows {
  const [place, name] = [foldedParts(repository), foldCase(secret)];
  const named = environment === undefined ? undefined : foldedParts(environment);
  return (pattern) => {
    if (pattern.kind !== "github" || !matchesParts(pattern.repository, place)) return false;
    if (pattern.secret !== undefined && !matchesStars(pattern.secret, name)) return false;
    if (pattern.environment === undefined) return true;
    return named !== undefined && matchesParts(pattern.environment, named);
  };
}

/** What is no name of GitHub's would be read by `gh` as something else: an option, an address. */
function isFitForGithub({ repository, environment, secret }: GithubSink): boolean {
  if (!/^\w[\w-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}$/.test(repository)) return false;
  if (!/^[A-Za-z_]\w{0,254}$/.test(secret)) return false;
  return environment === undefined || isEnvironment(environment);
}

function isEnvironment(name: string): boolean {
  const isNamed = name !== "" && name === name.trim() && name.length <= LONGEST_TEXT;
  // It becomes a part of an address, and not all versions of gh write it there as one name.
  return isNamed && !UNSEEN_IN_NAME.test(name) && !/[%?#/\\]|\.\.|^\.$/.test(name);
}

function foldedParts(name: string): readonly string[] {
  return foldCase(name).split("/");
}

function allowsFile({ path }: FileSink): Allows {
  const parts = path.split("/");
  return (pattern) => pattern.kind === "file" && matchesParts(pattern.path, parts);
}

function allowsExec({ argv }: ExecSink): Allows {
  const words = argv.map((word) => ({ word, isOpen: !climbs(word) }));
  return (pattern) =>
    pattern.kind === "exec" &&
    pattern.argv.length === words.length &&
    words.every(({ word, isOpen }, at) => {
      const wanted = pattern.argv[at] ?? "";
      if (!wanted.includes("*")) return wanted === word;
      // An allowed program must not take an option (`-address=…`) where a value was meant.
      if (wanted.startsWith("*") && word.startsWith("-")) return false;
      return isOpen && matchesStars(wanted, word);
    });
}

function isFitArgument(argument: string): boolean {
  return argument !== "" && argument.length <= LONGEST_TEXT && !UNSEEN.test(argument);
}

function isAbsoluteProgram(program: string): boolean {
  return /^(?:\/|[A-Za-z]:[/\\])[^]*[^/\\]$/.test(program);
}
