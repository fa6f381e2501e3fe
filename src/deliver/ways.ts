import { lstat, readlink, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";

/** How a path leads to where it ends, with every link on it taken one step at a time. */
export interface Way {
  /** Every place on it, links and the end among them; whoever can change one can change the end. */
  readonly passed: readonly string[];
  readonly links: readonly string[];
  readonly end: string;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Folders and links on the way to a file. A link of a few kilobytes can lead through thousands of them,
 * each of which is asked for on the way to the next; no checkout has so many.
 */
export const MOST_STEPS = 64;

/** Rejects with the system's error where the path leads nowhere, and where it takes too many steps. */
export async function wayOf(path: string, mostSteps = MOST_STEPS): Promise<Way> {
  const { error, ...way } = await walkAlong(path, mostSteps);
  if (error !== undefined) throw error;
  return way;
}

/** The same as far as it goes: `end` is where it failed. */
export async function walkAlong(
  path: string,
  mostSteps = MOST_STEPS,
): Promise<Way & { readonly error?: unknown }> {
  const whole = wholeOf(path);
  const { root } = parse(whole);
  const passed: string[] = [];
  const links: string[] = [];
  let end = root;
  const open = whole.slice(root.length).split(sep);
  try {
    for (let part = open.shift(); part !== undefined; part = open.shift()) {
      if (part === "" || part === ".") continue;
      const next = part === ".." ? dirname(end) : join(end, part);
      passed.push(next);
      if (passed.length > mostSteps) throw failure(TOO_LONG);
      if (!(await lstat(next)).isSymbolicLink()) {
        end = next;
        continue;
      }
      links.push(next);
      if (links.length > MOST_LINKS) throw failure("ELOOP");
      const target = asText(await readlink(next, "buffer"));
      const from = isAbsolute(target) ? parse(target).root : "";
      if (from !== "") end = from;
      open.unshift(...target.slice(from.length).split(sep));
    }
    return { passed, links, end };
  } catch (error) {
    return { passed, links, end, error };
  }
}

/** As the system takes it, on the PATH among others: `..` after a link leads up from where that ends. */
function wholeOf(path: string): string {
  if (sep === "\\") return resolve(path);
  return isAbsolute(path) ? path : `${process.cwd()}${sep}${path}`;
}

/** A path without links, as the system tells it. */
export async function realPath(path: string): Promise<string> {
  return asText(await realpath(path, "buffer"));
}

/**
 * A name is bytes to Linux, and git keeps them: one that is no UTF-8 would be read as another name, which
 * may be there as well.
 */
export function asText(name: Uint8Array): string {
  try {
    return UTF_8.decode(name);
  } catch {
    throw failure("EILSEQ");
  }
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** As the system fails. */
export function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The system's code of a path that is too long. */
export const TOO_LONG = "ENAMETOOLONG";

/** Nothing is there; any other failure leaves open what is. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
}

/** Asks once of each path. */
export function memoOf<T>(seek: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const found = known.get(path) ?? seek(path);
    known.set(path, found);
    return found;
  };
}

/** By their letters; another drive of Windows is elsewhere. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The nearest folder with `.git`, from a real path upwards. */
export async function gitRootOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await entry(join(at, ".git"))) !== undefined) return at;
    if (at === dirname(at)) return undefined;
  }
}

/**
 * The outermost folder with `.git`, from a real path upwards. Submodules belong to the repository around
 * them, and for any other that lies in one nobody can tell how it came there.
 */
export async function repositoryAround(folder: string): Promise<string | undefined> {
  let outermost: string | undefined;
  for (let at = await gitRootOf(folder); at !== undefined; at = await gitRootOf(dirname(at))) {
    outermost = at;
    if (at === dirname(at)) break;
  }
  return outermost;
}

/** What a pull request can change, as seen from a folder: the repository around it; else this folder. */
export async function workingTree(folder: string): Promise<string> {
  const own = await realPath(folder);
  return (await repositoryAround(own)) ?? own;
}

async function entry(path: string) {
  return lstat(path).catch(() => undefined);
}

/** In words, why the system did not do something; anything that is not its error is our bug. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error && "code" in error)) throw error;
  const code = String(error.code);
  return REASONS.get(code) ?? code;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "it does not exist"],
  ["ENOTDIR", "a file stands where a folder should be"],
  ["EACCES", "there is no right to it"],
  ["EPERM", "there is no right to it"],
  ["EROFS", "it can only be read there"],
  ["ENOSPC", "the disk is full"],
  ["ELOOP", "its links lead in a circle"],
  ["EILSEQ", "a name on its way is not in UTF-8"],
  [TOO_LONG, "too many folders and links are on the way"],
]);
