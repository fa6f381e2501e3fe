import type { DesiredKey, LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { stopCode } from "../model/ports.ts";
import type { Secret } from "../model/secret.ts";
import type { ApplyContext, Delivery } from "./context.ts";
import { confirmedList } from "./find-created.ts";
import { handOver } from "./hand-over.ts";
import { obtainKeys } from "./obtain-keys.ts";
import { done, failed, notAttempted } from "./outcomes.ts";

/** A live key whose value is to be brought to the places its file names. */
export interface LiveDelivery {
  readonly key: LiveKey;
  readonly desired: Pick<DesiredKey, "name" | "fields" | "deliver">;
}

/** Delivers keys that are there already. Nothing is written to the server. */
export async function deliverLive(
  wanted: readonly LiveDelivery[],
  context: ApplyContext,
  delivery: Delivery,
): Promise<readonly Outcome[]> {
  const { api, stop, emit } = context;
  const outcomes = new Map<number, Outcome>();
  const end = (outcome: Outcome, id: number): void => {
    outcomes.set(id, outcome);
    emit({ type: "outcome", outcome, done: outcomes.size, total: wanted.length });
  };
  const stopped = (of: Pick<Outcome, "action" | "name">, id: number): Outcome =>
    notAttempted(of, stopCode(stop), STOPPED, id);
  const whole = new Map<number, Secret>();
  const list = await confirmedList(api, undefined, (id, key) => void whole.set(id, key));
  const there = new Map(list?.keys.map(({ id, name }) => [id, name]));
  const open = new Map<number, LiveDelivery>();
  for (const one of wanted) {
    const { name } = one.desired;
    const { id } = one.key;
    const of = { action: "deliver", name } as const;
    if (list === undefined) end(notAttempted(of, "not-delivered", UNLISTED, id), id);
    else if (there.get(id) !== name) end(failed(of, "moved", MOVED, id), id);
    else open.set(id, one);
  }
  await obtainKeys([...open.keys()], whole, context, {
    take: async (id, value) => {
      const one = open.get(id);
      if (one === undefined) return;
      const of = { action: "deliver", name: one.desired.name } as const;
      if (stop.reason() !== undefined) return end(stopped(of, id), id);
      const result = await handOver(one.desired, value, delivery, stop);
      if (result.ok) return end({ ...done(of, id), ...result.value }, id);
      end(failed(of, "not-delivered", result.error, id), id);
    },
    miss: (id, why) => {
      const of = { action: "deliver", name: open.get(id)?.desired.name ?? "" } as const;
      end(why === undefined ? stopped(of, id) : failed(of, "not-delivered", why, id), id);
    },
  });
  return wanted.flatMap(({ key }) => outcomes.get(key.id) ?? []);
}

const UNLISTED = "the list of keys could not be read";
const MOVED = "it was deleted or renamed since it was looked for";
const STOPPED = "the run was stopped before it";
