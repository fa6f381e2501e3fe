import type { DesiredKey } from "../model/key.ts";
import type { Stop } from "../model/ports.ts";
import { err, ok, type Result } from "../model/result.ts";
import { Secret } from "../model/secret.ts";
import { destinationOf } from "../model/sink.ts";
import type { Delivery } from "./context.ts";

/** What became of a value that all places took. */
export interface HandedOver {
  /** Where it is by now. */
  readonly delivered: readonly string[];
  readonly note?: string;
}

/**
 * Brings one value to all the places of its key, each tried whatever became of the others; the error says
 * which did not take it. A key is used once before, where that was asked for: what does not work is not
 * delivered.
 */
export async function handOver(
  { name, fields, deliver: places = [] }: Pick<DesiredKey, "name" | "fields" | "deliver">,
  value: Secret,
  { deliver, tryKey, keysOut }: Delivery,
  { writes }: Pick<Stop, "writes">,
): Promise<Result<HandedOver, string>> {
  // The stored value has no prefix on some servers, and clients send it with one.
  const key = new Secret(`sk-${value.reveal().replace(/^sk-/, "")}`);
  let note: string | undefined;
  if (tryKey !== undefined && fields.status !== "disabled") {
    const trial = await tryKey(key, writes);
    const isElsewhere = (fields.allow_ips ?? []).length > 0;
    if (trial.kind === "refused" && isElsewhere) {
      note = `refused when it was tried here (${trial.message}), as its allow_ips may have it`;
    } else if (trial.kind !== "works") {
      const became = trial.kind === "refused" ? "refused" : "not answered";
      return err(`it was tried and ${became} (${trial.message})`);
    }
  }
  const taken = places.map(async ({ sink }) => {
    const result = await deliver(sink, key, writes);
    return result.ok ? [] : [`${destinationOf(sink)}: ${result.error}`];
  });
  const refused = (await Promise.all(taken)).flat();
  const written = await keysOut?.(name, key);
  if (written?.ok === false) refused.push(written.error);
  if (refused.length > 0) return err(refused.join("; "));
  const own = written === undefined ? [] : [OWN_FILE];
  const delivered = [...places.map(({ sink }) => destinationOf(sink)), ...own];
  return ok({ delivered, ...(note === undefined ? {} : { note }) });
}

/** What stands for the file of `--keys-out`, whose path is nobody else's matter. */
const OWN_FILE = "--keys-out";
