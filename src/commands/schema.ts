import applyResultSchema from "../../schemas/apply-result.schema.json" with { type: "json" };
import deliverSchema from "../../schemas/deliver.schema.json" with { type: "json" };
import doctorSchema from "../../schemas/doctor.schema.json" with { type: "json" };
import keysSchema from "../../schemas/keys.schema.json" with { type: "json" };
import listSchema from "../../schemas/list.schema.json" with { type: "json" };
import planFileSchema from "../../schemas/plan-file.schema.json" with { type: "json" };
import planSchema from "../../schemas/plan.schema.json" with { type: "json" };
import validateSchema from "../../schemas/validate.schema.json" with { type: "json" };
import { problem } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { document } from "../render/json.ts";
import type { Io } from "../run/io.ts";
import type { NewCommand } from "../run/options.ts";
import { fail, finish } from "../run/report.ts";

const SCHEMAS: Readonly<Record<string, object>> = {
  keys: keysSchema,
  plan: planSchema,
  "plan-file": planFileSchema,
  "apply-result": applyResultSchema,
  deliver: deliverSchema,
  list: listSchema,
  validate: validateSchema,
  doctor: doctorSchema,
};

export function schemaCommand(command: NewCommand) {
  return command
    .description("print a JSON Schema: of the file, the saved plan, or a command's JSON")
    .argument("[name]", Object.keys(SCHEMAS).join(", "), "keys");
}

/** `cometkeys schema [NAME]`: prints a JSON Schema. */
export async function runSchema(name: string, io: Io): Promise<ExitCode> {
  const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (schema !== undefined) return finish(io, document(schema), []);
  const fix = `write one of: ${Object.keys(SCHEMAS).join(", ")}`;
  return fail([problem("usage", `there is no schema named "${name}"`, fix)], io);
}
