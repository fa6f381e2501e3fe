// The types of keys-file-validator.gen.js, which scripts/generate-validator.mjs writes.
import type { ValidateFunction } from "ajv";
import type { KeysFile } from "./keys-file.gen.ts";

export const validateFile: ValidateFunction<KeysFile>;
export const validateKey: ValidateFunction<KeysFile["keys"][number]>;
