import { STATUS, type LiveKey } from "../model/key.ts";
import { grantOf } from "../plan/quota.ts";
import { liveAddresses, liveModels } from "../plan/read-live.ts";

/** A field as a file writes it. */
export type WrittenField = readonly [
  field: string,
  value: string | number | boolean | readonly string[],
];

/** The fields of a live key as a file would write them, those together that mean something together. */
export interface LiveFields {
  /** Without these there is no entry. */
  readonly required: readonly WrittenField[];
  /** Each may be left out, and is then not managed. */
  readonly optional: readonly (readonly WrittenField[])[];
}

/**
 * What to write for a live key. Whether the file then means the same is for the caller to find out:
 * the server stores values that it reads in another way, or that no file may hold.
 */
export function liveFields(live: LiveKey): LiveFields {
  return {
    required: [["name", live.name], quotaField(live), ...statusField(live)],
    optional: [
      [["expired_time", expiry(live.expired_time)]],
      modelFields(live),
      [["allow_ips", liveAddresses(live.allow_ips)]],
      groupFields(live),
    ],
  };
}

/** A limited key in use can stand slightly below nothing; the least a file can grant is nothing. */
function quotaField(live: LiveKey): WrittenField {
  return live.unlimited_quota
    ? ["unlimited_quota", true]
    : ["remain_quota", Math.max(0, grantOf(live))];
}

/** Expired and exhausted are the server's own observations; a file cannot ask for them. */
function statusField(live: LiveKey): readonly WrittenField[] {
  return live.status === STATUS.disabled ? [["status", "disabled"]] : [];
}

function expiry(seconds: number): string | number {
  if (seconds === -1) return "never";
  const readable = seconds > 0 && seconds < 1e11;
  return readable ? new Date(seconds * 1000).toISOString().replace(".000Z", "Z") : seconds;
}

function modelFields(live: LiveKey): readonly WrittenField[] {
  const models = liveModels(live.model_limits);
  const follows = live.model_limits_enabled === models.length > 0;
  return follows
    ? [["model_limits", models]]
    : [
        ["model_limits_enabled", live.model_limits_enabled],
        ["model_limits", models],
      ];
}

function groupFields(live: LiveKey): readonly WrittenField[] {
  const implied = live.group !== "auto" && !live.cross_group_retry;
  return implied
    ? [["group", live.group]]
    : [
        ["group", live.group],
        ["cross_group_retry", live.cross_group_retry],
      ];
}
