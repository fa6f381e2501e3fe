import type { JsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Records of this family are flat; what is nested deeper than this is not one of them. */
const MAX_DEPTH = 32;

export interface UnknownFields {
  readonly fields: JsonObject;
  /** A field whose numbers were rounded when they were read, so that it cannot be sent back. */
  readonly lossy?: string;
}

/** The fields of a record that this tool does not know, which a PUT carries back as read. */
export function unknownFields(
  record: JsonObject,
  known: ReadonlySet<string>,
): Result<UnknownFields, string> {
  const entries = Object.entries(record).filter(([field]) => !known.has(field));
  if (entries.some(([, value]) => isDeeperThan(MAX_DEPTH, value))) {
    return err("a record that is nested too deeply");
  }
  const lossy = entries.find(([, value]) => holdsRounded(value))?.[0];
  const fields = Object.fromEntries(entries);
  return ok(lossy === undefined ? { fields } : { fields, lossy });
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** JSON numbers become doubles here: beyond 2^53 digits are lost, beyond 1e308 everything is. */
function holdsRounded(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsRounded);
}
