import applyResultSchema from "../../schemas/apply-result.schema.json" with { type: "json" };
import keysSchema from "../../schemas/keys.schema.json" with { type: "json" };
import planFileSchema from "../../schemas/plan-file.schema.json" with { type: "json" };
import planSchema from "../../schemas/plan.schema.json" with { type: "json" };
import type { ExitCode } from "../model/exit-code.ts";
import { document } from "../render/json.ts";
import { finish } from "./finish.ts";
import type { Io } from "./io.ts";
import { exitOf, problem } from "./problem.ts";
import { reportDiagnostics } from "./report.ts";

const SCHEMAS: Readonly<Record<string, object>> = {
  keys: keysSchema,
  plan: planSchema,
  "plan-file": planFileSchema,
  "apply-result": applyResultSchema,
};

/** `cometkeys schema [keys|plan|plan-file|apply-result]`: prints a JSON Schema. */
export async function runSchema(name: string, io: Io): Promise<ExitCode> {
  const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (schema !== undefined) return finish(io, document(schema), []);
  const fix = `write one of: ${Object.keys(SCHEMAS).join(", ")}`;
  const unknown = problem("usage", `there is no schema named "${name}"`, fix);
  reportDiagnostics([unknown], io, false);
  return exitOf([unknown]);
}
