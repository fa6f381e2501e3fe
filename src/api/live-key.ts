import type { LiveKey } from "../model/key.ts";
import { isInteger, isJsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { unknownFields } from "./unknown-fields.ts";

/** Fields of a record that are ours to read or that a PUT must never carry. */
const KNOWN = new Set([
  "id",
  "user_id",
  "key",
  "status",
  "name",
  "created_time",
  "accessed_time",
  "expired_time",
  "remain_quota",
  "unlimited_quota",
  "model_limits_enabled",
  "model_limits",
  "allow_ips",
  "used_quota",
  "group",
  "cross_group_retry",
  // The server keeps these itself; a PUT without `auto_groups` keeps them while `group` is `auto`.
  "DeletedAt",
  "auto_groups",
]);

/**
 * Reads one record of a list or get answer. A whole `key` is handed to `onKey` and dropped: some servers
 * send the whole key with every record. Fields that older servers lack read as neutral; those the
 * decisions rest on must be there and be of the right type, or the record is refused.
 */
export function parseLiveKey(item: unknown, onKey: (key: string) => void): Result<LiveKey, string> {
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

  if (isKeyValue(record["key"])) onKey(record["key"]);
  const rest = unknownFields(record, KNOWN);
  if (!rest.ok) return rest;
  const userId = read("user_id", isInteger, -1);
  const key: LiveKey = {
    id: read("id", isId, 0, true),
    name: read("name", isText, "", true),
    status: read("status", isInteger, 0, true),
    created_time: read("created_time", isInteger, 0, true),
    accessed_time: read("accessed_time", isInteger, 0),
    expired_time: read("expired_time", isInteger, 0, true),
    remain_quota: read("remain_quota", isInteger, 0, true),
    used_quota: read("used_quota", isInteger, 0, true),
    unlimited_quota: read("unlimited_quota", isFlag, false, true),
    model_limits_enabled: read("model_limits_enabled", isFlag, false),
    model_limits: read("model_limits", isText, ""),
    allow_ips: read("allow_ips", isText, ""),
    group: read("group", isText, ""),
    cross_group_retry: read("cross_group_retry", isFlag, false),
    ...(userId === -1 ? {} : { user_id: userId }),
    unknown: rest.value.fields,
    ...(rest.value.lossy === undefined ? {} : { lossy: rest.value.lossy }),
  };
  return wrong.length === 0 ? ok(key) : err(`a record without a usable ${wrong.join(", ")}`);
}

/**
 * A text that can be a whole key: not the mask some servers show instead (`ab12**********cd34`), and
 * nothing that would cut words out of what is printed.
 */
function isKeyValue(value: unknown): value is string {
  return typeof value === "string" && /^[\w.+/=-]{16,256}$/.test(value);
}

function isId(value: unknown): value is number {
  return isInteger(value) && value > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}
