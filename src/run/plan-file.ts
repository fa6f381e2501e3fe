import { constants, mkdtemp, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { realPath } from "../deliver/ways.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { parseBoundedJson } from "../model/json.ts";
import { PLAN_FILE_VERSION, type PlanFile } from "../model/plan-file.ts";
import { err, ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { digestOf } from "../plan/digest.ts";
import type { PruneOptions } from "../plan/prune.ts";
import { reviewedChange } from "../plan/reviewed.ts";
import { cleanTexts } from "../render/escape.ts";
import { document } from "../render/json.ts";
import { tooLarge } from "../render/json-size.ts";
import type { Inputs } from "./inputs.ts";
import type { Prepared } from "./plan.ts";
import { createPaths } from "./paths.ts";
import { OWN_STREAM, readFileWhole, type ReadFault } from "./read-file.ts";

/**
 * The saved form of a plan; the same plan gives the same bytes. Secrets that a server put into what is
 * shown are taken out of it; what may be applied is told by the hashes.
 */
export function planFileOf(
  { plan, account }: Prepared,
  inputs: Inputs,
  clean: (text: string) => string,
): PlanFile {
  const { shape, access, paths, policies } = inputs;
  const changes = plan.changes.map((change) => cleanTexts(reviewedChange(change), clean));
  return {
    format_version: PLAN_FILE_VERSION,
    kind: "cometkeys-plan",
    origin: access.settings.baseUrl.url,
    account: account ?? null,
    files: paths,
    options: {
      create_only: shape.createOnly,
      deny_widening: shape.denyWidening,
      max_keys: shape.maxKeys ?? null,
      only: shape.only,
      ...(shape.prune === undefined ? {} : { prune: pruneOf(shape.prune) }),
      ...(policies.length === 0 ? {} : { policies }),
    },
    digest: plan.digest,
    hashes: plan.hashes.flat(),
    changes,
    changes_sha256: sha256(JSON.stringify(changes)),
  };
}

function pruneOf({
  by,
  most,
  used,
  protect,
}: PruneOptions): NonNullable<PlanFile["options"]["prune"]> {
  return { by, max_deletes: most, used, protect };
}

/** Writes a plan to `path`, whole or not at all; a link keeps leading to where it led. */
export async function savePlanFile(path: string, plan: PlanFile): Promise<Diagnostic | undefined> {
  const target = await realPath(resolve(path)).catch(() => resolve(path));
  let folder: string | undefined;
  const text = tooLarge(plan) === undefined ? document(plan) : "";
  const isReadable =
    text !== "" && text.length <= MAX_PLAN_BYTES && (await parsePlanFile(path, text)).ok;
  if (!isReadable) {
    const message = `--out ${path}: a plan as large as this one could not be read again`;
    return problem("output-unwritable", message, "plan fewer keys at a time, with --only");
  }
  try {
    const found = await find(target);
    const clash = await clashOf(path, target, found);
    if (clash !== undefined) {
      return problem("output-unwritable", `--out ${path}: ${clash}`, "name another file");
    }
    // A pull request may have put a link there.
    const tree = await treeLeftBy(found === undefined ? dirname(resolve(path)) : path);
    if (tree !== undefined) {
      const message = `--out ${path}: a link on this path leads out of ${tree}`;
      return problem("output-unwritable", message, "name the file that is meant");
    }
    // A pipe or a device cannot be replaced, and a folder says so itself.
    if (found !== undefined && !found.isFile()) {
      await writeThrough(target, text);
      return undefined;
    }
    // Under a name nobody knows before: a link that stood there would be followed.
    folder = await mkdtemp(`${target}.`);
    await writeFile(join(folder, "plan"), text);
    await rename(join(folder, "plan"), target);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "check the folder and its rights";
    return problem("output-unwritable", `--out ${path}: ${reason}`, fix);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** What the shell has opened was named by a person. */
async function treeLeftBy(path: string): Promise<string | undefined> {
  return OWN_STREAM.test(path) ? undefined : createPaths().treeLeftBy(path);
}

/** How often a pipe is tried again that nobody reads yet, or that is full, ms. */
const POLL_MS = 10;

/** To a pipe or a device, without a thread that waits for its reader: the deadline could not end that. */
async function writeThrough(path: string, text: string): Promise<void> {
  const handle = await untilReady(() => open(path, constants.O_WRONLY | constants.O_NONBLOCK));
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      const from = at;
      at += (await untilReady(() => handle.write(bytes, from))).bytesWritten;
    }
  } finally {
    await handle.close();
  }
}

async function untilReady<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== "ENXIO" && code !== "EAGAIN") throw error;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

const YAML_NAME = /\.ya?ml$/i;

const find = (path: string) => stat(path).catch(() => undefined);

type Found = Awaited<ReturnType<typeof find>>;

/** Why a plan must not be written there: nothing but a saved plan is replaced. */
async function clashOf(path: string, target: string, found: Found): Promise<string | undefined> {
  if (YAML_NAME.test(path) || YAML_NAME.test(target)) return "that is the name of a keys file";
  if (found === undefined) return undefined;
  const [own, nothing, terminal] = await Promise.all(
    ["/dev/stdout", "/dev/null", "/dev/tty"].map(find),
  );
  const isSame = (one: Found, other: Found): boolean =>
    one !== undefined && one.dev === other?.dev && one.ino === other.ino;
  const isShown = isSame(own, found) || (own?.isCharacterDevice() && isSame(terminal, found));
  if (isShown && !isSame(own, nothing)) return "the result of this command goes there";
  if (/^\/dev\/(?:stdout|fd\/1)$/.test(path)) return "the result of this command goes there";
  if (!found.isFile() || found.size === 0) return undefined;
  const bytes = await readFileWhole(target, MAX_PLAN_BYTES);
  const isPlan =
    bytes.ok && (await parsePlanFile(target, new TextDecoder().decode(bytes.value))).ok;
  return isPlan ? undefined : "what is there already is no saved plan";
}

export async function loadPlanFile(path: string): Promise<Result<PlanFile, Diagnostic>> {
  if (YAML_NAME.test(path)) {
    const fix = `for a keys file: cometkeys apply -f ${path}`;
    return err(problem("plan-file-invalid", `${path} is no saved plan`, fix));
  }
  const bytes = await readFileWhole(path, MAX_PLAN_BYTES, createPaths());
  if (bytes.ok) return parsePlanFile(path, new TextDecoder().decode(bytes.value));
  const fix = "make it with `cometkeys plan --out FILE`, and name that file";
  const message = `the plan ${path} cannot be read: ${reasonOf(bytes.error)}`;
  return err(problem("plan-file-invalid", message, fix));
}

/** Thousands of changes need a few megabytes, and some hundred thousand parts. */
const MAX_PLAN_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 2_000_000;

function reasonOf(fault: ReadFault): string {
  switch (fault.kind) {
    case "system":
      return fault.code === "ENOENT" ? "there is no such file" : fault.code;
    case "too-large":
      return "it is larger than 16 MB";
    case "no-file":
      return "it is a device or a socket";
    case "outside":
      return `a link on this path leads out of ${fault.tree}`;
  }
}

/**
 * Reads a plan saved by `plan --out`. A file that was cut or edited out of shape is refused, and so
 * is one whose changes are not those of its digest. This is no signature: who can write the file
 * can write the digest.
 */
async function parsePlanFile(file: string, text: string): Promise<Result<PlanFile, Diagnostic>> {
  const wrong = (message: string): Result<never, Diagnostic> =>
    err(
      problem(
        "plan-file-invalid",
        `${file}: ${message}`,
        "make it again with `cometkeys plan --out`",
      ),
    );
  let plan: unknown;
  try {
    plan = parseBoundedJson(text, MAX_PARTS);
  } catch {
    return wrong("not a complete JSON document");
  }
  const { isPlanFile } = await import("./is-plan-file.ts");
  if (!isPlanFile(plan)) {
    const [first] = isPlanFile.errors ?? [];
    return wrong(
      `not a saved plan of this version: ${first?.instancePath ?? ""} ${first?.message ?? ""}`,
    );
  }
  const belongs =
    digestOf(plan.hashes, sha256) === plan.digest &&
    sha256(JSON.stringify(plan.changes)) === plan.changes_sha256;
  if (!belongs) return wrong("its changes do not belong to its digest");
  return ok(plan);
}
