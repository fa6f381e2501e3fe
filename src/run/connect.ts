import { createClient, type ClientOptions } from "../api/client.ts";
import { getOnly } from "../api/get-only.ts";
import {
  createKeysReader,
  createKeysWriter,
  type KeysReader,
  type KeysWriter,
} from "../api/keys-api.ts";
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

/** For every command that must not write: there is no write method, and only GET gets through. */
export async function connectReader(connection: Connection, io: Io): Promise<KeysReader> {
  const options = clientOptions(connection, io);
  const client = createClient({ ...options, send: getOnly(options.send) });
  return createKeysReader(client, { clock: io.clock, onKey: io.redactor.addKey });
}

/** For `apply` alone. */
export async function connectWriter(connection: Connection, io: Io): Promise<KeysWriter> {
  const client = createClient(clientOptions(connection, io));
  return createKeysWriter(client, { clock: io.clock, onKey: io.redactor.addKey });
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
  return { send, clock, random, emit, stop, token, ...user, timeoutMs, concurrency };
}
