import type { EditableFields, FullRecord, LiveKey } from "../model/key.ts";
import type { Clock } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError, WriteAnswer } from "./api-result.ts";
import type { Client, Reader, WriteRequest, Written } from "./client.ts";
import { confirmList, listKeys, type KeyList } from "./list.ts";
import type { OnPage, OnValue } from "./list-page.ts";
import { parseLiveKey, type OnKey } from "./live-key.ts";
import {
  listNewest,
  listSince,
  type Depth,
  type NewestKeys,
  type NewKeys,
} from "./newest-pages.ts";
import { revealKeys, type Revealed } from "./reveal-keys.ts";

/** What every command may do: read. It holds no way to write. */
export interface KeysReader {
  readonly list: (
    signal?: AbortSignal,
    onPage?: OnPage,
    onValue?: OnValue,
  ) => Promise<Result<KeyList, ApiError>>;
  /** The same list, proven to have missed nothing; undefined when it has moved. */
  readonly confirm: (
    list: KeyList,
    signal?: AbortSignal,
    onPage?: OnPage,
  ) => Promise<Result<KeyList | undefined, ApiError>>;
  readonly listNewest: (floor: number, onPage?: OnPage) => Promise<Result<NewestKeys, ApiError>>;
  readonly listSince: (depth: Depth, onPage?: OnPage) => Promise<Result<NewKeys, ApiError>>;
  /** The record, or `undefined` when the server says there is none. */
  readonly get: (id: number) => Promise<Result<LiveKey | undefined, ApiError>>;
  /** Each is asked for at most once, however often its answer is needed. */
  readonly hint: (path: HintPath) => Promise<Hint>;
}

/** What an optional help said. A 404, or no answer at all, is silence and never an error. */
export type Hint =
  | { readonly kind: "answer"; readonly data: unknown }
  | { readonly kind: "refused" }
  | { readonly kind: "silent" };

/** Optional helps; their absence is silence. */
export type HintPath = "/api/models" | "/api/user/self" | "/api/user/self/groups";

/** When a create may go: what it rests on is judged anew when its turn has come. */
export type CreateTurn = Required<Pick<WriteRequest, "mayGo" | "urgent" | "unopened">>;

/**
 * The four writes, and the values of keys, which no other command has a use for. Each is sent once; the caller decides with the list what became of it. What they
 * rest on may be too old when they could go: then they are given back unsent, and `unopened` counts
 * how often no connection opened for them so far.
 */
export interface KeysWriter extends KeysReader {
  readonly create: (body: EditableFields, turn: CreateTurn) => Promise<Written>;
  readonly replace: (record: FullRecord, unopened?: number) => Promise<WriteAnswer>;
  readonly setStatus: (record: FullRecord, unopened?: number) => Promise<WriteAnswer>;
  readonly remove: (id: number, unopened?: number) => Promise<WriteAnswer>;
  readonly reveal: (ids: readonly number[]) => Promise<Revealed>;
}

export interface KeysApiOptions {
  readonly clock: Clock;
  readonly onKey: OnKey;
  readonly onName?: (name: string) => void;
}

export function createKeysReader(reader: Reader, options: KeysApiOptions): KeysReader {
  // The first list may be refused for the credentials' sake. Once one was answered, a refusal is a
  // passing trouble of the server's, and is tried again like any other.
  let answered = false;
  const base = { reader, ...options, retriesRefused: () => answered };
  const hints = new Map<HintPath, Promise<Hint>>();
  const withSignal = (signal?: AbortSignal) => (signal ? { ...base, signal } : base);
  const withOnPage = (onPage?: OnPage) => (onPage ? { onPage } : {});
  return {
    list: async (signal, onPage, onValue) => {
      const told = { ...withOnPage(onPage), ...(onValue ? { onValue } : {}) };
      const list = await listKeys({ ...withSignal(signal), ...told });
      answered ||= list.ok;
      return list;
    },
    confirm: (list, signal, onPage) =>
      confirmList({ ...withSignal(signal), ...withOnPage(onPage) }, list),
    listNewest: (floor, onPage) => listNewest({ ...base, ...withOnPage(onPage) }, floor),
    listSince: (depth, onPage) => listSince({ ...base, ...withOnPage(onPage) }, depth),
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
      options.onName?.(key.value.name);
      return key.value.id === id
        ? key
        : err({ code: "server-not-this-api", message: `key ${key.value.id} in answer to ${id}` });
    },
    hint: (path) => {
      const asked = hints.get(path) ?? readHint(reader, path);
      hints.set(path, asked);
      return asked;
    },
  };
}

async function readHint(reader: Reader, path: HintPath): Promise<Hint> {
  const answer = await reader.read(path);
  if (answer.ok) return { kind: "answer", data: answer.value.data };
  const { code } = answer.error;
  const refused = code === "credentials-refused" || code === "server-refused";
  return { kind: refused ? "refused" : "silent" };
}

/** How long a write may wait for its turn before the read it rests on counts as old, ms. */
const READ_KEEPS_MS = 500;

export function createKeysWriter(client: Client, options: KeysApiOptions): KeysWriter {
  /** A write computed from a read just before it: a pause or a long queue makes that read old. */
  const adjacent = async (request: WriteRequest): Promise<WriteAnswer> => {
    const mayGo: WriteRequest["mayGo"] = ({ waitedMs, paused }) =>
      !paused && waitedMs <= READ_KEEPS_MS;
    return (await client.write({ ...request, urgent: true, mayGo })).answer;
  };
  return {
    ...createKeysReader(client, options),
    create: (body, turn) => client.write({ method: "POST", path: "/api/token/", body, ...turn }),
    replace: (body, unopened = 0) =>
      adjacent({ method: "PUT", path: "/api/token/", body, unopened }),
    // A server that does not know `status_only` replaces the whole record by this body, so it is
    // whole here too.
    setStatus: (body, unopened = 0) =>
      adjacent({ method: "PUT", path: "/api/token/?status_only=true", body, unopened }),
    remove: (id, unopened = 0) =>
      adjacent({ method: "DELETE", path: `/api/token/${id}`, unopened }),
    reveal: (ids) => revealKeys(client, ids, options.onKey),
  };
}
