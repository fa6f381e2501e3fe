import type { Command, OptionValues } from "@commander-js/extra-typings";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { parseDuration } from "../model/duration.ts";
import { anyGlob, globMatcher, isOpen, lettersOf, MOST_STEPS, type Work } from "../model/glob.ts";
import type { Desired } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import { cutText, firstOf } from "../model/text.ts";
import type { PruneOptions } from "../plan/prune.ts";
import { count } from "./flag-values.ts";
import { MOST_PRUNED, readPruneOptions } from "./prune-options.ts";

/** A command that has no options yet. */
export type NewCommand = Command;

/** The flags of a command, as given, from the function that declares its options. */
export type FlagsOf<Declare extends (command: NewCommand) => { readonly opts: () => unknown }> =
  Given<ReturnType<ReturnType<Declare>["opts"]>>;

/** A flag without a value is `true` or not there; a saved plan may also set it to `false`. */
type Given<Flags> = {
  readonly [Name in keyof Flags]: true extends Flags[Name] ? boolean : Flags[Name];
};

/** For an option that may be repeated. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function fileOption(command: NewCommand) {
  return command.option(
    "-f, --file <path>",
    "file, or folder of *.yaml and *.yml; may be repeated (default: keys.yaml)",
    collect,
  );
}

export const DEFAULT_DEADLINE = "15m";

/** Timers hold at most about 24.8 days. */
export const LONGEST_MS = 2_147_483_647;

/** How long a run may take, ms. A `--deadline` that is none is told with the other flags. */
export function deadlineMs(flags: { readonly deadline?: string | undefined }): number {
  const { deadline = DEFAULT_DEADLINE } = flags;
  return Math.min(parseDuration(deadline) ?? LONGEST_MS, LONGEST_MS);
}

/** For every command that talks to the server. */
export function serverOptions<O extends OptionValues>(command: Command<[], O>) {
  return command
    .option("--base-url <url>", "server; or COMETAPI_BASE_URL")
    .option("--token-file <path>", "file with the access token; or COMETAPI_ACCESS_TOKEN")
    .option("--concurrency <n>", "requests in flight, 1 to 64 (default 8)")
    .option("--timeout <duration>", "one request (default 30s)")
    .option("--deadline <duration>", `the whole run (default ${DEFAULT_DEADLINE})`)
    .option("--quiet", "no progress and no notes")
    .option("--verbose", "show each request on stderr");
}

/** For every command that makes a plan; whatever shapes it is a flag of all of them. */
export function planOptions(command: NewCommand, formats = "text or json") {
  return serverOptions(fileOption(command).option("--format <format>", formats))
    .option("--only <name|glob>", "only these declared names; may be repeated", collect)
    .option("--create-only", "leave existing keys alone, but for what a stopped create has left")
    .option("--max-keys <n>", "refuse creates beyond this many keys in the account")
    .option("--deny-widening", "refuse changes that let a key do more")
    .option("--prune", "delete keys that no file declares, inside the files' scope")
    .option("--prune-disable", "the same, but disable them")
    .option("--max-deletes <n>", `of more keys than this, prune none (default ${MOST_PRUNED})`)
    .option("--prune-used", "prune keys that were used within the last 7 days, too")
    .option("--protect <glob>", "names that are never pruned; may be repeated", collect)
    .option(...ALLOW_SINK)
    .option(...POLICY);
}

/** For every command that says where keys may go; or `COMETKEYS_ALLOW_SINKS`. */
export const ALLOW_SINK = [
  "--allow-sink <pattern>",
  "a place that keys may be delivered to; may be repeated",
  collect,
] as const;

/** For every command that holds the files against policies. */
export const POLICY = [
  "--policy <file>",
  "rules that every declared key must keep; may be repeated",
  collect,
] as const;

/** For every command that delivers keys. */
export function deliveryOptions<O extends OptionValues>(command: Command<[], O>) {
  return command
    .option("--sink-dir <folder>", "where the files of deliver are (default: this folder)")
    .option("--verify-key", "use each key once, on GET /v1/models, before it is delivered")
    .option(
      "--keys-out <file>",
      "write the keys of this run to a .env or .json file, for yourself",
    );
}

