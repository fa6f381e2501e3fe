import { FIELD_ORDER, FIELDS, mapFields, type FieldName } from "../model/fields.ts";
import type { EditableFields } from "../model/key.ts";
import type { Random } from "../model/ports.ts";
import { STATUS } from "../model/status.ts";

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
export const ZERO_VALUES: EditableFields & { readonly status: number } = {
  name: "",
  ...mapFields((field) => zeroOf(FIELDS[field].neutral)),
};

function zeroOf<T>(neutral: T): T {
  const zeros: Partial<Record<string, unknown>> = { string: "", number: 0, boolean: false };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the type of `neutral`
  return (zeros[typeof neutral] ?? neutral) as T;
}

interface FieldSchema {
  readonly type: string;
  readonly description: string;
  readonly [keyword: string]: unknown;
}

const TEXT = { type: "string", description: "text" };
const INTEGER = { type: "integer", description: "an integer" };
const SECONDS = { type: "integer", description: "Unix seconds" };

/** Where the type of a field does not say enough. */
const OWN_SCHEMAS: Partial<Record<FieldName, FieldSchema>> = {
  status: { ...INTEGER, description: "an integer (1 enabled, 2 disabled, 3 expired, 4 exhausted)" },
  expired_time: { ...SECONDS, description: "Unix seconds, or -1" },
  allow_ips: { ...TEXT, nullable: true, description: "text or null" },
};

/** The JSON Schema of each field that a seed or a request may hold, described for people. */
export const FIELD_SCHEMAS: Readonly<Record<string, FieldSchema>> = {
  id: { type: "integer", minimum: 1, description: "a positive integer" },
  user_id: INTEGER,
  key: TEXT,
  name: TEXT,
  created_time: SECONDS,
  accessed_time: SECONDS,
  used_quota: INTEGER,
  auto_groups: {
    type: "array",
    items: { type: "string" },
    nullable: true,
    description: "a list of text, or null",
  },
  ...Object.fromEntries(FIELD_ORDER.map((field) => [field, schemaOf(field)])),
};

function schemaOf(field: FieldName): FieldSchema {
  const { neutral } = FIELDS[field];
  if (typeof neutral === "boolean") return { type: "boolean", description: "true or false" };
  return OWN_SCHEMAS[field] ?? (typeof neutral === "number" ? INTEGER : TEXT);
}

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
