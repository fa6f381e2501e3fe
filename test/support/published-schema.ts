import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { isJsonObject, type JsonObject } from "../../src/model/json.ts";

/** The schema of a pipeline as its project publishes it, from `fixtures/init/schemas`. */
export function publishedSchema(name: string): ValidateFunction {
  const path = join(import.meta.dirname, "../../fixtures/init/schemas", name);
  // The published schemas use words of other tools, which strict mode would refuse.
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  return ajv.compile(object(JSON.parse(readFileSync(path, "utf8"))));
}

export function object(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}
