import { createClient, type Client, type ClientOptions } from "../api/client.ts";
import { createFetchSend } from "../api/fetch-send.ts";
import { getOnly } from "../api/get-only.ts";
import {
  createKeysReader,
  createKeysWriter,
  type KeysReader,
  type KeysWriter,
} from "../api/keys-api.ts";
import type { Send } from "../api/send.ts";
import type { StopControl } from "../api/stop.ts";
import type { Emit } from "../model/events.ts";
import type { Secret } from "../model/secret.ts";
import type { Io } from "./io.ts";
import { readProxy } from "./proxy.ts";
import type { ServerSettings } from "./settings.ts";

export interface Connection {
  readonly settings: ServerSettings;
  readonly token: Secret;
  readonly userId: number | undefined;
  readonly stop: StopControl;
  readonly emit: Emit;
}

/** For every command that must not write: there is no write method, and only GET gets through. */
export async function connectReader(connection: Connection, io: Io): Promise<KeysReader> {
  const client = createClient(clientOptions(connection, io, getOnly(await send(connection, io))));
  return createKeysReader(client, { clock: io.clock, onKey: io.redactor.add });
}

/** For `apply` alone. */
export async function connectWriter(connection: Connection, io: Io): Promise<KeysWriter> {
  const client: Client = createClient(clientOptions(connection, io, await send(connection, io)));
  return createKeysWriter(client, { clock: io.clock, onKey: io.redactor.add });
}

function clientOptions(connection: Connection, io: Io, send: Send): ClientOptions {
  const { settings, token, userId, stop, emit } = connection;
  return {
    send,
    clock: io.clock,
    random: io.random,
    emit,
    stop,
    token,
    ...(userId === undefined ? {} : { userId }),
    timeoutMs: settings.timeoutMs,
    concurrency: settings.concurrency,
  };
}

async function send({ settings }: Connection, io: Io): Promise<Send> {
  const { url, loopback } = settings.baseUrl;
  const dispatcher = loopback ? undefined : await proxyFromEnvironment(io);
  return createFetchSend({
    baseUrl: url,
    fetch: io.fetch,
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
}

/** The global fetch knows no proxies on Node 20; undici is loaded only when one is configured. */
async function proxyFromEnvironment({ env }: Io): Promise<unknown> {
  const proxy = readProxy(env);
  if (!proxy.ok || proxy.value === undefined) return undefined;
  const { createProxyAgent } = await import("./proxy-agent.ts");
  return createProxyAgent(proxy.value);
}
