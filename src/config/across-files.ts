import { foldName } from "../model/altered-name.ts";
import { globMatcher, globsOverlap, lettersOf, type Matcher } from "../model/glob.ts";
import { stagedName } from "../model/key.ts";
import { destinationOf, sinkIdentity } from "../model/sink.ts";
import { reportTo, type Problem, type Range, type Report } from "./problem.ts";
import type { FileReading } from "./read-file.ts";
import { spanOf } from "./source-lines.ts";

/**
 * Characters of `defaults` and aliases in all files of a run: they stand under every key, and a plan
 * tells each of them.
 */
const MAX_INHERITED = 5_000_000;

/** Of all files of a run; a plan that creates so many takes 400 MB. Servers mostly take a thousand. */
const MAX_KEYS = 40_000;

/** What is wrong only because of another file or another key; a list for each file, in order. */
export function checkAcrossFiles(files: readonly FileReading[]): readonly (readonly Problem[])[] {
  const seen: Seen = { names: new Map(), lookalikes: new Map() };
  const sources = new Map<string, string>();
  const scopes: PlacedScope[] = [];
  const places: Places = { sinks: new Map(), formats: new Map() };
  let declared = 0;
  let inherited = 0;
  let globs = 0;
  const problemsOf = files.map((file) => {
    const problems: Problem[] = [];
    const before = inherited;
    inherited += file.inherited?.size ?? 0;
    if (file.inherited !== undefined && before <= MAX_INHERITED && inherited > MAX_INHERITED) {
      reportTo(problems)(file.inherited.range, "file-too-large/defaults");
    }
    const beyond = declared > MAX_KEYS ? undefined : file.keys[MAX_KEYS - declared];
    if (beyond !== undefined) reportTo(problems)(beyond.range, "file-too-large/keys");
    declared += file.keys.length;
    checkNames(file, seen, reportTo(problems));
    checkAccount(file, files, reportTo(problems));
    checkScope(file, scopes, reportTo(problems));
    checkDeliver(file, places, reportTo(problems));
    globs += file.protect.length;
    if (globs > MAX_PROTECTED && globs - file.protect.length <= MAX_PROTECTED) {
      reportTo(problems)(START, "schema-value/globs-many");
    }
    return problems;
  });
  // Scopes that overlap would be tried on every name; others mostly differ in their first or last letters.
  const overlap = problemsOf.some((found) => found.some(({ code }) => code === "scope-overlap"));
  let compared = 0;
  const delivered = new Map<string, Owner>();
  for (const file of files) {
    for (const { name, deliver, range } of file.keys) {
      if (name === undefined || deliver.length === 0) continue;
      delivered.set(stagedName(name), { name, place: placeText(file, range) });
    }
  }
  // A name may be declared in a later file, and lie in its scope.
  for (const [index, file] of files.entries()) {
    const report = reportTo(problemsOf[index] ?? []);
    checkRenames(file, seen.names, sources, report);
    checkStaged(file, delivered, report);
    if (overlap) continue;
    const before = compared;
    compared += file.keys.length * scopes.length;
    if (compared <= MAX_COMPARED) checkOthersScopes(file, scopes, report);
    else if (before <= MAX_COMPARED) report(START, "scope-overlap/keys");
  }
  return problemsOf;
}

interface Seen {
  /** Where each name stands first. */
  readonly names: Map<string, string>;
  readonly lookalikes: Map<string, { readonly name: string; readonly place: string }>;
}

function checkNames(file: FileReading, seen: Seen, report: Report): void {
  for (const { name, range } of file.keys) {
    if (name === undefined) continue;
    const first = seen.names.get(name);
    if (first !== undefined) {
      report(range, "name-duplicate", { name, place: first });
      continue;
    }
    const place = placeText(file, range);
    seen.names.set(name, place);
    const look = foldName(name);
    const other = seen.lookalikes.get(look);
    if (other) report(range, "name-lookalike", { other: other.name, place: other.place });
    else seen.lookalikes.set(look, { name, place });
  }
}

/** Each pair of scopes is compared, and each name with every glob. */
const MAX_SCOPES = 100;
const MAX_COMPARED = 1_000_000;
const MAX_PROTECTED = 200;

const START: Range = { start: 0, end: 1 };

