import { Ajv, type ValidateFunction } from "ajv";
import type { EditableFields } from "../model/key.ts";
import { STATUS } from "../model/status.ts";
import { isJsonObject } from "../model/json.ts";
import { err, ok, type Result } from "../model/result.ts";
import { FIELD_SCHEMAS, isPast, isSpent, ZERO_VALUES, type TokenRecord } from "./record.ts";

/**
 * The body of a create or update after decoding. An omitted field and a JSON null both arrive as
 * the zero value of the field's type: the server cannot tell them apart, and neither can we.
 */
export interface TokenRequest extends EditableFields {
  readonly id: number;
  readonly status: number;
  readonly auto_groups: readonly string[] | null;
}

const ZERO_REQUEST: TokenRequest = { ...ZERO_VALUES, id: 0, auto_groups: null };
const MAX_NAME_BYTES = 50;

let validate: ValidateFunction<Partial<TokenRequest>> | undefined;

/** Decodes a body: the fields of a request must have their types, others are skipped. */
export function decodeTokenRequest(bodyText: string): Result<TokenRequest, string> {
  const body = parseJson(bodyText);
  if (!isJsonObject(body)) return err("the body is not a JSON object");
  // Compiled when first used: most commands start no sandbox.
  validate ??= new Ajv().compile({ type: "object", properties: FIELD_SCHEMAS });
  const given: unknown = Object.fromEntries(
    Object.entries(body).filter(([field, value]) => value !== null && field in ZERO_REQUEST),
  );
  if (validate(given)) return ok({ ...ZERO_REQUEST, ...given });
  const [error] = validate.errors ?? [];
  return err(`cannot decode ${error?.instancePath}: ${error?.message}`);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why the server refuses a create or update, by the checks they share and in its order. */
export function refusalOf(request: TokenRequest, maxQuota: number): string | undefined {
  // The documentation speaks of characters; the server counts bytes of UTF-8.
  if (Buffer.byteLength(request.name) > MAX_NAME_BYTES) return "Token name is too long";
  // An unlimited key may carry any quota: the number is stored and ignored.
  if (request.unlimited_quota) return undefined;
  if (request.remain_quota < 0) return "Quota value cannot be negative";
  return request.remain_quota > maxQuota
    ? `Quota value exceeds valid range, maximum is ${maxQuota}`
    : undefined;
}

/**
 * Why an update may not ask for `status: 1`. The *stored* record decides, not the body: an update
 * that extends a key and enables it at once is refused, so reviving one takes two requests.
 */
export function enableRefusal(
  stored: TokenRecord,
  request: TokenRequest,
  now: number,
): string | undefined {
  if (request.status !== STATUS.enabled) return undefined;
  if (stored.status === STATUS.expired && isPast(stored, now)) {
    return "Token has expired and cannot be enabled. Please modify the expiration time or set it to never expire";
  }
  if (stored.status === STATUS.exhausted && isSpent(stored)) {
    return "Token quota is exhausted and cannot be enabled. Please modify the remaining quota or set it to unlimited";
  }
  return undefined;
}

type RequestedFields = Omit<TokenRequest, "id" | "status">;

/** What a create stores; `status` and `key` of the body do not count. */
export function createdFields(request: TokenRequest): RequestedFields {
  return {
    ...updatedFields(undefined, request),
    // On create alone, "no expiry given" means never and "no addresses given" means "".
    expired_time: request.expired_time === 0 ? -1 : request.expired_time,
    allow_ips: request.allow_ips ?? "",
  };
}

/** What an update stores: everything the body left out falls to its zero value. */
export function updatedFields(
  stored: TokenRecord | undefined,
  { id: _id, status: _status, ...asked }: TokenRequest,
): RequestedFields {
  const isAuto = asked.group === "auto";
  const keptGroups = stored?.group === "auto" ? stored.auto_groups : null;
  return {
    ...asked,
    cross_group_retry: isAuto && asked.cross_group_retry,
    auto_groups: isAuto ? (asked.auto_groups ?? keptGroups) : null,
  };
}
