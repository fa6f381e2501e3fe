import type { DesiredFields } from "../../src/model/fields.ts";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import { createBody } from "../../src/plan/record.ts";

/** 2027-01-15T08:00:00Z, the moment at which most tests plan. */
export const NOW = 1_800_000_000;

/** A live key as a create with the neutral values leaves it, with a limited quota of 500. */
export function liveKey(fields: Partial<LiveKey> = {}): LiveKey {
  return {
    ...createBody("ci", { remain_quota: 500, allow_ips: [] }),
    id: 1,
    user_id: 5678,
    status: 1,
    created_time: NOW - 86_400,
    accessed_time: NOW - 86_400,
    used_quota: 0,
    unknown: [],
    ...fields,
  };
}

/** A declared key; a limited one unless the fields say otherwise. */
export function desiredKey(fields: DesiredFields = {}, name = "ci"): DesiredKey {
  const at = { file: "keys.yaml", line: 3, column: 5, length: 2 };
  return { name, state: "present", fields, at };
}

/** An entry that asks for a delete. */
export function absentKey(name = "ci"): DesiredKey {
  return { ...desiredKey({}, name), state: "absent" };
}
