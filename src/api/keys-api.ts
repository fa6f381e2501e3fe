import type { EditableFields, FullRecord, LiveKey } from "../model/key.ts";
import type { Clock } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError, WriteAnswer } from "./api-result.ts";
import type { Client, Reader } from "./client.ts";
import {
  listKeys,
  listNewest,
  readFirstPage,
  type FirstPage,
  type KeyList,
  type NewestKeys,
} from "./list.ts";
import { parseLiveKey } from "./live-key.ts";

/** What every command may do: read. It holds no way to write. */
export interface KeysReader {
  readonly list: (signal?: AbortSignal) => Promise<Result<KeyList, ApiError>>;
  readonly listNewest: (
    fence: number,
    signal?: AbortSignal,
  ) => Promise<Result<NewestKeys, ApiError>>;
  /** The ids of page 1 and the total: enough to see whether the list has moved. */
  readonly firstPage: (signal?: AbortSignal) => Promise<Result<FirstPage, ApiError>>;
  /** The record, or `undefined` when the server says there is none. */
  readonly get: (id: number) => Promise<Result<LiveKey | undefined, ApiError>>;
  readonly hint: (path: HintPath) => Promise<unknown>;
}

/** Optional helps; their absence is silence. */
export type HintPath = "/api/models" | "/api/user/self" | "/api/user/self/groups";

/**
 * The four writes. Each is sent once; the caller decides with the list what became of it. Those that
 * follow a read are given back unsent when they are held up, and `unopened` counts how often no
 * connection opened for them so far.
 */
export interface KeysWriter extends KeysReader {
  readonly create: (body: EditableFields) => Promise<WriteAnswer>;
  readonly replace: (record: FullRecord, unopened?: number) => Promise<WriteAnswer>;
  readonly setStatus: (record: FullRecord, unopened?: number) => Promise<WriteAnswer>;
  readonly remove: (id: number, unopened?: number) => Promise<WriteAnswer>;
}

export interface KeysApiOptions {
  readonly clock: Clock;
  readonly onKey: (key: string) => void;
}

export function createKeysReader(reader: Reader, options: KeysApiOptions): KeysReader {
  const base = { reader, ...options };
  const withSignal = (signal?: AbortSignal) => (signal ? { ...base, signal } : base);
  return {
    list: (signal) => listKeys(withSignal(signal)),
    listNewest: (fence, signal) => listNewest(withSignal(signal), fence),
    firstPage: (signal) => readFirstPage(withSignal(signal)),
    get: async (id) => {
      const answer = await reader.read(`/api/token/${id}`);
      if (!answer.ok) {
        // A missing record is HTTP 200 with success:false here and 404 elsewhere in the family; the
        // text is localised, so any refusal of a single record reads as "not there".
        const gone = answer.error.code === "server-refused" || answer.error.notFound;
        return gone ? ok(undefined) : answer;
      }
      const key = parseLiveKey(answer.value.data, options.onKey);
      if (!key.ok) return err({ code: "server-not-this-api", message: key.error });
      return key.value.id === id
        ? key
        : err({ code: "server-not-this-api", message: `key ${key.value.id} in answer to ${id}` });
    },
    hint: async (path) => {
      const answer = await reader.read(path);
      return answer.ok ? answer.value.data : undefined;
    },
  };
}

export function createKeysWriter(client: Client, options: KeysApiOptions): KeysWriter {
  return {
    ...createKeysReader(client, options),
    create: (body) => client.write({ method: "POST", path: "/api/token/", body }),
    replace: (body, unopened = 0) =>
      client.write({ method: "PUT", path: "/api/token/", body, giveBackOnPause: true, unopened }),
    // A server that does not know `status_only` replaces the whole record by this body, so it is
    // whole here too.
    setStatus: (body, unopened = 0) =>
      client.write({
        method: "PUT",
        path: "/api/token/?status_only=true",
        body,
        giveBackOnPause: true,
        unopened,
      }),
    remove: (id, unopened = 0) =>
      client.write({
        method: "DELETE",
        path: `/api/token/${id}`,
        giveBackOnPause: true,
        unopened,
      }),
  };
}
