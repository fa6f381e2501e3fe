import { isInteger, isJsonObject } from "../model/json.ts";

/** Model ids of `GET /api/models`, or undefined where the answer has another shape. */
export function parseModels(data: unknown): ReadonlySet<string> | undefined {
  if (!Array.isArray(data) || data.length === 0) return undefined;
  const ids = data.map((item: unknown) => field(item, "id"));
  return ids.every((id) => typeof id === "string") ? new Set(ids) : undefined;
}

/** Group names of `GET /api/user/self/groups`, or undefined where the answer has another shape. */
export function parseGroups(data: unknown): ReadonlySet<string> | undefined {
  return isJsonObject(data) ? new Set(Object.keys(data)) : undefined;
}

/** The token's own account from `GET /api/user/self`. */
export function parseSelf(data: unknown): number | undefined {
  const id = field(data, "id");
  return isInteger(id) ? id : undefined;
}

function field(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}
