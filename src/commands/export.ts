import {
  entriesFromLive,
  keysFileFromLive,
  tooLargeForFile,
  type KeysFile,
} from "../init/keys-file.ts";
import { findExisting, writeNewFiles } from "../init/new-files.ts";
import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { escapeTerminal } from "../render/escape.ts";
import { loadFiles } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { readLiveKeys } from "../run/live-keys.ts";
import {
  collect,
  fileOption,
  onlyThese,
  serverOptions,
  type FlagsOf,
  type NewCommand,
} from "../run/options.ts";
import { fail, finish, reportDiagnostics } from "../run/report.ts";
import { untilStoppedAtPause } from "../run/stop.ts";

export function exportCommand(command: NewCommand) {
  return serverOptions(fileOption(command.description("print the live keys as a keys file")))
    .option("--only <name|glob>", "only these live names; may be repeated", collect)
    .option("--missing", "only keys that the files do not declare, to be pasted into one")
    .option("--out <file>", "write it to a new file");
}

type ExportFlags = FlagsOf<typeof exportCommand>;

/**
 * `cometkeys export`: the account as a keys file that plans to no changes. It reveals no key and
 * changes nothing; what no file can say is left out, with the reason in a comment and a note.
 */
export async function runExport(flags: ExportFlags, io: Io): Promise<ExitCode> {
  const { out, only = [], missing = false, quiet } = flags;
  if (flags.file !== undefined && !missing) {
    const fix = "add --missing, or leave out -f: an export is of the account, not of a file";
    return fail([problem("usage", "-f goes with --missing", fix)], io, quiet);
  }
  for (const path of [out, ...(flags.file ?? [])]) if (path !== undefined) io.redactor.keep(path);
  let declared: ReadonlySet<string> = new Set();
  const { account, codes } = await readLiveKeys(flags, io, async () => {
    const before = await readBefore(flags);
    declared = before.declared;
    return before.problems;
  });
  if (!account.ok) {
    reportDiagnostics(account.error, io, quiet);
    return finish(io, undefined, [...codes, exitOf(account.error)]);
  }
  const { keys, now } = account.value;
  const named = onlyThese(only, keys);
  if (!named.ok) return fail([named.error], io, quiet);
  const chosen = named.value.filter(({ name }) => !declared.has(name));
  const tooLarge = tooLargeForFile(chosen);
  if (tooLarge !== undefined) return fail([tooLarge], io, quiet);
  const { holds, clean } = io.redactor;
  const write = missing ? entriesFromLive : keysFileFromLive;
  const work = await untilStoppedAtPause(io, (pause) => write(chosen, now, holds, pause));
  if (!work.ok) return fail([work.error], io, quiet);
  const exported = work.value;
  const notes = chosen.length > 0 || (only.length === 0 && !missing) ? [] : [nothing(missing)];
  reportDiagnostics([...notes, ...exported.notes], io, quiet);
  const text = clean(exported.text);
  if (out === undefined) return finish(io, text, codes);
  const problems = await writeNewFiles([{ path: out, text }], { path: out, flag: "--out" });
  if (problems.length > 0) return fail(problems, io, quiet);
  return finish(io, `${escapeTerminal(wrote(out, exported))}\n`, codes);
}

interface Before {
  /** The names that the files declare. */
  readonly declared: ReadonlySet<string>;
  readonly problems: readonly Diagnostic[];
}

/** What is looked at before the server is asked. */
async function readBefore({ file, missing, out }: ExportFlags): Promise<Before> {
  const inTheWay = out === undefined ? [] : await findExisting([out], { path: out, flag: "--out" });
  const loaded = missing ? await loadFiles(file) : undefined;
  const faults = loaded?.diagnostics.filter(({ severity }) => severity === "error") ?? [];
  const names = loaded?.desired?.keys.flatMap(({ name, renamedFrom }) => [
    name,
    renamedFrom ?? name,
  ]);
  return { declared: new Set(names), problems: [...inTheWay, ...faults] };
}

function nothing(missing: boolean): Diagnostic {
  const message = missing
    ? "every live key is declared, or not chosen by --only"
    : "no live key has such a name";
  return { severity: "note", code: "left-out", message };
}

function wrote(path: string, { keys }: KeysFile): string {
  return `Wrote ${path}: ${keys} ${keys === 1 ? "key" : "keys"}`;
}
