import { createClient, type ClientOptions } from "../api/client.ts";
import { getOnly } from "../api/get-only.ts";
import {
  createKeysReader,
  createKeysWriter,
  type KeysApiOptions,
  type KeysReader,
  type KeysWriter,
} from "../api/keys-api.ts";
import { readServerStatus, type ServerStatus } from "../api/server-status.ts";
import { createTryKey, type TryKey } from "../api/try-key.ts";
import { readProxy } from "../http/proxy.ts";
import { createSend } from "../http/send.ts";
import type { Emit } from "../model/events.ts";
import type { Secret } from "../model/secret.ts";
import type { ServerSettings } from "./access.ts";
import type { Io } from "./io.ts";
import type { StopControl } from "./stop.ts";

export interface Connection {
  readonly settings: ServerSettings;
  readonly token: Secret;
  readonly userId: number | undefined;
  readonly stop: StopControl;
  readonly emit: Emit;
}

/** A server, and the ways to ask it. */
export interface Connected<Api extends KeysReader> {
  readonly api: Api;
  /** See `readServerStatus`; it is asked for once, however often it is needed. */
  readonly status: () => Promise<ServerStatus>;
  readonly tryKey: TryKey;
}

/** For every command that must not write: there is no write method, and only GET gets through. */
export function connectReader(connection: Connection, io: Io): Connected<KeysReader> {
  const options = clientOptions(connection, io);
  const client = createClient({ ...options, send: getOnly(options.send) });
  const api = createKeysReader(client, guarded(io));
  return { api, status: once(options), tryKey: createTryKey(options) };
}

/** For `apply` alone. */
export function connectWriter(connection: Connection, io: Io): Connected<KeysWriter> {
  const options = clientOptions(connection, io);
  const client = createClient(options);
  const api = createKeysWriter(client, guarded(io));
  return { api, status: once(options), tryKey: createTryKey(options) };
}

function guarded({ clock, redactor }: Io): KeysApiOptions {
  return { clock, onKey: redactor.addKey, onName: redactor.keepLive };
}

function once({ send, clock, emit, words, stop }: ClientOptions): () => Promise<ServerStatus> {
  let asked: Promise<ServerStatus> | undefined;
  const signal = stop.requests;
  return () => (asked ??= readServerStatus({ send: getOnly(send), clock, emit, words, signal }));
}

function clientOptions(connection: Connection, io: Io): ClientOptions {
  const { settings, token, userId, stop, emit } = connection;
  const { timeoutMs, concurrency } = settings;
  const { clock, random } = io;
  // A proxy that cannot be read was refused with the settings, wherever one would be used.
  const proxy = readProxy(io.env);
  const send = createSend({
    baseUrl: settings.baseUrl.url,
    fetch: io.fetch,
    proxy: proxy.ok ? proxy.value : undefined,
  });
  const user = userId === undefined ? {} : { userId };
  const words = io.redactor.cleanWords;
  return { send, clock, random, emit, words, stop, token, ...user, timeoutMs, concurrency };
}
