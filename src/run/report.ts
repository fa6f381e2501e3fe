import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { signalExit } from "../model/stop-signal.ts";
import { renderDiagnostic } from "../render/diagnostic.ts";
import type { Io } from "./io.ts";

/** Writes diagnostics to stderr; `quiet` leaves out the notes, never a warning or an error. */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  io: Io,
  quiet: boolean | undefined,
): void {
  for (const diagnostic of diagnostics) {
    if (quiet && diagnostic.severity === "note") continue;
    io.stderr(`${renderDiagnostic(diagnostic, io.view.stderr)}\n`);
  }
}

/** Ends a command that has no result to write: the exit code its problems lead to. */
export function fail(problems: readonly Diagnostic[], io: Io, quiet?: boolean): ExitCode {
  reportDiagnostics(problems, io, quiet);
  return exitOf(problems);
}

/** What says which plan this is stays whole, whatever a server sends as a key. */
export function keepPlan({ digest, hashes }: Pick<Plan, "digest" | "hashes">, io: Io): void {
  io.redactor.keep(digest);
  io.redactor.keepAll(() => hashes.flat());
  // A comment has the hashes in fewer characters.
  io.redactor.keepAll(() =>
    hashes.flat().map((hash) => Buffer.from(hash, "hex").toString("base64url")),
  );
}

/**
 * What files alone make a diagnostic say stays whole: words of a policy, of a declared key, a line of source.
 * Only what is told is kept, for a file may have megabytes of such text.
 */
export function keepMessages(
  diagnostics: readonly Diagnostic[],
  { redactor }: Pick<Io, "redactor">,
) {
  for (const diagnostic of diagnostics) {
    const { message, fix = "" } = diagnostic;
    for (const text of [message, fix, renderDiagnostic(diagnostic)]) redactor.keepMessage(text);
  }
}

/** Says that something was taken out of what was printed; changes no exit code. */
export function warnOfCuts(io: Io): void {
  if (!io.redactor.hasCut()) return;
  const found = problem(
    "secret-in-output",
    "the output held a token or a model key, or something shaped like one: *** stands there instead",
    "look what put it there: a message of the server, a name, a note; revoke a key that is real",
  );
  reportDiagnostics([{ ...found, severity: "warning" }], io, false);
}

/** How long a result may still take to be read after a signal, or past the deadline, ms. */
const GRACE_MS = 5_000;

/**
 * Writes the result and gives the exit code; a result nobody could read is a failure too.
 *
 * @param otherwise What goes to stderr then, where the result is all there is to tell what was done.
 */
export async function finish(
  io: Io,
  result: string | undefined,
  codes: readonly ExitCode[],
  otherwise = "",
): Promise<ExitCode> {
  if (result === undefined) return worstExit(codes);
  const { written, signals } = await write(result, io);
  if (written) return worstExit([...codes, ...signals]);
  reportDiagnostics([unwritable()], io, false);
  io.stderr(otherwise);
  return worstExit([...codes, ...signals, EXIT.invalidInput]);
}

/** Whose reader was given up; nobody waits for it a second time. */
const unread = new WeakSet<Io["stdout"]>();

/** Neither a signal nor the deadline cuts a text short, unless nobody reads it any more. */
export async function write(result: string, io: Io) {
  const signals: ExitCode[] = [];
  const { clock, deadlineAt } = io;
  if (unread.has(io.stdout)) return { written: false, signals };
  let giveUp = (): void => {};
  const late = new Promise<boolean>((resolve) => {
    giveUp = () => {
      unread.add(io.stdout);
      resolve(false);
    };
  });
  let cancel = clock.timer(Math.max(GRACE_MS, deadlineAt - clock.now()), giveUp);
  const unlisten = io.onSignal((signal) => {
    signals.push(signalExit(signal));
    cancel();
    cancel = clock.timer(GRACE_MS, giveUp);
  });
  const written = await Promise.race([io.stdout(result), late]);
  unlisten();
  cancel();
  return { written, signals };
}

export function unwritable() {
  return problem(
    "output-unwritable",
    "the result could not be written to standard output",
    "check the disk or the program that reads it",
  );
}

/** The heading of what is shown of a command. */
export function headingOf(command: string, environment: string | undefined): string {
  return `cometkeys ${command}${environment === undefined ? "" : `: ${environment}`}`;
}

/** Whether this is a step of GitHub Actions; nowhere else is its side loaded. */
export function isInActions({ env }: Pick<Io, "env">): boolean {
  return env["GITHUB_ACTIONS"] === "true";
}
