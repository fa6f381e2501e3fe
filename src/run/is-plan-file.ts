import { Ajv } from "ajv";
import schema from "../../schemas/plan-file.schema.json" with { type: "json" };
import type { PlanFile } from "../model/plan-file.ts";

/** Compiled as soon as this is loaded, so it is loaded where a saved plan is read. */
export const isPlanFile = new Ajv({ strictTypes: false, validateSchema: false }).compile<PlanFile>(
  schema,
);
