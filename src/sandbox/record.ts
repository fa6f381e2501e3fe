import { STATUS, type EditableFields } from "../model/key.ts";
import type { Random } from "../model/ports.ts";

/**
 * One key as the server stores it and, but for `key`, sends it: snake case, times in Unix seconds.
 * `key` is the whole value without the `sk-` that clients put in front of it.
 */
export interface TokenRecord extends EditableFields {
  readonly id: number;
  readonly user_id: number;
  readonly key: string;
  readonly status: number;
  readonly created_time: number;
  readonly accessed_time: number;
  readonly used_quota: number;
  readonly DeletedAt: null;
  /** The groups tried in turn while `group` is `auto`; null when none were chosen. */
  readonly auto_groups: readonly string[] | null;
}

/** A field a request can set, hence one that a faulty server can leave out. */
export type WritableField = keyof EditableFields | "status";

/** What each writable field is when a request leaves it out: a Go struct starts at zero values. */
export const ZERO_VALUES = {
  name: "",
  expired_time: 0,
  remain_quota: 0,
  unlimited_quota: false,
  model_limits_enabled: false,
  model_limits: "",
  allow_ips: null,
  group: "",
  cross_group_retry: false,
  status: 0,
} as const satisfies EditableFields & { readonly status: number };

const TEXT = { type: "string", description: "text" };
const FLAG = { type: "boolean", description: "true or false" };
const INTEGER = { type: "integer", description: "an integer" };
const SECONDS = { type: "integer", description: "Unix seconds" };

/** The JSON Schema of each field that a seed or a request may hold, described for people. */
export const FIELD_SCHEMAS = {
  id: { type: "integer", minimum: 1, description: "a positive integer" },
  user_id: INTEGER,
  key: TEXT,
  status: {
    type: "integer",
    description: "an integer (1 enabled, 2 disabled, 3 expired, 4 exhausted)",
  },
  name: TEXT,
  created_time: SECONDS,
  accessed_time: SECONDS,
  expired_time: { type: "integer", description: "Unix seconds, or -1" },
  remain_quota: INTEGER,
  unlimited_quota: FLAG,
  model_limits_enabled: FLAG,
  model_limits: TEXT,
  allow_ips: { type: "string", nullable: true, description: "text or null" },
  used_quota: INTEGER,
  group: TEXT,
  cross_group_retry: FLAG,
  auto_groups: {
    type: "array",
    items: { type: "string" },
    nullable: true,
    description: "a list of text, or null",
  },
} satisfies Record<Exclude<keyof TokenRecord, "DeletedAt">, object>;

/** A new record before a request fills it in; `now` is in Unix seconds. */
export function blankRecord(id: number, now: number, random: Random): TokenRecord {
  return {
    id,
    user_id: 1,
    key: generateKey(random),
    ...ZERO_VALUES,
    status: STATUS.enabled,
    created_time: now,
    accessed_time: now,
    expired_time: -1,
    allow_ips: "",
    used_quota: 0,
    DeletedAt: null,
    auto_groups: null,
  };
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 48 letters and digits, without `sk-`. */
function generateKey(random: Random): string {
  const pick = (): string => ALPHABET.charAt(Math.floor(random() * ALPHABET.length));
  return Array.from({ length: 48 }, pick).join("");
}

/** The record as a server of the masking kind shows it: the ends of the key around ten asterisks. */
export function masked(record: TokenRecord): TokenRecord {
  return { ...record, key: `${record.key.slice(0, 4)}${"*".repeat(10)}${record.key.slice(-4)}` };
}

/** Whether the key's time is over at `now` (Unix seconds). */
export function isPast(record: TokenRecord, now: number): boolean {
  return record.expired_time !== -1 && record.expired_time <= now;
}

/** Whether the key has nothing left to spend. */
export function isSpent(record: TokenRecord): boolean {
  return !record.unlimited_quota && record.remain_quota <= 0;
}
