import type { Diagnostic } from "../model/diagnostic.ts";
import type { Desired, DesiredKey } from "../model/key.ts";
import { checkAcrossFiles } from "./across-files.ts";
import { readFile, type FileReading } from "./read-file.ts";
import { spanOf, toDiagnostic } from "./source-lines.ts";
import type { SourceText } from "./source-text.ts";

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
