// Writes the validator of the keys file from its JSON Schema: compiling it takes longer than all else
// that a command does before its first answer.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

const SCHEMA = new URL("../schemas/keys.schema.json", import.meta.url);
const TARGET = new URL("../src/config/keys-file-validator.gen.js", import.meta.url);

/** The text of the generated module. */
export async function generateValidator() {
  const schema = JSON.parse(await readFile(SCHEMA, "utf8"), withoutNotes);
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    // `expired_time` is a number or text; one `type` with two names says so to editors, and gives
    // one error where `oneOf` would give three.
    allowUnionTypes: true,
    // Each definition once, for fewer bytes to load.
    inlineRefs: false,
    code: { source: true, esm: true },
  }).addVocabulary(["patternErrorMessage"]);
  ajv.addSchema(schema);
  ajv.addSchema({ $id: "key.schema.json", $ref: `${schema.$id}#/definitions/key` });
  const code = standalone.default(ajv, {
    validateFile: schema.$id,
    validateKey: "key.schema.json",
  });
  return `// Generated from schemas/keys.schema.json by scripts/generate-validator.mjs.\n${standing(code)}`;
}

const NOTES = ["title", "description", "$comment", "examples"];

/** What is there for people says nothing to a validator; a field of such a name is an object. */
function withoutNotes(key, value) {
  const isNote = NOTES.includes(key) && (typeof value === "string" || Array.isArray(value));
  return isNote ? undefined : value;
}

/** Adds errors to those before: a copy of all with each item of a list would take the square of their number. */
const APPEND =
  "const append = (all, more) => { for (const one of more) all.push(one); return all; };";

/** The code, without what it asks of the package at run time: the length of a text in code points. */
function standing(code) {
  const own = code
    .replaceAll(
      /const (\w+) = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;/g,
      "const $1 = (text) => { let length = 0; for (const _ of text) length += 1; return length; };",
    )
    .replaceAll(/\bvErrors\.concat\((\w+\.errors)\)/g, "append(vErrors, $1)");
  if (own.includes("require(")) throw new Error("the validator asks for more than is known here");
  if (own.includes(".concat(")) throw new Error("the validator copies errors in another way");
  return `${APPEND}\n${own}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(TARGET, await generateValidator());
}
