import { open, readdir, realpath, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { decodeSource, fileTooLarge, MAX_FILE_BYTES } from "../config/decode.ts";
import type { SourceText } from "../config/decode.ts";
import type { Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface ReadSources {
  readonly sources: readonly SourceText[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the files and folders given with `-f`. A folder means its visible `*.yaml` and `*.yml`, not
 * deeper, by name; a file named twice is read once. Any diagnostic here ends the run: a missing
 * file must not look like keys that are no longer wanted. The sources that could be read are there
 * so that their own problems can be told in the same run.
 */
export async function readSources(paths: readonly string[]): Promise<ReadSources> {
  const sources: SourceText[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const files = await filesOf(path);
    if (!files.ok) diagnostics.push(files.error);
    for (const file of files.ok ? files.value : []) {
      const source = await readOnce(file, seen);
      if (!source) continue;
      if (source.ok) sources.push(source.value);
      else diagnostics.push(source.error);
    }
  }
  return { sources, diagnostics };
}

async function filesOf(path: string): Promise<Result<readonly string[], Diagnostic>> {
  try {
    if (!(await stat(path)).isDirectory()) return ok([path]);
    const names = (await readdir(path)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted();
    const files: string[] = [];
    for (const name of names) {
      const file = join(path, name);
      if (!(await isFolder(file))) files.push(file);
    }
    return files.length > 0 ? ok(files) : err(emptyFolder(path));
  } catch (error) {
    return err(unreadable(path, error));
  }
}

/** A link that leads nowhere is no folder: reading it says what is wrong. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function readOnce(
  file: string,
  seen: Set<string>,
): Promise<Result<SourceText, Diagnostic> | undefined> {
  try {
    // A pipe (`/dev/stdin`, `<(…)`) has no path of its own; what is not there, opening will tell.
    const real = await realpath(file).catch(() => file);
    if (seen.has(real)) return undefined;
    seen.add(real);
    const bytes = await readLimited(file);
    return bytes ? decodeSource(file, bytes) : err(fileTooLarge(file));
  } catch (error) {
    return err(unreadable(file, error));
  }
}

/** The bytes of a file, or `undefined` once it is too large; a pipe has no size to ask for. */
async function readLimited(file: string): Promise<Uint8Array | undefined> {
  const handle = await open(file);
  try {
    return (await handle.stat()).size > MAX_FILE_BYTES ? undefined : await readChunks(handle);
  } finally {
    await handle.close();
  }
}

async function readChunks(handle: FileHandle): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(65_536) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > MAX_FILE_BYTES) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

const REASONS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: ["there is no such file or folder", "check the path, or name the file with -f"],
  EACCES: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EPERM: ["the file may not be read", "give the user that runs cometkeys the right to read it"],
  EISDIR: ["this is a folder", "name a file, or the folder itself with -f"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  ELOOP: ["the link leads back to itself", "point it to a file"],
  ENAMETOOLONG: ["the path is too long", "check the path"],
};

function unreadable(file: string, error: unknown): Diagnostic {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "";
  const [message, fix] = REASONS[reason] ?? [
    `the file cannot be read${reason === "" ? "" : ` (${reason})`}`,
    "check the path",
  ];
  return problem("file-unreadable", file, message, fix);
}

function emptyFolder(path: string): Diagnostic {
  const message = "the folder has no *.yaml or *.yml file";
  return problem(
    "file-empty-folder",
    path,
    message,
    "name the folder that holds the files of keys",
  );
}

function problem(code: Code, file: string, message: string, fix: string): Diagnostic {
  return { severity: "error", code, message, fix, at: { file, line: 1, column: 1 } };
}
