import { foldName } from "../model/altered-name.ts";
import type { Diagnostic, SourceSpan } from "../model/diagnostic.ts";
import type { Desired, DesiredKey } from "../model/key.ts";
import type { SourceText } from "./decode.ts";
import type { Problem } from "./problem.ts";
import { type FileReading, readFile } from "./read-file.ts";
import { spanOf, toDiagnostic } from "./source-lines.ts";

export interface LoadedDesired {
  /** Only there when no diagnostic is an error. */
  readonly desired?: Desired;
  /** Errors and warnings by file, line and column, files in the order given. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads all files of a run into what they declare together, or says all that is wrong. */
export function loadDesired(sources: readonly SourceText[]): LoadedDesired {
  const files = sources.map(readFile);
  const across = checkAcrossFiles(files);
  const diagnostics = files.flatMap((file, index) => {
    const problems = [...file.problems, ...(across[index] ?? [])];
    return inOrder(problems.map((problem) => toDiagnostic(file.lines, problem, file.hidden)));
  });
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics };
  const pinned = files.find((file) => file.account);
  const desired: Desired = {
    keys: files.flatMap(desiredKeys),
    ...(pinned?.account && {
      account: { userId: pinned.account.userId, at: spanOf(pinned.lines, pinned.account.range) },
    }),
    files: sources.map(({ file }) => file),
  };
  return { desired, diagnostics };
}

function desiredKeys(file: FileReading): readonly DesiredKey[] {
  return file.keys.flatMap(({ name, state, fields, range }) =>
    name === undefined ? [] : [{ name, state, fields, at: spanOf(file.lines, range) }],
  );
}

/** Sorted by place; what several keys owe to one line (of `defaults`, of an anchor) is said once. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const distinct = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { code, message, at } = diagnostic;
    const identity = JSON.stringify([code, at?.line, at?.column, message]);
    if (!distinct.has(identity)) distinct.set(identity, diagnostic);
  }
  return [...distinct.values()].toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}

/** What is wrong only because of another file or another key; a list for each file, in order. */
export function checkAcrossFiles(files: readonly FileReading[]): readonly (readonly Problem[])[] {
  const seen: Seen = { names: new Map(), lookalikes: new Map() };
  return files.map((file) => [...checkNames(file, seen), ...checkAccount(file, files)]);
}

interface Seen {
  readonly names: Map<string, SourceSpan>;
  readonly lookalikes: Map<string, { readonly name: string; readonly at: SourceSpan }>;
}

function checkNames(file: FileReading, seen: Seen): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { name, range } of file.keys) {
    if (name === undefined) continue;
    const at = spanOf(file.lines, range);
    const first = seen.names.get(name);
    if (first) {
      const message = `the name "${name}" is given twice; the first is at ${placeText(first)}`;
      const fix = "a name is a key's identity: rename or remove one of the two";
      problems.push({ code: "name-duplicate", range, message, fix });
      continue;
    }
    seen.names.set(name, at);
    const look = foldName(name);
    const other = seen.lookalikes.get(look);
    if (other) {
      problems.push({
        severity: "warning",
        code: "name-lookalike",
        range,
        message: `the name looks like "${other.name}" at ${placeText(other.at)}, and they are two keys`,
        fix: "give them names that are easier to tell apart",
      });
    } else {
      seen.lookalikes.set(look, { name, at });
    }
  }
  return problems;
}

function checkAccount(file: FileReading, files: readonly FileReading[]): readonly Problem[] {
  const { account } = file;
  const first = files.find((other) => other.account);
  if (!account || !first?.account || first.account.userId === account.userId) return [];
  const place = placeText(spanOf(first.lines, first.account.range));
  return [
    {
      code: "account-disagrees",
      range: account.range,
      message: `user_id ${account.userId} is not the ${first.account.userId} at ${place}`,
      fix: "one run manages one account: name the same user_id in all files, or run them apart",
    },
  ];
}

function placeText({ file, line, column }: SourceSpan): string {
  return `${file}:${line}:${column}`;
}
