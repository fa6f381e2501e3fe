import { X509Certificate } from "node:crypto";
import { parseGroups, parseSelf } from "../api/hints.ts";
import { readProxy } from "../http/proxy.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Finding } from "../model/finding.ts";
import { err } from "../model/result.ts";
import { readAccess } from "./access.ts";
import { failed, findingsOf } from "./findings.ts";
import { readFirstList } from "./first-list.ts";
import type { Io } from "./io.ts";
import type { ServerFlags } from "./options.ts";
import { dataOf } from "./plan.ts";
import { readFileWhole } from "./read-file.ts";
import { withReader } from "./session.ts";
import { untilStopped } from "./stop.ts";

interface Examination {
  readonly findings: readonly Finding[];
  /** The exit code of a signal. */
  readonly codes: readonly ExitCode[];
}

/** Asks a server with nothing but GET what is to be known before it is used. */
export async function examine(flags: ServerFlags, io: Io, maxKeys: number): Promise<Examination> {
  const read = await untilStopped(io, () => readAccess(flags, io));
  const way = read.ok ? read.value : err([read.error]);
  if (!way.ok) return { findings: way.error.map(failed), codes: [] };
  const { settings, userId } = way.value;
  const proxy = proxyOf(io);
  if (proxy !== undefined) io.redactor.keep(proxy);
  const trusted = await untilStopped(io, () => trustOf(io));
  if (!trusted.ok) return { findings: [failed(trusted.error)], codes: [] };
  const trust = trusted.value;
  // A list may be read several times.
  const wholeKeys = new Set<string>();
  const addKey = (key: string): void => {
    wholeKeys.add(key);
    io.redactor.addKey(key);
  };
  const watched = { ...io, redactor: { ...io.redactor, addKey } };
  const { value: findings, codes } = await withReader(
    way.value,
    flags,
    watched,
    async (session) => {
      const [status, list] = await Promise.all([session.status(), readFirstList(session)]);
      const receivedAt = io.clock.wall();
      const { api } = session;
      const [self, groups] = list.ok
        ? await Promise.all([api.hint("/api/user/self"), api.hint("/api/user/self/groups")])
        : [];
      const { url, loopback } = settings.baseUrl;
      return findingsOf({
        baseUrl: url,
        isLoopback: loopback,
        proxy,
        trust,
        status,
        list,
        wholeKeys: wholeKeys.size,
        self: parseSelf(dataOf(self)),
        groups: parseGroups(dataOf(groups)),
        userId,
        maxKeys,
        receivedAt,
      });
    },
  );
  return { findings, codes };
}

async function trustOf({ env, redactor }: Io) {
  const extra = env["NODE_EXTRA_CA_CERTS"] || undefined;
  if (extra !== undefined) redactor.keep(extra);
  const isReadable = extra !== undefined && (await holdsCertificates(extra));
  return { extra, isReadable, isOff: env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0" };
}

/** The largest bundle of certificates that is looked into, bytes. */
const LARGEST_BUNDLE = 10_000_000;

/** Node says little of a file in which it finds none. */
async function holdsCertificates(path: string): Promise<boolean> {
  const read = await readFileWhole(path, LARGEST_BUNDLE);
  try {
    return read.ok && new X509Certificate(read.value).subject !== undefined;
  } catch {
    return false;
  }
}

/** Without what may be a password in it. */
function proxyOf({ env }: Io): string | undefined {
  const proxy = readProxy(env);
  if (!proxy.ok || proxy.value === undefined) return undefined;
  const { httpsProxy, noProxy } = proxy.value;
  const but = noProxy === "" ? "" : `, but for what NO_PROXY names (${noProxy})`;
  return `${new URL(httpsProxy).host}${but}`;
}
