import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { Ajv, type ValidateFunction } from "ajv";
import schema from "../../schemas/plan-file.schema.json" with { type: "json" };
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { PLAN_FILE_VERSION, type PlanFile } from "../model/plan-file.ts";
import { err, ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { digestOf } from "../plan/digest.ts";
import { reviewedChange } from "../plan/reviewed.ts";
import { cleanTexts } from "../render/escape.ts";
import { document } from "../render/json.ts";
import type { Inputs } from "./inputs.ts";
import type { Prepared } from "./plan.ts";

/**
 * The saved form of a plan; the same plan gives the same bytes. Secrets a server put into what is
 * shown are taken out of both plans alike before they are compared, so the digest is made anew.
 */
export function planFileOf(
  { plan, account }: Prepared,
  inputs: Inputs,
  clean: (text: string) => string,
): PlanFile {
  const { shape, access, paths } = inputs;
  const changes = cleanTexts(plan.changes.map(reviewedChange), clean);
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
    },
    digest: digestOf(changes, sha256),
    changes,
  };
}

/** Writes a plan to `path`, whole or not at all; a link keeps leading to where it led. */
export async function savePlanFile(path: string, plan: PlanFile): Promise<Diagnostic | undefined> {
  const target = await realpath(path).catch(() => path);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    const special = await stat(target).then(
      (found) => !found.isFile(),
      () => false,
    );
    // A pipe or a device cannot be replaced, and a folder says so itself.
    if (special) {
      await writeFile(target, document(plan));
      return undefined;
    }
    await writeFile(unfinished, document(plan));
    await rename(unfinished, target);
    return undefined;
  } catch (error) {
    await rm(unfinished, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "check the folder and its rights";
    return problem("output-unwritable", `--out ${path}: ${reason}`, fix);
  }
}

export async function loadPlanFile(path: string): Promise<Result<PlanFile, Diagnostic>> {
  if (/\.ya?ml$/.test(path)) {
    const fix = `for a keys file: cometkeys apply -f ${path}`;
    return err(problem("plan-file-invalid", `${path} is no saved plan`, fix));
  }
  try {
    return parsePlanFile(path, await readFile(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "make it with `cometkeys plan --out FILE`, and name that file";
    return err(problem("plan-file-invalid", `the plan cannot be read: ${reason}`, fix));
  }
}

let validate: ValidateFunction<PlanFile> | undefined;

/**
 * Reads a plan saved by `plan --out`. A file that was cut or edited out of shape is refused, and so
 * is one whose changes are not those of its digest. This is no signature: who can write the file
 * can write the digest.
 */
function parsePlanFile(file: string, text: string): Result<PlanFile, Diagnostic> {
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
    plan = JSON.parse(text);
  } catch {
    return wrong("not a complete JSON document");
  }
  validate ??= new Ajv({ strictTypes: false }).compile<PlanFile>(schema);
  if (!validate(plan)) {
    const [first] = validate.errors ?? [];
    return wrong(
      `not a saved plan of this version: ${first?.instancePath ?? ""} ${first?.message ?? ""}`,
    );
  }
  if (digestOf(plan.changes, sha256) !== plan.digest)
    return wrong("its changes do not belong to its digest");
  return ok(plan);
}