interface PlacedScope {
  readonly file: FileReading;
  readonly glob: string;
  readonly matches: Matcher;
  readonly place: string;
}

/** A key that another file's `--prune` deletes wherever this file is not given. */
function checkOthersScopes(
  file: FileReading,
  scopes: readonly PlacedScope[],
  report: Report,
): void {
  for (const { name, range } of file.keys) {
    if (name === undefined) continue;
    const letters = lettersOf(name);
    const other = scopes.find((scope) => scope.file !== file && scope.matches(name, letters));
    if (other === undefined) continue;
    report(range, "scope-overlap/name", { scope: other.glob, place: other.place });
  }
}

/** What one file's `--prune` deletes must not be another file's to declare. */
function checkScope(file: FileReading, others: PlacedScope[], report: Report): void {
  const { scope } = file;
  if (scope === undefined) return;
  const { glob, range } = scope;
  if (others.length >= MAX_SCOPES) return report(range, "scope-overlap/many");
  const other = others.find((one) => globsOverlap(one.glob, glob));
  others.push({ file, glob, matches: globMatcher(glob), place: placeText(file, range) });
  if (other === undefined) return;
  report(range, "scope-overlap/found", { scope: glob, other: other.glob, place: other.place });
}

/** @param sources Where each name stands that a key was renamed from. */
function checkRenames(
  file: FileReading,
  names: ReadonlyMap<string, string>,
  sources: Map<string, string>,
  report: Report,
): void {
  for (const { name, renamedFrom } of file.keys) {
    if (renamedFrom === undefined) continue;
    const { name: source, range } = renamedFrom;
    const declared = names.get(source);
    const first = sources.get(source);
    if (source === name) report(range, "rename-invalid/self");
    else if (declared !== undefined) {
      report(range, "rename-invalid/declared", { name: source, place: declared });
    } else if (first !== undefined) {
      report(range, "rename-invalid/twice", { name: source, place: first });
    } else sources.set(source, placeText(file, range));
  }
}

/** Whose key it is that stands under a name which ends in `~new`. */
interface Owner {
  readonly name: string;
  readonly place: string;
}

function checkStaged(file: FileReading, owners: ReadonlyMap<string, Owner>, report: Report): void {
  for (const { name = "", range } of file.keys) {
    const owner = owners.get(name);
    if (owner !== undefined) report(range, "name-reserved/owned", { ...owner });
  }
}

interface Placed {
  readonly place: string;
  /** Tells the same at the first place, once. */
  readonly tell: (other: string) => void;
}

interface Places {
  readonly sinks: Map<string, Placed>;
  readonly formats: Map<string, { readonly format: string; readonly place: string }>;
}

/** Of two keys with one place, the second would take it from the first. */
function checkDeliver(file: FileReading, { sinks, formats }: Places, report: Report): void {
  for (const { sink, range } of file.keys.flatMap(({ deliver }) => deliver)) {
    const identity = sinkIdentity(sink);
    const destination = destinationOf(sink);
    const place = placeText(file, range);
    const first = sinks.get(identity);
    if (first === undefined) {
      let told = false;
      const tell = (other: string): void => {
        if (!told) report(range, "deliver-repeated", { destination, place: other });
        told = true;
      };
      sinks.set(identity, { place, tell });
    } else {
      report(range, "deliver-repeated", { destination, place: first.place });
      first.tell(place);
    }
    if (sink.kind !== "file") continue;
    const { path, format } = sink;
    const other = formats.get(path);
    if (other === undefined) formats.set(path, { format, place });
    else if (other.format !== format) {
      const values = { path, format, other: other.format, place: other.place };
      report(range, "deliver-repeated/format", values);
    }
  }
}

function checkAccount(file: FileReading, files: readonly FileReading[], report: Report): void {
  const { account } = file;
  const first = files.find((other) => other.account);
  if (!account || !first?.account || first.account.userId === account.userId) return;
  const place = placeText(first, first.account.range);
  const values = { id: account.userId, other: first.account.userId, place };
  report(account.range, "account-disagrees", values);
}

function placeText({ lines }: FileReading, range: Range): string {
  const { file, line, column } = spanOf(lines, range);
  return `${file}:${line}:${column}`;
}
