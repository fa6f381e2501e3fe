import { Ajv, type ValidateFunction } from "ajv";
import schema from "../../schemas/plan-file.schema.json" with { type: "json" };
import type { Diagnostic } from "../model/diagnostic.ts";
import type { PlanFile } from "../model/plan-file.ts";
import { err, ok, type Result } from "../model/result.ts";

let validate: ValidateFunction<PlanFile> | undefined;

/**
 * Reads a plan saved by `plan --out`. A file that was cut or edited out of shape is refused, and so
 * is one whose changes are not those of its digest. This is no signature: who can write the file
 * can write the digest.
 */
export function readPlanFile(
  file: string,
  text: string,
  digestOf: (plan: PlanFile) => string,
): Result<PlanFile, Diagnostic> {
  const wrong = (message: string): Result<never, Diagnostic> =>
    err({
      severity: "error",
      code: "plan-file-invalid",
      message: `${file}: ${message}`,
      fix: "make it again with `cometkeys plan --out`",
    });
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
  if (digestOf(plan) !== plan.digest) return wrong("its changes do not belong to its digest");
  return ok(plan);
}