export function applyOptions(command: NewCommand) {
  return deliveryOptions(planOptions(command))
    .option("--auto-approve", "do not ask")
    .option("--expect <digest>", "apply only if this is the plan; do not ask")
    .option("--expect-comment", "the same, with the digest in the merged pull request's comment")
    .option(
      "--comment",
      "with --expect-comment: add the outcome to the comment that showed the plan",
    )
    .option("--environment <name>", "for the heading; each environment has a comment of its own")
    .option("--settle <duration>", "how long a lost answer may still take effect (default 5s)");
}

export type ApplyFlags = FlagsOf<typeof applyOptions>;
export type DeliveryFlags = Pick<ApplyFlags, "sinkDir" | "verifyKey" | "keysOut">;
export type ServerFlags = Pick<
  ApplyFlags,
  "baseUrl" | "tokenFile" | "concurrency" | "timeout" | "deadline" | "settle" | "quiet" | "verbose"
>;
/** How much is said on stderr. */
export type Verbosity = Pick<ServerFlags, "quiet" | "verbose">;
export type PlanFlags = FlagsOf<typeof planOptions> & {
  /** Seconds; set by `drift --fail-on-expiring`. */
  readonly expiringWithin?: number;
};

/** What shapes a plan, checked. */
export interface PlanOptions {
  readonly only: readonly string[];
  readonly createOnly: boolean;
  readonly maxKeys?: number;
  readonly denyWidening: boolean;
  /** Seconds. */
  readonly expiringWithin?: number;
  readonly prune?: PruneOptions;
}

export function readPlanOptions(flags: PlanFlags): Result<PlanOptions, Diagnostic> {
  const prune = readPruneOptions(flags);
  if (!prune.ok) return prune;
  const options = {
    only: flags.only ?? [],
    createOnly: flags.createOnly ?? false,
    denyWidening: flags.denyWidening ?? false,
    ...(flags.expiringWithin === undefined ? {} : { expiringWithin: flags.expiringWithin }),
    ...(prune.value === undefined ? {} : { prune: prune.value }),
  };
  if (flags.maxKeys === undefined) return ok(options);
  const maxKeys = count("--max-keys", flags.maxKeys, 1, 999_999_999);
  return maxKeys.ok ? ok({ ...options, maxKeys: maxKeys.value }) : maxKeys;
}

/** Patterns that a message names, and code points of one. */
const MOST_NAMED = 10;
const MAX_NAME = 200;

/** A name in `--only` that no file declares is a slip that would silently do nothing. */
export function checkOnly(
  { only }: PlanOptions,
  desired: Desired,
  most = MOST_STEPS,
): Result<undefined, Diagnostic> {
  const declared = new Set(desired.keys.map(({ name }) => name));
  const letters = new Map([...declared].map((name) => [name, lettersOf(name)]));
  const work: Work = { steps: 0 };
  const isIdle = (pattern: string): boolean => {
    if (!isOpen(pattern)) return !declared.has(pattern);
    const matches = globMatcher(pattern, work);
    let idle = true;
    // To the end, though one be found: so much is to be done again for the plan.
    for (const [name, taken] of letters) {
      if (work.steps > most) break;
      if (matches(name, taken)) idle = false;
    }
    return idle;
  };
  const idle = only.filter(isIdle);
  if (work.steps > most) return err(TOO_MANY);
  if (idle.length === 0) return ok(undefined);
  const { shown, more } = firstOf(idle, MOST_NAMED);
  const names = shown.map((pattern) => `"${cutText(pattern, MAX_NAME)}"`).join(", ") + more;
  const fix = "check the spelling; `*` stands for any characters";
  return err(problem("usage", `--only ${names}: no declared key has such a name`, fix));
}

const TOO_MANY = problem(
  "usage",
  "--only: to hold so many names against so many patterns takes too long",
  "give fewer patterns, without a `?` between two `*`, or whole names",
);

/** The keys whose names `--only` takes in; without any pattern all of them. */
export function onlyThese<T extends { readonly name: string }>(
  only: readonly string[],
  keys: readonly T[],
  most = MOST_STEPS,
): Result<readonly T[], Diagnostic> {
  if (only.length === 0) return ok(keys);
  const isNamed = anyGlob(only, most);
  const found = keys.map(({ name }) => isNamed(name));
  return found.includes(undefined) ? err(TOO_MANY) : ok(keys.filter((_, at) => found[at]));
}
