import type { Delivery } from "../../src/apply/context.ts";
import { stagedName, type DesiredKey } from "../../src/model/key.ts";
import type { Clock } from "../../src/model/ports.ts";
import { err, ok, type Result } from "../../src/model/result.ts";
import { destinationOf } from "../../src/model/sink.ts";
import type { Choices } from "./random.ts";
import { liveRecord } from "./random-fields.ts";
import { valueOf, type Stored } from "./record.ts";
import type { Schedule } from "./schedule.ts";
import { withLimit } from "./twists.ts";

/** How a schedule delivers keys. */
export interface Delivers {
  /** Whether lists show keys; where they do not, by which of the two calls they are shown. */
  readonly shows: "whole" | "batch" | "one by one";
  /** How often a call that shows keys, or a place, fails. */
  readonly failing: number;
}

/** A value that a place has taken, whatever it said. */
export interface Taken {
  readonly at: number;
  readonly run: number;
  readonly place: string;
  /** The id of the key. */
  readonly id: number;
}

/** Gives some schedules keys that are to be delivered, and some of these one that was left on its way. */
export function withDeliveries(schedule: Schedule, extra: Choices): Schedule {
  // What becomes of altered names is judged by itself.
  if (!extra.chance(0.15) || schedule.traits.alters !== undefined) return schedule;
  const seeded: Stored[] = [...schedule.seeded];
  const declared = schedule.declared.map((key) => {
    if (key.state === "absent" || !extra.chance(0.7)) return key;
    const isMissing = !seeded.some(({ name }) => name === key.name || name === key.renamedFrom);
    if (isMissing && extra.chance(0.2)) {
      const record = liveRecord(stagedName(key.name), key.fields, schedule.traits.owner, extra);
      const unused = { used_quota: 0, lag: 0, accessed_time: record.created_time };
      const remain_quota = key.fields.remain_quota ?? record.remain_quota;
      seeded.push({ ...record, ...unused, remain_quota, id: seeded.length + 1 });
    }
    const places = extra.chance(0.3) ? ["a", "b"] : ["a"];
    const deliver = places.map((place) => ({
      sink: { kind: "exec", argv: ["put", key.name, place] } as const,
      at: key.at,
    }));
    return { ...key, deliver };
  });
  const delivers: Delivers = {
    shows: extra.pick(["whole", "whole", "batch", "one by one"]),
    failing: extra.pick([0, 0.1, 0.3]),
  };
  const keyLimit = Math.max(schedule.traits.keyLimit, seeded.length);
  const traits = { ...schedule.traits, keyLimit };
  const delivering = {
    ...schedule,
    declared: obtainable(declared, delivers),
    seeded,
    delivers,
    traits,
  };
  // A run that is held up may come to its creates when another one has named the keys.
  return extra.chance(0.2) ? withLimit(delivering, extra) : delivering;
}

/** No run has the time for more calls than a window lets through; the first one asks for several keys in vain. */
const MOST_ONE_BY_ONE = 18;

function obtainable(declared: readonly DesiredKey[], { shows }: Delivers): readonly DesiredKey[] {
  if (shows !== "one by one") return declared;
  const delivered = declared.filter(({ deliver }) => deliver !== undefined);
  const beyond = new Set(delivered.slice(MOST_ONE_BY_ONE));
  return declared.map((key) => {
    const { deliver, ...rest } = key;
    return deliver === undefined || !beyond.has(key) ? key : rest;
  });
}

interface Port {
  readonly clock: Clock;
  readonly run: number;
  readonly isCalm: boolean;
  readonly delivers: Delivers;
  readonly choices: Choices;
  readonly timeoutMs: number;
  readonly taken: Taken[];
  /** The highest id that was given out. */
  readonly lastId: () => number;
}

/** Places as programs are: slow, hanging, failing before they took a key, or after. */
export function deliveryOf(port: Port): Delivery {
  const { clock, choices, taken, run, isCalm, timeoutMs, delivers } = port;
  return {
    deliver: (sink, key, signal) =>
      new Promise<Result<undefined, string>>((resolve) => {
        const ids = Array.from({ length: port.lastId() }, (_, at) => at + 1);
        const id = ids.find((one) => key.reveal() === `sk-${valueOf(one)}`);
        if (id === undefined) throw new Error("a value that is no key's");
        const fails = !isCalm && choices.chance(delivers.failing);
        const takes = !fails || choices.chance(0.5);
        const hangs = fails && choices.chance(0.2);
        const end = (result: Result<undefined, string>): void => {
          cancel();
          signal.removeEventListener("abort", onAbort);
          resolve(result);
        };
        const onAbort = (): void => end(err("ended by a signal"));
        const ms = hangs ? timeoutMs : choices.pick([5, 50, 400]) * (0.1 + choices.next());
        const cancel = clock.timer(ms, () => {
          if (takes) taken.push({ at: clock.now(), run, place: destinationOf(sink), id });
          end(fails ? err("exit code 1") : ok(undefined));
        });
        signal.addEventListener("abort", onAbort, { once: true });
        if (signal.aborted) onAbort();
      }),
  };
}
