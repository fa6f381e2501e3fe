import type { EditableFields } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import { unreachable } from "../model/unreachable.ts";
import { parseGoJson } from "./go-json.ts";
import { ZERO_VALUES } from "./record.ts";

/**
 * The body of a create or update after decoding. An omitted field and a JSON null both arrive as
 * the zero value of the field's type: the server cannot tell them apart, and neither can we.
 */
export interface TokenRequest extends EditableFields {
  readonly id: number;
  readonly status: number;
  readonly auto_groups: readonly string[] | null;
}

type GoType = "int" | "int64" | "bool" | "string";

/** Fields outside this table are skipped without a word; those in it must have the type named. */
const GO_TYPES = new Map<string, GoType>([
  ["id", "int"],
  ["user_id", "int"],
  ["key", "string"],
  ["status", "int"],
  ["name", "string"],
  ["created_time", "int64"],
  ["accessed_time", "int64"],
  ["expired_time", "int64"],
  ["remain_quota", "int"],
  ["unlimited_quota", "bool"],
  ["model_limits_enabled", "bool"],
  ["model_limits", "string"],
  ["allow_ips", "string"],
  ["used_quota", "int"],
  ["group", "string"],
  ["cross_group_retry", "bool"],
]);

const ZERO_REQUEST: TokenRequest = { ...ZERO_VALUES, id: 0, auto_groups: null };

/** Decodes a body; the error is the message the server would answer with. */
export function decodeTokenRequest(bodyText: string): Result<TokenRequest, string> {
  const parsed = parseGoJson(bodyText);
  if (!parsed.ok) return parsed;
  if (parsed.value === null) return ok(ZERO_REQUEST);
  if (typeof parsed.value !== "object" || Array.isArray(parsed.value)) {
    return err(`json: cannot unmarshal ${goKind(parsed.value)} into Go value of type tokenRequest`);
  }
  const given = Object.entries(parsed.value).filter(([, value]) => value !== null);
  // The decoder goes on after a mismatch but reports the first one, in the order of the text.
  for (const [field, value] of given) {
    const mismatch = fieldMismatch(field, value);
    if (mismatch !== undefined) return err(`json: cannot unmarshal ${mismatch}`);
  }
  return ok({ ...ZERO_REQUEST, ...Object.fromEntries(given) });
}

function fieldMismatch(field: string, value: unknown): string | undefined {
  if (field === "auto_groups") return autoGroupsMismatch(value);
  const type = GO_TYPES.get(field);
  if (type === undefined) return undefined;
  const found = typeMismatch(value, type);
  return found && `${found} into Go struct field tokenRequest.Token.${field} of type ${type}`;
}

function autoGroupsMismatch(value: unknown): string | undefined {
  const into = "into Go struct field tokenRequest.auto_groups of type";
  if (!Array.isArray(value)) return `${goKind(value)} ${into} []string`;
  const odd: unknown = value.find((group) => typeof group !== "string");
  return odd === undefined ? undefined : `${goKind(odd)} ${into} string`;
}

/** What was found instead of `type`; a number that does not fit an integer is quoted. */
function typeMismatch(value: unknown, type: GoType): string | undefined {
  switch (type) {
    case "int":
    case "int64":
      if (typeof value !== "number") return goKind(value);
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? undefined : `number ${value}`;
    case "bool":
      return typeof value === "boolean" ? undefined : goKind(value);
    case "string":
      return typeof value === "string" ? undefined : goKind(value);
    default:
      return unreachable(type);
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
