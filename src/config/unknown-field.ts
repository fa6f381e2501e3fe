import schema from "../../schemas/keys.schema.json" with { type: "json" };
import type { Located } from "./located.ts";
import type { Problem } from "./problem.ts";
import { closest } from "./suggest.ts";

/** Words people use for a field, beside misspelling it. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  quota: "remain_quota",
  budget: "remain_quota",
  unlimited: "unlimited_quota",
  expires: "expired_time",
  expires_at: "expired_time",
  expiry: "expired_time",
  expire: "expired_time",
  models: "model_limits",
  allowed_models: "model_limits",
  ips: "allow_ips",
  allowed_ips: "allow_ips",
  ip_whitelist: "allow_ips",
  subnet: "allow_ips",
  enabled: "status",
  disabled: "status",
  tokens: "keys",
  user: "user_id",
  id: "user_id",
};

const SERVER_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "key",
  "user_id",
  "used_quota",
  "created_time",
  "accessed_time",
  "auto_groups",
  "DeletedAt",
]);

/** The field of the mapping at `pointer` that an unknown name most likely stands for. */
export function fieldMeant(name: string, pointer: string): string | undefined {
  const known = fieldsAt(pointer);
  if (known.includes(name) || name.startsWith("x-")) return undefined;
  const word = OTHER_WORDS[name.toLowerCase()];
  return word !== undefined && known.includes(word) ? word : closest(name, known);
}

/** What to say of a field the schema does not know; `undefined` if it stands broken already. */
export function unknownField(node: Located, name: string, pointer: string): Problem | undefined {
  const range = node.kind === "map" ? node.entries.get(name)?.keyRange : undefined;
  if (!range) return undefined;
  const code = "schema-unknown-field";
  const message = `there is no field ${name} ${PLACES[placeOf(pointer)]}`;
  const meant = fieldMeant(name, pointer);
  if (meant !== undefined && !(node.kind === "map" && node.entries.has(meant))) {
    return { code, range, message: `${message}; did you mean ${meant}?`, fix: `write ${meant}` };
  }
  return { code, range, message, fix: adviceFor(name, pointer) };
}

function adviceFor(name: string, pointer: string): string {
  const place = placeOf(pointer);
  if (place === "key" && SERVER_FIELDS.has(name)) return "remove it: the server sets it itself";
  if (place === "defaults" && fieldsAt("/keys/0").includes(name)) {
    return `write ${name} in each key it is for`;
  }
  if (place === "file" && fieldsAt("/keys/0").includes(name)) {
    return `write ${name} under defaults, or in each key`;
  }
  if (place === "key" || place === "file")
    return "remove it, or begin its name with x- for a note of your own";
  return "remove it";
}

type Place = "file" | "account" | "defaults" | "key";

const PLACES: Readonly<Record<Place, string>> = {
  file: "at the top of a file",
  account: "in account",
  defaults: "in defaults",
  key: "in a key",
};

const FIELDS: Readonly<Record<Place, readonly string[]>> = {
  file: Object.keys(schema.properties),
  account: Object.keys(schema.properties.account.properties),
  defaults: Object.keys(schema.properties.defaults.properties),
  key: Object.keys(schema.definitions.key.properties),
};

function fieldsAt(pointer: string): readonly string[] {
  return FIELDS[placeOf(pointer)];
}

function placeOf(pointer: string): Place {
  if (pointer === "") return "file";
  if (pointer === "/account") return "account";
  return pointer === "/defaults" ? "defaults" : "key";
}
