import { FIELDS, FIELD_ORDER, mapFields, type FieldName, type Stored } from "../model/fields.ts";
import { isInteger, isJsonObject, isText, type JsonObject } from "../model/json.ts";
import type { LiveKey } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Fields of a record that are ours to read or that a PUT must never carry. */
const KNOWN: ReadonlySet<string> = new Set([
  "id",
  "user_id",
  "key",
  "name",
  "created_time",
  "accessed_time",
  "used_quota",
  ...FIELD_ORDER,
  // The server keeps these itself; a PUT without `auto_groups` keeps them while `group` is `auto`.
  "DeletedAt",
  "auto_groups",
]);

/** Records of this family are flat; what is nested deeper than this is not one of them. */
const MAX_DEPTH = 32;

/** The most a record may hold: it is kept, and a list has many. A usual one holds less than 1 kB. */
const MAX_RECORD_SIZE = 64 * 1024;

/** UTF-16 units; servers take some hundred. Longer ones are told apart by their lengths alone, one by one. */
const MAX_NAME = 16_000;

/** Takes the whole key of a record, and the id that record has. */
export type OnKey = (key: string, id: number) => void;

/**
 * Reads one record of a list or get answer. A whole `key` is handed to `onKey` and dropped: some servers
 * send the whole key with every record. Fields that older servers lack read as neutral; those the
 * decisions rest on must be there and be of the right type, or the record is refused.
 */
export function parseLiveKey(item: unknown, onKey: OnKey): Result<LiveKey, string> {
  if (!isJsonObject(item)) return err("a record that is not an object");
  const record = item;
  const wrong: string[] = [];
  /** The field, or `neutral` where it is missing and `required` does not say otherwise. */
  const read = <T>(
    field: string,
    is: (value: unknown) => value is T,
    neutral: T,
    required = false,
  ): T => {
    const value = record[field];
    if (is(value)) return value;
    const missing = value === undefined || value === null;
    if (required || !missing) wrong.push(field);
    return neutral;
  };
  const readField = <F extends FieldName>(field: F): Stored<F> => {
    const { isStored, missing, neutral } = FIELDS[field];
    return read(field, isStored, missing ?? neutral, missing === undefined);
  };

  if (isKeyValue(record["key"])) onKey(record["key"], isId(record["id"]) ? record["id"] : 0);
  const rest = unknownFields(record);
  if (!rest.ok) return rest;
  const userId = read("user_id", isInteger, -1);
  const key: LiveKey = {
    id: read("id", isId, 0, true),
    name: read("name", isText, "", true),
    created_time: read("created_time", isInteger, 0, true),
    accessed_time: read("accessed_time", isInteger, 0),
    used_quota: read("used_quota", isInteger, 0, true),
    ...mapFields(readField),
    ...(userId === -1 ? {} : { user_id: userId }),
    ...rest.value,
  };
  if (wrong.length > 0) return err(`a record without a usable ${wrong.join(", ")}`);
  if (key.name.length > MAX_NAME) {
    return err(`key ${key.id} has a name of more than ${MAX_NAME} characters`);
  }
  const size = sizeOf(key);
  return size > MAX_RECORD_SIZE
    ? err(
        `key ${key.id} takes ${Math.round(size / 1024)} kB, and no more than 64 can be read of one`,
      )
    : ok(key);
}

/**
 * A text that can be a whole key of this family: not the mask some servers show instead
 * (`ab12**********cd34`), and nothing a hostile one may put there to have it cut out of reports.
 */
export function isKeyValue(value: unknown): value is string {
  return typeof value === "string" && /^(?:sk-)?[A-Za-z0-9]{32,128}$/.test(value);
}

function isId(value: unknown): value is number {
  return isInteger(value) && value > 0;
}

type UnknownFields = Pick<LiveKey, "unknown" | "lossy">;

/** The fields of a record that this tool does not know, which a PUT carries back as read. */
function unknownFields(record: JsonObject): Result<UnknownFields, string> {
  const names = Object.keys(record).filter((field) => !KNOWN.has(field));
  const unknown = names.map((field) => [field, record[field]] as const);
  if (unknown.some(([, value]) => isDeeperThan(MAX_DEPTH, value))) {
    return err("a record that is nested too deeply");
  }
  const lossy = unknown.find(([, value]) => holdsRounded(value))?.[0];
  return ok(lossy === undefined ? { unknown } : { unknown, lossy });
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** What a value takes in memory beside its texts, about, in bytes. */
const VALUE_SIZE = 64;

/** What each entry of a list takes beside its text once it is taken apart, to be compared and shown. */
const PART_SIZE = 24;

/** About how many bytes a record takes in memory, from the list to the end of a run. */
export function sizeOfRecord(key: LiveKey): number {
  const parts = `${key.model_limits}${key.allow_ips ?? ""}`.match(/[,\n]/g)?.length ?? 0;
  return sizeOf(key) + PART_SIZE * parts;
}

/** About how many bytes a value takes in memory. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return VALUE_SIZE + value.length;
  if (Array.isArray(value))
    return value.reduce<number>((sum, one) => sum + sizeOf(one), VALUE_SIZE);
  if (!isJsonObject(value)) return VALUE_SIZE;
  const names = Object.keys(value);
  return names.reduce((sum, name) => sum + name.length + sizeOf(value[name]), VALUE_SIZE);
}

/** JSON numbers become doubles here: beyond 2^53 digits are lost, beyond 1e308 everything is. */
function holdsRounded(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsRounded);
}
