import { STATUS } from "../../src/model/status.ts";
import type { TokenRecord } from "../../src/sandbox/record.ts";

/**
 * The account and the file of these tests: three keys to create, two to update (one of them is
 * exhausted and has to be revived), one to delete, one in order, and two that no file declares.
 */
export const ENTRIES: readonly string[] = [
  "{ name: new-free, unlimited_quota: true, expired_time: 2099-01-01T00:00:00Z }",
  "{ name: new-narrow, remain_quota: 300, expired_time: never, allow_ips: [10.0.0.0/8] }",
  "{ name: new-plain, remain_quota: 500, expired_time: never }",
  "{ name: old-plain, remain_quota: 600 }",
  "{ name: old-spent, remain_quota: 900 }",
  "{ name: same, remain_quota: 700 }",
  "{ name: gone, state: absent }",
];

/** Every change of the plan these entries lead to, as `action name`. */
export const CHANGES: readonly string[] = [
  "create new-free",
  "create new-narrow",
  "create new-plain",
  "delete gone",
  "update old-plain",
  "update old-spent",
];

/** Records to begin with; `now` in Unix seconds. */
export function seedAt(now: number): readonly Partial<TokenRecord>[] {
  const old = { created_time: now - 900_000, accessed_time: now - 800_000 };
  return [
    { ...old, name: "other-used", remain_quota: 5, used_quota: 7, accessed_time: now - 60 },
    {
      ...old,
      name: "old-plain",
      remain_quota: 100,
      used_quota: 100,
      expired_time: 4_070_908_800,
      model_limits_enabled: true,
      model_limits: "gpt-4o,claude-sonnet-4",
      allow_ips: "10.0.0.0/8\n192.0.2.1",
      group: "auto",
      cross_group_retry: true,
      auto_groups: ["default", "vip"],
    },
    {
      ...old,
      name: "old-spent",
      status: STATUS.exhausted,
      remain_quota: 0,
      used_quota: 500,
      group: "vip",
    },
    { ...old, name: "same", remain_quota: 700 },
    { ...old, name: "gone", remain_quota: 1, used_quota: 3 },
    { ...old, name: "other-free", unlimited_quota: true, status: STATUS.disabled },
  ];
}

const NEW: Partial<TokenRecord> = {
  status: STATUS.enabled,
  expired_time: -1,
  remain_quota: 0,
  used_quota: 0,
  unlimited_quota: false,
  model_limits_enabled: false,
  model_limits: "",
  allow_ips: "",
  group: "",
  cross_group_retry: false,
};

/** What the three new keys must look like. */
export const CREATED: Readonly<Record<string, Partial<TokenRecord>>> = {
  "new-free": { ...NEW, unlimited_quota: true, expired_time: 4_070_908_800 },
  "new-narrow": { ...NEW, remain_quota: 300, allow_ips: "10.0.0.0/8" },
  "new-plain": { ...NEW, remain_quota: 500 },
};

/** What changes in the two keys that are updated; everything else of them stays. */
export const UPDATED: Readonly<Record<string, Partial<TokenRecord>>> = {
  "old-plain": { remain_quota: 500 },
  "old-spent": { remain_quota: 400, status: STATUS.enabled },
};

export const DELETED = "gone";
