import type { DesiredFields } from "../../src/model/fields.ts";
import { STATUS } from "../../src/model/status.ts";
import type { Choices } from "./random.ts";
import type { Stored } from "./record.ts";
import { START } from "./scheduler.ts";

const MODELS = ["alpha", "beta", "gamma", "delta"];
const ADDRESSES = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"];

/** What a file may declare of a key, in canonical form. */
export function randomFields(choices: Choices, mayLeaveQuota: boolean): DesiredFields {
  const models = choices.chance(0.4) ? some(MODELS, choices) : undefined;
  const group = choices.chance(0.3) ? choices.pick(["", "vip", "auto"]) : undefined;
  return {
    ...randomQuota(choices, mayLeaveQuota),
    ...(choices.chance(0.4)
      ? { expired_time: choices.pick([-1, Math.floor(START / 1000) + 86_400]) }
      : {}),
    ...(models === undefined
      ? {}
      : { model_limits: models, model_limits_enabled: models.length > 0 }),
    ...(choices.chance(0.25) ? { allow_ips: some(ADDRESSES, choices) } : {}),
    ...(group === undefined
      ? {}
      : { group, cross_group_retry: group === "auto" && choices.chance(0.5) }),
    ...(choices.chance(0.25) ? { status: choices.pick(["enabled", "disabled"] as const) } : {}),
  };
}

function randomQuota(choices: Choices, mayLeaveQuota: boolean): DesiredFields {
  if (mayLeaveQuota && choices.chance(0.2)) return {};
  if (choices.chance(0.15)) return { unlimited_quota: true };
  const remain_quota = choices.pick([1_000, 5_000, 50_000]) + choices.whole(0, 500);
  return { remain_quota, unlimited_quota: false };
}

function some(items: readonly string[], choices: Choices): readonly string[] {
  return items.filter(() => choices.chance(0.4));
}

/** A record as declared, in use for some time. */
export function liveRecord(
  name: string,
  fields: DesiredFields,
  owner: number,
  choices: Choices,
): Omit<Stored, "id"> {
  const born = Math.floor(START / 1000) - choices.whole(1_000, 90_000);
  const granted = fields.remain_quota ?? 20_000;
  const used = choices.chance(0.5) ? choices.whole(0, Math.floor(granted / 3)) : 0;
  return {
    user_id: owner,
    name,
    status: fields.status === "disabled" ? STATUS.disabled : STATUS.enabled,
    created_time: born,
    accessed_time: used > 0 ? born + 60 : born,
    expired_time: fields.expired_time ?? -1,
    remain_quota: granted - used,
    unlimited_quota: fields.unlimited_quota ?? false,
    model_limits_enabled: fields.model_limits_enabled ?? false,
    model_limits: (fields.model_limits ?? []).join(","),
    allow_ips: choices.chance(0.5) || fields.allow_ips ? (fields.allow_ips ?? []).join("\n") : null,
    group: fields.group ?? "",
    cross_group_retry: fields.cross_group_retry ?? false,
    used_quota: used,
    remark: choices.pick(["", "billed to team 4"]),
    lag: 0,
  };
}

/** The same record with some fields otherwise than declared. */
export function spoil(
  record: Omit<Stored, "id">,
  fields: DesiredFields,
  choices: Choices,
): Omit<Stored, "id"> {
  const { unlimited_quota } = record;
  const spoiled: Partial<Stored>[] = [
    { group: "old" },
    { model_limits: "omega", model_limits_enabled: true },
    { expired_time: Math.floor(START / 1000) + 9_999 },
    { allow_ips: "198.51.100.1" },
    { unlimited_quota: !unlimited_quota },
    { remain_quota: record.remain_quota + 700 },
    { remain_quota: Math.floor(record.remain_quota / 2) },
    { remain_quota: -7, used_quota: 900, accessed_time: record.created_time + 60 },
    { status: fields.status === "disabled" ? STATUS.enabled : STATUS.disabled },
  ];
  let result = record;
  const times = choices.whole(1, 3);
  for (let i = 0; i < times; i += 1) result = { ...result, ...choices.pick(spoiled) };
  return result;
}
