// Writes the TypeScript type of the file from its JSON Schema, so that the two cannot part.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const SCHEMA = new URL("../schemas/keys.schema.json", import.meta.url);
const TARGET = new URL("../src/config/keys-file.gen.ts", import.meta.url);

/**
 * `x-` fields: nothing reads them, and in a type they would be an index signature that lets every
 * misspelt field pass. What one field asks of another is for editors.
 */
const LEFT_OUT = new Set(["patternProperties", "allOf", "with_quota"]);

/** The text of the generated module. */
export async function generateTypes() {
  const text = await readFile(SCHEMA, "utf8");
  const schema = JSON.parse(text, (name, value) => (LEFT_OUT.has(name) ? undefined : value));
  return compile(schema, "KeysFile", {
    bannerComment: "// Generated from schemas/keys.schema.json by scripts/generate-types.mjs.",
    additionalProperties: false,
    // Else a list of up to ten is written out ten times.
    ignoreMinAndMaxItems: true,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(TARGET, await generateTypes());
}
