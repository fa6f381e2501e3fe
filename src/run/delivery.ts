import { resolve } from "node:path";
import type { Delivery } from "../apply/context.ts";
import { isAllowed, parseSinkPattern, type SinkPattern } from "../deliver/sink-pattern.ts";
import { firstProblems } from "../config/load-desired.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { DesiredKey } from "../model/key.ts";
import { stopCode } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import { destinationOf, type Sink } from "../model/sink.ts";
import { cutText } from "../model/text.ts";
import type { Access } from "./access.ts";
import type { Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { DeliveryFlags, PlanFlags } from "./options.ts";
import { keepMessages } from "./report.ts";
import type { Session } from "./session.ts";

/** Says which declared places a run must not deliver to. */
export type CheckSinks = (
  keys: readonly DesiredKey[],
  /** So many problems are shown. */
  most?: number,
) => readonly Diagnostic[];

/**
 * The places that keys may be delivered to, named outside the files with `--allow-sink` and
 * `COMETKEYS_ALLOW_SINKS` (one a line): a pull request must not choose where keys go.
 */
export function readAllowedSinks(
  { allowSink = [] }: Pick<PlanFlags, "allowSink">,
  env: Io["env"],
): Result<CheckSinks, readonly Diagnostic[]> {
  const lines = (env["COMETKEYS_ALLOW_SINKS"] ?? "").split("\n").map((line) => line.trim());
  const texts = [
    ...allowSink.map((text) => ({ from: "--allow-sink", text })),
    ...lines.flatMap((text) => (text === "" ? [] : [{ from: "COMETKEYS_ALLOW_SINKS", text }])),
  ];
  if (texts.length > MOST_PATTERNS) {
    const message = `${texts.length} places are allowed, which are more than ${MOST_PATTERNS}`;
    return err([problem("usage", message, "write one pattern for several, with *")]);
  }
  const patterns: SinkPattern[] = [];
  const wrong: Diagnostic[] = [];
  for (const { from, text } of texts) {
    const pattern = parseSinkPattern(text);
    if (pattern.ok) patterns.push(pattern.value);
    else wrong.push(problem("usage", `${from} ${quoted(text)}: ${pattern.error}`));
  }
  if (wrong.length > 0) return err(wrong);
  return ok((keys, most) => {
    const places = keys.flatMap(({ deliver = [] }) => deliver);
    const refused = places.filter(({ sink }) => !isAllowed(sink, patterns));
    return firstProblems(
      refused.map(({ sink, at }) => notAllowed(sink, at)),
      most,
    );
  });
}

/** Each is held against each place that a file declares. */
const MOST_PATTERNS = 1_000;

function notAllowed(sink: Sink, at: Diagnostic["at"]): Diagnostic {
  const place = quoted(destinationOf(sink));
  const message = `${place} is no place that keys may be delivered to`;
  const pattern = sink.kind === "file" ? `file:${sink.path}` : destinationOf(sink);
  // Half a pattern would allow something else, and a whole one can be as long as the file.
  const given = pattern.length > MAX_PLACE ? "with a pattern for it" : forShell(pattern);
  const fix = `if it is meant to be one, give --allow-sink ${given}, or add it to COMETKEYS_ALLOW_SINKS`;
  return problem("sink-not-allowed", message, fix, at);
}

function quoted(text: string): string {
  return JSON.stringify(cutText(text, MAX_PLACE));
}

const MAX_PLACE = 300;

/** Of which a shell makes nothing else: what a file declares may hold its signs. */
function forShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const STOPPED = "the run was stopped while the places were looked at, so nothing was changed";

/** What a run reads. Whatever is allowed, a key is not written over one of these. */
export interface ReadFiles {
  /** They may lie in a checkout: no program is taken from around them. */
  readonly reviewed: readonly string[];
  readonly tokenFile?: string | undefined;
}

export function readFilesOf(
  { paths, policies, desired }: Pick<Inputs, "paths" | "policies" | "desired">,
  { tokenFile }: Pick<ReadFiles, "tokenFile">,
  planPath?: string,
): ReadFiles {
  const plan = planPath === undefined ? [] : [planPath];
  return { reviewed: [...plan, ...paths, ...desired.files, ...policies], tokenFile };
}

const NO_FILES: ReadFiles = { reviewed: [] };

/** What else is written by a run: a result that a key took the place of would be lost. */
function writtenFiles({ env }: Pick<Io, "env">): readonly string[] {
  const runners = ["OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE"].flatMap(
    (name) => env[`GITHUB_${name}`] || [],
  );
  return ["/dev/stdout", "/dev/stderr", ...runners];
}

/** A key that is to be delivered in this run. */
type Target = Pick<DesiredKey, "name" | "deliver">;

/**
 * How the keys of a run get to their places. Each place is looked at before the first request that
 * writes: where one is unfit, nothing is written at all.
 */
export async function prepareDelivery(
  targets: readonly Target[],
  flags: DeliveryFlags & { readonly readFiles?: ReadFiles },
  { settings, token }: Access,
  { tryKey, stop }: Pick<Session, "tryKey" | "stop">,
  io: Io,
): Promise<Result<Delivery | undefined, readonly Diagnostic[]>> {
  const places = targets.flatMap(({ deliver = [] }) => deliver.map(({ sink }) => sink));
  const { keysOut: file, verifyKey, sinkDir = ".", readFiles = NO_FILES } = flags;
  if (places.length === 0 && file === undefined) return ok(undefined);
  for (const path of [file, sinkDir]) if (path !== undefined) io.redactor.keep(path);
  // Only now: few runs deliver anything.
  const [{ createSinks }, { checkKeysOut, variableOf, writeKeysOut }, { treesOf }] =
    await Promise.all([
      import("../deliver/sinks.ts"),
      import("../deliver/keys-out.ts"),
      import("../deliver/trees.ts"),
    ]);
  const { timeoutMs } = settings;
  const { reviewed, tokenFile } = readFiles;
  const found = await treesOf([sinkDir, ...reviewed]);
  if (!found.ok)
    return err([
      problem(
        "sink-unfit",
        found.error,
        "name a file with fewer links on its way, or pipe it in: cat FILE | cometkeys apply -f /dev/stdin",
      ),
    ]);
  const trees = found.value;
  for (const path of [...trees, resolve(sinkDir)]) io.redactor.keep(path);
  const programs = { env: io.env, trees, token, timeoutMs, scrub: io.redactor.clean };
  const read = tokenFile === undefined ? reviewed : [...reviewed, tokenFile];
  const notThese = [...read, ...writtenFiles(io)].map((path) => resolve(path));
  const sinks = createSinks({ ...programs, sinkDir, notThese });
  // Two writers of one file could both set the same variable.
  const written = places.flatMap((sink) =>
    sink.kind === "file" ? [resolve(sinkDir, sink.path)] : [],
  );
  const own = { ...programs, notThese: [...notThese, ...written] };
  const unfit = (await sinks.check(places, stop.writes)).map(({ sink, message, fix }) =>
    problem("sink-unfit", `${quoted(destinationOf(sink))}: ${message}`, fix),
  );
  const names = targets.map(({ name }) => name);
  const why = file === undefined ? undefined : await checkKeysOut(file, names, own, stop.writes);
  if (why !== undefined) unfit.push(problem("sink-unfit", `--keys-out: ${why}`));
  // What was cut short says nothing of the places.
  if (stop.writes.aborted) return err([problem(stopCode(stop), STOPPED, "run again")]);
  // They tell of this machine, and what a program said stands in them cleaned.
  keepMessages(unfit, io);
  if (unfit.length > 0) return err(firstProblems(unfit));
  const keysOut: Delivery["keysOut"] = (name, key) =>
    writeKeysOut(file ?? "", [{ variable: variableOf(name), key }], own, stop.writes);
  return ok({
    deliver: sinks.deliver,
    ...(verifyKey ? { tryKey } : {}),
    ...(file === undefined ? {} : { keysOut }),
  });
}
