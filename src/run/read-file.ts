import { constants, open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { err, ok, type Result } from "../model/result.ts";
import type { Paths } from "./paths.ts";

/** Why a file was not read: by the system's word, or for what it is. */
export type ReadFault =
  | { readonly kind: "system"; readonly code: string }
  | { readonly kind: "too-large" }
  /** A device or a socket that was not named as this process's own input. */
  | { readonly kind: "no-file" }
  /** A link that leads out of the tree it stands in. */
  | { readonly kind: "outside"; readonly tree: string };

/** What a program is handed by its shell: `-f /dev/stdin`, `-f <(…)`, `--out /dev/fd/3`. */
export const OWN_STREAM = /^\/(?:dev\/(?:std(?:in|out|err)|fd\/\d+)|proc\/self\/fd\/\d+)$/;

const OWN_INPUT = /^\/(?:dev\/(?:stdin|fd\/0)|proc\/self\/fd\/0)$/;

/** How often a pipe without data is asked again, ms. */
const POLL_MS = 10;

/**
 * Reads a file whole, up to a limit of bytes. A pipe that nobody writes to never blocks a thread, so
 * that a signal or the deadline can end the process all the same.
 *
 * @param paths Where these are given, a link is followed only inside the tree it stands in: what a pull
 *   request adds must not show other files of the runner.
 */
export async function readFileWhole(
  path: string,
  limit: number,
  paths?: Paths,
): Promise<Result<Uint8Array, ReadFault>> {
  try {
    const isOwnStream = OWN_STREAM.test(path);
    const tree = isOwnStream ? undefined : await paths?.treeLeftBy(path);
    if (tree !== undefined) return err({ kind: "outside", tree });
    // What was looked at is what is opened. Opening a pipe waits for its writer unless told otherwise.
    const end = isOwnStream ? path : ((await paths?.realOf(path)) ?? resolve(path));
    const handle = await open(end, constants.O_RDONLY | constants.O_NONBLOCK).catch(
      (error: unknown) => {
        if (codeOf(error) !== "ENXIO" || !OWN_INPUT.test(path)) throw error;
        return undefined;
      },
    );
    if (handle === undefined) return await readInput(limit);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) return err({ kind: "system", code: "EISDIR" });
      if (!stats.isFile() && !stats.isFIFO() && !isOwnStream) return err({ kind: "no-file" });
      const isPipe = stats.isFIFO() && !isOwnStream;
      const bytes = stats.size > limit ? undefined : await readChunks(handle, limit, isPipe);
      return bytes === undefined ? err({ kind: "too-large" }) : ok(bytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return err(faultOf(error));
  }
}

/** What a program in Node gives another one as its input is a socket, which no path opens. */
async function readInput(limit: number): Promise<Result<Uint8Array, ReadFault>> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of process.stdin) {
    total += chunk.byteLength;
    if (total > limit) return err({ kind: "too-large" });
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
}

/** GitHub's event has some hundred kilobytes. */
const MAX_EVENT_BYTES = 10_000_000;

/** The text of a file that the runner names; rejects where it cannot be read. */
export async function readRunnersFile(path: string): Promise<string> {
  const bytes = await readFileWhole(path, MAX_EVENT_BYTES);
  if (!bytes.ok) throw new Error(bytes.error.kind);
  return new TextDecoder().decode(bytes.value);
}

/** What the system said; anything else is our bug. */
export function faultOf(error: unknown): ReadFault {
  const code = codeOf(error);
  if (code === undefined) throw error;
  return { kind: "system", code };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/**
 * The bytes, or `undefined` once there are too many; a pipe has no size to ask for. One that nobody has
 * opened for writing yet looks as if it had ended, so it is waited for.
 */
async function readChunks(
  handle: FileHandle,
  limit: number,
  isPipe: boolean,
): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const read = await handle.read({ buffer: Buffer.alloc(65_536) }).catch((error: unknown) => {
      if (codeOf(error) === "EAGAIN") return undefined;
      throw error;
    });
    if (read?.bytesRead === 0 && !(isPipe && total === 0)) return Buffer.concat(chunks);
    if (read === undefined || read.bytesRead === 0) {
      await new Promise((done) => setTimeout(done, POLL_MS));
      continue;
    }
    total += read.bytesRead;
    if (total > limit) return undefined;
    chunks.push(read.buffer.subarray(0, read.bytesRead));
  }
}
