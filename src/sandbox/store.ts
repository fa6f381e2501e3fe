import { MAX_SENT_QUOTA } from "../model/quota.ts";
import { STATUS } from "../model/status.ts";
import type { Random } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import {
  blankRecord,
  isPast,
  isSpent,
  ZERO_VALUES,
  type TokenRecord,
  type WritableField,
} from "./record.ts";
import {
  createdFields,
  enableRefusal,
  refusalOf,
  updatedFields,
  type TokenRequest,
} from "./token-request.ts";

export interface StoreOptions {
  /** Unix seconds. */
  readonly now: () => number;
  readonly random: Random;
  /** Keys one account may own; 1000 unless told otherwise. */
  readonly maxKeys?: number;
  /** An administrator's token on some servers sees, and reaches, every account's keys. */
  readonly adminList?: boolean;
  /** The largest `remain_quota` of a limited key; as newer servers have it unless told otherwise. */
  readonly maxQuota?: number;
}

/** How a faulty server departs from what was asked while it stores a record. */
export interface Tamper {
  /** This field keeps its old value (zero in a new record), though the answer shows what was asked. */
  readonly drop?: WritableField;
  /** The name is stored in another form; the answer to an update shows what was asked. */
  readonly alterName?: (name: string) => string;
  /** A new record is stored with `expired_time` 0: expired from its first second. */
  readonly createExpired?: boolean;
}

/** A record, or the server's reason for refusing. */
type Answered = Result<TokenRecord, string>;

export type Store = ReturnType<typeof createStore>;

/** The server's records in memory; every rule of the API that does not concern HTTP. */
export function createStore(options: StoreOptions) {
  const { now, random, maxKeys = 1000, adminList = false, maxQuota = MAX_SENT_QUOTA } = options;
  const records = new Map<number, TokenRecord>();
  let lastId = 0;

  /** Every record of every account, newest first. */
  const all = (): readonly TokenRecord[] => [...records.values()].sort((a, b) => b.id - a.id);
  const owns = (userId: number, record: TokenRecord): boolean => record.user_id === userId;
  const get = (userId: number, id: number): Answered => {
    const record = records.get(id);
    const visible = record !== undefined && (adminList || owns(userId, record));
    return visible ? ok(record) : err("record not found");
  };
  /** Puts a record in by hand, unchecked; ids given out later are higher than it. */
  const seed = (fields: Partial<TokenRecord>): TokenRecord => {
    const record = { ...blankRecord(fields.id ?? lastId + 1, now(), random), ...fields };
    lastId = Math.max(lastId, record.id);
    records.set(record.id, record);
    return record;
  };
  /** Changes a record of the account to what `change` makes of it; answers what was asked for. */
  const replace = (
    userId: number,
    request: TokenRequest,
    tamper: Tamper | undefined,
    change: (stored: TokenRecord) => Partial<TokenRecord>,
  ): Answered => {
    const invalid = refusalOf(request, maxQuota);
    if (invalid !== undefined) return err(invalid);
    const found = get(userId, request.id);
    if (!found.ok) return found;
    const stored = found.value;
    const refusal = enableRefusal(stored, request, now());
    if (refusal !== undefined) return err(refusal);
    const asked = { ...stored, ...change(stored) };
    records.set(stored.id, tampered(asked, stored, tamper));
    return ok(asked);
  };

  return {
    all,
    /** What the account's token sees, newest first. */
    list: (userId: number) => all().filter((record) => adminList || owns(userId, record)),
    get,
    create: (userId: number, request: TokenRequest, tamper?: Tamper): Answered => {
      const invalid = refusalOf(request, maxQuota);
      if (invalid !== undefined) return err(invalid);
      const owned = all().filter((record) => owns(userId, record)).length;
      if (owned >= maxKeys) return err(`Maximum token limit reached (${maxKeys})`);
      const asked = { user_id: userId, ...createdFields(request) };
      const stored = tampered(asked, ZERO_VALUES, tamper);
      return ok(seed(tamper?.createExpired === true ? { ...stored, expired_time: 0 } : stored));
    },
    /** Replaces the whole record but for its status. */
    update: (userId: number, request: TokenRequest, tamper?: Tamper): Answered =>
      replace(userId, request, tamper, (stored) => updatedFields(stored, request)),
    /** Changes the status alone: the rest of the body is checked, then ignored. */
    updateStatus: (userId: number, request: TokenRequest, tamper?: Tamper): Answered =>
      replace(userId, request, tamper, () => ({ status: request.status })),
    delete: (userId: number, id: number): Answered => {
      const found = get(userId, id);
      if (found.ok) records.delete(id);
      return found;
    },
    /**
     * Uses a key, as traffic on the model endpoints would; false when it is not usable. Expiry is
     * noticed only here: a key whose time is over keeps status 1 in every list until somebody tries
     * to use it. The last use may overdraw a key.
     */
    spend: (id: number, amount: number): boolean => {
      const record = records.get(id);
      if (record?.status !== STATUS.enabled) return false;
      const usable = !isPast(record, now()) && !isSpent(record);
      const used = usable
        ? {
            ...record,
            remain_quota: record.remain_quota - amount,
            used_quota: record.used_quota + amount,
            accessed_time: now(),
          }
        : record;
      const exhausted = isSpent(used) ? STATUS.exhausted : used.status;
      records.set(id, { ...used, status: isPast(used, now()) ? STATUS.expired : exhausted });
      return usable;
    },
    /** Whether a call with the key would be answered. */
    isUsable: (record: TokenRecord): boolean =>
      record.status === STATUS.enabled && !isPast(record, now()) && !isSpent(record),
    seed,
    /** Changes a record by hand, unchecked; undefined when there is none. */
    patch: (id: number, fields: Partial<TokenRecord>): TokenRecord | undefined => {
      const record = records.get(id);
      if (record === undefined) return undefined;
      const patched = { ...record, ...fields, id };
      records.set(id, patched);
      return patched;
    },
  };
}

/** What a faulty server stores; a field nobody asked for cannot be ignored. */
function tampered<T extends { readonly name: string }>(
  asked: T,
  before: Partial<Record<WritableField, unknown>>,
  { drop, alterName = (name) => name }: Tamper = {},
): T {
  const altered = { ...asked, name: alterName(asked.name) };
  return drop !== undefined && drop in asked ? { ...altered, [drop]: before[drop] } : altered;
}
