import { decodeSource, fileTooLarge, MAX_FILE_BYTES, type SourceText } from "../config/decode.ts";
import { TOO_LONG } from "../deliver/ways.ts";
import { problem, type Diagnostic, type SourceSpan } from "../model/diagnostic.ts";
import { err, type Result } from "../model/result.ts";
import { createPaths, type Paths } from "./paths.ts";
import { faultOf, readFileWhole, type ReadFault } from "./read-file.ts";

/**
 * Reads a file of the repository as text: the keys, or a policy; `flag` is what names it. Undefined
 * where it was read before, by whatever path.
 *
 * @param seen What was read, without links.
 */
export async function readOnce(
  file: string,
  flag: "-f" | "--policy",
  { paths, seen }: SeenPaths,
): Promise<Result<SourceText, Diagnostic> | undefined> {
  try {
    // A pipe (`/dev/stdin`, `<(…)`) has no path of its own; what is not there, opening will tell.
    const real = await paths.realOf(file).catch((error: unknown) => {
      const fault = faultOf(error);
      if (fault.kind === "system" && fault.code === TOO_LONG) throw error;
      return file;
    });
    if (seen.has(real)) return undefined;
    seen.add(real);
    const bytes = await readFileWhole(file, MAX_FILE_BYTES, paths);
    return bytes.ok ? decodeSource(file, bytes.value) : err(unreadable(file, bytes.error, flag));
  } catch (error) {
    return err(unreadable(file, faultOf(error), flag));
  }
}

/** The paths of files of one kind that a run reads. */
export interface SeenPaths {
  readonly paths: Paths;
  readonly seen: Set<string>;
}

export function noneSeen(): SeenPaths {
  return { paths: createPaths(), seen: new Set() };
}

const REASONS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: ["there is no such file or folder", "check the path, or name the file with FLAG"],
  EACCES: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EPERM: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EISDIR: ["this is a folder", "name a file with FLAG"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  ELOOP: ["the link leads back to itself", "point it to a file"],
  EILSEQ: ["a name on this path, or in this folder, is not in UTF-8", "rename it"],
  ENAMETOOLONG: ["the path is too long", "check the path"],
};

export function unreadable(file: string, fault: ReadFault, flag = "-f"): Diagnostic {
  if (fault.kind === "too-large") return fileTooLarge(file);
  const [message, fix] = reasonOf(fault);
  return problem("file-unreadable", message, fix.replace("FLAG", flag), startOf(file));
}

function reasonOf(fault: Exclude<ReadFault, { kind: "too-large" }>): readonly [string, string] {
  switch (fault.kind) {
    case "system": {
      const unknown = [`the file cannot be read (${fault.code})`, "check the path"] as const;
      return REASONS[fault.code] ?? unknown;
    }
    case "no-file":
      return ["this is a device or a socket, not a file", "name a file or a pipe"];
    case "outside":
      return [
        `a link on this path leads out of ${fault.tree}`,
        "put the file itself there, or name the file that is meant",
      ];
  }
}

export function startOf(file: string): SourceSpan {
  return { file, line: 1, column: 1 };
}
