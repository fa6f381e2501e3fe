/** The file of the schema, beside the keys file, so that the editor needs no network. */
export const SCHEMA_FILE = "keys.schema.json";

/** The comment, without `#`, by which editors find the schema; it has to be the first line. */
export const EDITOR_LINE = `yaml-language-server: $schema=./${SCHEMA_FILE}`;
