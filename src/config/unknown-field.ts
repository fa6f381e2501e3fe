import schema from "../../schemas/keys.schema.json" with { type: "json" };
import type { Located } from "./nodes.ts";
import type { Problem } from "./problem.ts";

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

/** The candidate closest to a misspelt name, if one is close enough to be meant. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = normal(name);
  const allowed = Math.max(1, Math.min(3, Math.floor(wanted.length / 4)));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, normal(candidate));
    if (distance <= allowed && distance < (best?.distance ?? Infinity))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** `remainQuota`, `remain-quota` and `Remain_Quota` are one spelling. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/gu, "");
}

/** The letters to insert, delete, replace or swap with the next that lead from one to the other. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 3) return Infinity;
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
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
