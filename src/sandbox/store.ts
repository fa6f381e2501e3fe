import { MAX_SENT_QUOTA } from "../model/key.ts";
import type { Random } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import { checkEnable, checkRequest } from "./check-request.ts";
import { blankRecord, createdFields, updatedFields, withoutDropped } from "./record-fields.ts";
import { ZERO_VALUES, type TokenRecord, type WritableField } from "./record.ts";
import { REFUSAL, tooManyKeys, type Refusal } from "./refusal.ts";
import { spend } from "./spend.ts";
import type { TokenRequest } from "./token-request.ts";

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
  readonly bornDead?: boolean;
}

export interface Store {
  /** Every record of every account, newest first. */
  readonly all: () => readonly TokenRecord[];
  /** What the account's token sees, newest first. */
  readonly list: (userId: number) => readonly TokenRecord[];
  readonly get: (userId: number, id: number) => Result<TokenRecord, Refusal>;
  readonly create: (
    userId: number,
    request: TokenRequest,
    tamper?: Tamper,
  ) => Result<TokenRecord, Refusal>;
  /** Replaces the whole record but for its status; answers the record as asked for. */
  readonly update: (
    userId: number,
    request: TokenRequest,
    tamper?: Tamper,
  ) => Result<TokenRecord, Refusal>;
  /** Changes the status alone: the rest of the body is checked, then ignored. */
  readonly updateStatus: (
    userId: number,
    request: TokenRequest,
    tamper?: Tamper,
  ) => Result<TokenRecord, Refusal>;
  readonly delete: (userId: number, id: number) => Result<TokenRecord, Refusal>;
  /** The whole key. */
  readonly reveal: (userId: number, id: number) => Result<string, Refusal>;
  /** Uses a key, as traffic on the model endpoints would; false when the key is not usable. */
  readonly spend: (id: number, amount: number) => boolean;
  /** Puts a record in by hand, unchecked; ids given out later are higher than it. */
  readonly seed: (fields: Partial<TokenRecord>) => TokenRecord;
  /** Changes a record by hand, unchecked; undefined when there is none. */
  readonly patch: (id: number, fields: Partial<TokenRecord>) => TokenRecord | undefined;
}

/** The server's records in memory; every rule of the API that does not concern HTTP. */
export function createStore(options: StoreOptions): Store {
  const { now, random, maxKeys = 1000, adminList = false, maxQuota = MAX_SENT_QUOTA } = options;
  const records = new Map<number, TokenRecord>();
  let lastId = 0;

  const all = (): readonly TokenRecord[] => [...records.values()].sort((a, b) => b.id - a.id);
  const owns = (userId: number, record: TokenRecord): boolean => record.user_id === userId;
  const get: Store["get"] = (userId, id) => {
    const record = records.get(id);
    const visible = record !== undefined && (adminList || owns(userId, record));
    return visible ? ok(record) : err(REFUSAL.notFound);
  };
  const seed: Store["seed"] = (fields) => {
    const record = blankRecord(fields.id ?? lastId + 1, now(), random);
    const filled = { ...record, ...fields };
    lastId = Math.max(lastId, filled.id);
    records.set(filled.id, filled);
    return filled;
  };
  const replace = (stored: TokenRecord, asked: TokenRecord, tamper: Tamper | undefined) => {
    records.set(stored.id, withoutDropped(withAlteredName(asked, tamper), stored, tamper?.drop));
    return ok(asked);
  };
  const checkUpdate = (userId: number, request: TokenRequest): Result<TokenRecord, Refusal> => {
    const invalid = checkRequest(request, maxQuota);
    if (invalid !== undefined) return err(invalid);
    const found = get(userId, request.id);
    if (!found.ok) return found;
    const refusal = checkEnable(found.value, request, now());
    return refusal === undefined ? found : err(refusal);
  };

  return {
    all,
    list: (userId) => all().filter((record) => adminList || owns(userId, record)),
    get,
    create: (userId, request, tamper) => {
      const invalid = checkRequest(request, maxQuota);
      if (invalid !== undefined) return err(invalid);
      const owned = all().filter((record) => owns(userId, record)).length;
      if (owned >= maxKeys) return err(tooManyKeys(maxKeys));
      const asked = { user_id: userId, ...createdFields(request) };
      const stored = withoutDropped(withAlteredName(asked, tamper), ZERO_VALUES, tamper?.drop);
      return ok(seed(tamper?.bornDead === true ? { ...stored, expired_time: 0 } : stored));
    },
    update: (userId, request, tamper) => {
      const checked = checkUpdate(userId, request);
      if (!checked.ok) return checked;
      return replace(
        checked.value,
        { ...checked.value, ...updatedFields(checked.value, request) },
        tamper,
      );
    },
    updateStatus: (userId, request, tamper) => {
      const checked = checkUpdate(userId, request);
      if (!checked.ok) return checked;
      return replace(checked.value, { ...checked.value, status: request.status }, tamper);
    },
    delete: (userId, id) => {
      const found = get(userId, id);
      if (found.ok) records.delete(id);
      return found;
    },
    reveal: (userId, id) => {
      const found = get(userId, id);
      return found.ok ? ok(found.value.key) : found;
    },
    spend: (id, amount) => {
      const record = records.get(id);
      if (record === undefined) return false;
      const spending = spend(record, amount, now());
      records.set(id, spending.record);
      return spending.served;
    },
    seed,
    patch: (id, fields) => {
      const record = records.get(id);
      if (record === undefined) return undefined;
      const patched = { ...record, ...fields, id };
      records.set(id, patched);
      return patched;
    },
  };
}

function withAlteredName<T extends { readonly name: string }>(asked: T, tamper: Tamper = {}): T {
  const { alterName } = tamper;
  return alterName === undefined ? asked : { ...asked, name: alterName(asked.name) };
}
