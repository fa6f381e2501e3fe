import { foldName } from "../model/altered-name.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { globsOverlap } from "../model/glob.ts";
import type { Desired, DesiredKey } from "../model/key.ts";
import type { SourceText } from "./decode.ts";
import { createSizeCheck } from "./file-size.ts";
import { reportTo, type Problem, type Range, type Report } from "./problem.ts";
import { type FileReading, type KeyReading, readFile } from "./read-file.ts";
import { spanOf, toDiagnostic, type SourceLines } from "./source-lines.ts";

export interface LoadedDesired {
  /** Only there when no diagnostic is an error. */
  readonly desired?: Desired;
  /** The same keys, those to be deleted left out, with what policies ask for besides. */
  readonly declared: readonly DeclaredKey[];
  /** Errors and warnings by file, line and column, files in the order given. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A key as its file has it: what is there for people, and where each field stands. */
export interface DeclaredKey extends Pick<KeyReading, "fields" | "people" | "range" | "places"> {
  readonly name: string;
  readonly lines: SourceLines;
}

/** Reads all files of a run into what they declare together, or says all that is wrong. */
export function loadDesired(sources: readonly SourceText[]): LoadedDesired {
  const checkSize = createSizeCheck();
  const behind = { nodes: 0 };
  const files = sources.map((source) => readFile(source, checkSize, behind));
  const across = checkAcrossFiles(files);
  const problems = files.map((file, index) =>
    inOrder([...file.problems, ...(across[index] ?? [])]),
  );
  const diagnostics = toDiagnostics(files, problems);
  if (diagnostics.some(({ severity }) => severity === "error")) {
    return { declared: [], diagnostics };
  }
  const pinned = files.find((file) => file.account);
  const desired: Desired = {
    keys: files.flatMap(desiredKeys),
    scopes: files.flatMap(({ scope, keys, lines }) =>
      scope === undefined
        ? []
        : [{ glob: scope.glob, isEmpty: keys.length === 0, at: spanOf(lines, scope.range) }],
    ),
    protect: files.flatMap(({ protect }) => protect),
    ...(pinned?.account && {
      account: { userId: pinned.account.userId, at: spanOf(pinned.lines, pinned.account.range) },
    }),
    files: sources.map(({ file }) => file),
  };
  return { desired, declared: files.flatMap(declaredKeys), diagnostics };
}

function declaredKeys({ keys, lines }: FileReading): readonly DeclaredKey[] {
  return keys.flatMap(({ name, state, fields, people, range, places }) =>
    name === undefined || state === "absent"
      ? []
      : [{ name, fields, people, range, places, lines }],
  );
}

function desiredKeys(file: FileReading): readonly DesiredKey[] {
  return file.keys.flatMap(({ name, state, fields, renamedFrom, range }) =>
    name === undefined
      ? []
      : [
          {
            name,
            state,
            fields,
            ...(renamedFrom && { renamedFrom: renamedFrom.name }),
            at: spanOf(file.lines, range),
          },
        ],
  );
}

/** Sorted by place; what several keys owe to one line (of `defaults`, of an anchor) is said once. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const distinct = new Map<string, Problem>();
  for (const problem of problems) {
    const identity = JSON.stringify([problem.code, problem.range.start, problem.message]);
    if (!distinct.has(identity)) distinct.set(identity, problem);
  }
  return [...distinct.values()].toSorted((a, b) => a.range.start - b.range.start);
}

/** More than anybody reads at once; each costs a place and a code frame. */
const MAX_PROBLEMS = 200;

/** The first problems of all files, and how many there are beside them. */
function toDiagnostics(
  files: readonly FileReading[],
  problems: readonly (readonly Problem[])[],
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const left: Problem[] = [];
  for (const [index, file] of files.entries()) {
    for (const problem of problems[index] ?? []) {
      if (diagnostics.length >= MAX_PROBLEMS) left.push(problem);
      else diagnostics.push(toDiagnostic(file.lines, problem));
    }
  }
  if (left.length === 0) return diagnostics;
  const severity = left.some((problem) => problem.severity === "error") ? "error" : "warning";
  const message = `and ${left.length === 1 ? "1 more problem, which is" : `${left.length} more problems, which are`} not shown`;
  const fix = "correct those above first";
  return [...diagnostics, { severity, code: "problems-more", message, fix }];
}

/**
 * Characters of `defaults` and aliases in all files of a run: they stand under every key, and a plan
 * tells each of them.
 */
const MAX_INHERITED = 5_000_000;

/** What is wrong only because of another file or another key; a list for each file, in order. */
function checkAcrossFiles(files: readonly FileReading[]): readonly (readonly Problem[])[] {
  const seen: Seen = { names: new Map(), lookalikes: new Map() };
  const sources = new Map<string, string>();
  const scopes: PlacedScope[] = [];
  let inherited = 0;
  const problemsOf = files.map((file) => {
    const problems: Problem[] = [];
    const before = inherited;
    inherited += file.inherited?.size ?? 0;
    if (file.inherited !== undefined && before <= MAX_INHERITED && inherited > MAX_INHERITED) {
      reportTo(problems)(file.inherited.range, "file-too-large/defaults");
    }
    checkNames(file, seen, reportTo(problems));
    checkAccount(file, files, reportTo(problems));
    checkScope(file, scopes, reportTo(problems));
    return problems;
  });
  // A name may be declared in a later file.
  for (const [index, file] of files.entries()) {
    checkRenames(file, seen.names, sources, reportTo(problemsOf[index] ?? []));
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

/** Each pair of scopes is compared. */
const MAX_SCOPES = 1_000;

interface PlacedScope {
  readonly glob: string;
  readonly place: string;
}

/** What one file's `--prune` deletes must not be another file's to declare. */
function checkScope(file: FileReading, others: PlacedScope[], report: Report): void {
  const { scope } = file;
  if (scope === undefined) return;
  const { glob, range } = scope;
  if (others.length >= MAX_SCOPES) return report(range, "scope-overlap/many");
  const other = others.find((one) => globsOverlap(one.glob, glob));
  others.push({ glob, place: placeText(file, range) });
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
