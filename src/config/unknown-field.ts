import { isMap } from "yaml";
import schema from "../../schemas/keys.schema.json" with { type: "json" };
import { at, fieldsOf, type Value } from "./nodes.ts";
import { say, type Problem } from "./problem.ts";

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
  repo: "repository",
  env: "environment",
  var: "variable",
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

const SINK = schema.definitions.sink.properties;

/** The mappings of a file, what they are called and which fields they take. */
const PLACES = {
  file: { name: "at the top of a file", fields: Object.keys(schema.properties) },
  account: { name: "in account", fields: Object.keys(schema.properties.account.properties) },
  defaults: { name: "in defaults", fields: Object.keys(schema.properties.defaults.properties) },
  key: { name: "in a key", fields: Object.keys(schema.definitions.key.properties) },
  deliver: { name: "in deliver", fields: Object.keys(SINK) },
  github: { name: "in github", fields: Object.keys(SINK.github.properties) },
  file_sink: { name: "in file", fields: Object.keys(SINK.file.properties) },
} as const;

/** What each name was found to mean at a place: one that stands in every key is looked up once. */
const MEANT = new Map<string, string | undefined>();
const MOST_MEANT = 100_000;

/** The field of the mapping at `pointer` that an unknown name most likely stands for. */
export function fieldMeant(name: string, pointer: string): string | undefined {
  const place = placeOf(pointer);
  const key = `${place} ${name}`;
  if (MEANT.has(key)) return MEANT.get(key);
  if (MEANT.size >= MOST_MEANT) MEANT.clear();
  const meant = findMeant(name, place);
  MEANT.set(key, meant);
  return meant;
}

function findMeant(name: string, place: keyof typeof PLACES): string | undefined {
  const { fields } = PLACES[place];
  if (fields.includes(name) || name.startsWith("x-")) return undefined;
  const word = OTHER_WORDS[name.toLowerCase()];
  return word !== undefined && fields.includes(word) ? word : closest(name, fields);
}

/** What to say of a field the schema does not know; `undefined` if it stands broken already. */
export function unknownField(node: Value, name: string, pointer: string): Problem | undefined {
  const fields = isMap(node) ? fieldsOf(node) : undefined;
  const field = fields?.get(name);
  if (!field) return undefined;
  const range = at(field.key);
  const place = PLACES[placeOf(pointer)].name;
  const meant = fieldMeant(name, pointer);
  if (meant !== undefined && !fields?.has(meant)) {
    return { range, ...say("schema-unknown-field/meant", { name, place, meant }) };
  }
  const advice = adviceOn(name, placeOf(pointer));
  return { range, ...say("schema-unknown-field/other", { name, place, advice }) };
}

function adviceOn(name: string, place: keyof typeof PLACES): string {
  if (place === "key" && SERVER_FIELDS.has(name)) return "remove it: the server sets it itself";
  const ofKey = PLACES.key.fields.includes(name);
  if (place === "defaults" && ofKey) return `write ${name} in each key it is for`;
  if (place === "file" && ofKey) return `write ${name} under defaults, or in each key`;
  if (place === "key" && PLACES.file.fields.includes(name)) {
    return `write ${name} at the top of the file, where it is for all keys`;
  }
  if (place === "deliver") return "a place is one of github, file and exec";
  if (place !== "key" && place !== "file") return "remove it";
  return "remove it, or begin its name with x- for a note of your own";
}

function placeOf(pointer: string): keyof typeof PLACES {
  if (pointer === "") return "file";
  if (pointer === "/account") return "account";
  if (pointer === "/defaults") return "defaults";
  const [, kind] = /^\/keys\/\d+\/deliver\/\d+(?:\/(\w+))?$/.exec(pointer) ?? [];
  if (kind === "github") return kind;
  if (kind === "file") return "file_sink";
  return pointer.includes("/deliver/") ? "deliver" : "key";
}

/** The candidate closest to a misspelt name, if one is close enough to be meant. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = normal(name);
  const allowed = Math.max(1, Math.min(3, Math.floor(wanted.length / 4)));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, normal(candidate), allowed);
    if (distance <= allowed && distance < (best?.distance ?? Infinity))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** `remainQuota`, `remain-quota` and `Remain_Quota` are one spelling. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/gu, "");
}

/**
 * The letters to insert, delete, replace or swap with the next that lead from one to the other, where
 * they are no more than `most`.
 */
function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return Infinity;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 0; line < from.length; line += 1) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1);
      const swaps = from[line] === to[column - 1] && from[line - 1] === to[column];
      const swapped = swaps ? (before[column - 1] ?? Infinity) + 1 : Infinity;
      const moved = Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1);
      next.push(Math.min(replaced, swapped, moved));
    }
    // A swap goes back two rows, so both have to be beyond it.
    if (Math.min(...row) > most && Math.min(...next) > most) return Infinity;
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
