import type { Diagnostic } from "../model/diagnostic.ts";
import type { Desired, DesiredKey } from "../model/key.ts";
import { checkAcrossFiles } from "./across-files.ts";
import type { SourceText } from "./decode.ts";
import { createSizeCheck } from "./file-size.ts";
import type { Problem } from "./problem.ts";
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

/**
 * Reads all files of a run into what they declare together, or says all that is wrong.
 *
 * @param most So many problems are told; others are only counted.
 */
export function loadDesired(
  sources: readonly SourceText[],
  most: number = MAX_PROBLEMS,
): LoadedDesired {
  const checkSize = createSizeCheck();
  const behind = { nodes: 0, characters: 0 };
  const files = sources.map((source) => readFile(source, checkSize, behind));
  const across = checkAcrossFiles(files);
  const problems = files.map(({ lines, problems: own }, index) => ({
    lines,
    problems: inOrder([...own, ...(across[index] ?? [])]),
  }));
  const diagnostics = toDiagnostics(problems, most);
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
  return file.keys.flatMap(({ name, state, fields, renamedFrom, deliver, range }) =>
    name === undefined
      ? []
      : [
          {
            name,
            state,
            fields,
            ...(renamedFrom && { renamedFrom: renamedFrom.name }),
            ...(deliver.length > 0 && {
              deliver: deliver.map((one) => ({
                sink: one.sink,
                at: spanOf(file.lines, one.range),
              })),
            }),
            at: spanOf(file.lines, range),
          },
        ],
  );
}

/** Sorted by place; what several keys owe to one line (of `defaults`, of an anchor) is said once. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  let said = new Set<string>();
  let place = -1;
  return problems
    .toSorted((a, b) => a.range.start - b.range.start)
    .filter(({ code, message, range }) => {
      if (range.start !== place) said = new Set();
      place = range.start;
      const isNew = !said.has(`${code} ${message}`);
      said.add(`${code} ${message}`);
      return isNew;
    });
}

/** More than anybody reads at once; each costs a place and a code frame. */
export const MAX_PROBLEMS = 200;

/**
 * The first of problems of one kind, and how many there are beside them; those have the code of the others, and
 * with it their exit code.
 */
export function firstProblems(
  problems: readonly Diagnostic[],
  most = MAX_PROBLEMS,
): readonly Diagnostic[] {
  const shown = Math.max(0, most);
  const left = problems.slice(shown);
  const [first] = left;
  if (first === undefined) return problems;
  return [...problems.slice(0, shown), { ...moreProblems(left), code: first.code }];
}

/** What is wrong in one file, in the order in which it is told. */
export interface FileProblems {
  readonly lines: SourceLines;
  readonly problems: readonly Problem[];
}

/** The first problems of all files, and how many there are beside them. */
export function toDiagnostics(files: readonly FileProblems[], most: number): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const left: Problem[] = [];
  for (const { lines, problems } of files) {
    for (const problem of problems) {
      if (diagnostics.length >= most) left.push(problem);
      else diagnostics.push(toDiagnostic(lines, problem));
    }
  }
  return left.length === 0 ? diagnostics : [...diagnostics, moreProblems(left)];
}

function moreProblems(left: readonly Pick<Diagnostic, "severity">[]): Diagnostic {
  const severity = left.some((problem) => problem.severity === "error") ? "error" : "warning";
  const message = `and ${left.length === 1 ? "1 more problem, which is" : `${left.length} more problems, which are`} not shown`;
  return { severity, code: "problems-more", message, fix: "correct those above first" };
}
