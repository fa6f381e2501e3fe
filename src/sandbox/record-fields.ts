import { STATUS } from "../model/key.ts";
import type { Random } from "../model/ports.ts";
import { generateKey } from "./key-value.ts";
import type { TokenRecord, WritableField } from "./record.ts";
import type { TokenRequest } from "./token-request.ts";

/** A new record before a request fills it in; `now` is in Unix seconds. */
export function blankRecord(id: number, now: number, random: Random): TokenRecord {
  return {
    id,
    user_id: 1,
    key: generateKey(random),
    status: STATUS.enabled,
    name: "",
    created_time: now,
    accessed_time: now,
    expired_time: -1,
    remain_quota: 0,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: "",
    allow_ips: "",
    used_quota: 0,
    group: "",
    cross_group_retry: false,
    DeletedAt: null,
    auto_groups: null,
  };
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
  request: TokenRequest,
): RequestedFields {
  const isAuto = request.group === "auto";
  const keptGroups = stored?.group === "auto" ? stored.auto_groups : null;
  return {
    name: request.name,
    expired_time: request.expired_time,
    remain_quota: request.remain_quota,
    unlimited_quota: request.unlimited_quota,
    model_limits_enabled: request.model_limits_enabled,
    model_limits: request.model_limits,
    allow_ips: request.allow_ips,
    group: request.group,
    cross_group_retry: isAuto && request.cross_group_retry,
    auto_groups: isAuto ? (request.auto_groups ?? keptGroups) : null,
  };
}

/** What a server that ignores one field stores; a field nobody asked for cannot be ignored. */
export function withoutDropped<T extends object>(
  asked: T,
  before: Partial<Record<WritableField, unknown>>,
  drop: WritableField | undefined,
): T {
  return drop === undefined || !(drop in asked) ? asked : { ...asked, [drop]: before[drop] };
}
