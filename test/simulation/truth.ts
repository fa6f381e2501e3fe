import type { Stored } from "./record.ts";

/** Who changed a record. */
export type Actor =
  | { readonly kind: "run"; readonly run: number; readonly request: number }
  | { readonly kind: "person" }
  | { readonly kind: "use" };

/** One change of the stored records. Without `before` the record appeared, without `after` it went. */
export interface Step {
  readonly at: number;
  readonly id: number;
  readonly before?: Stored;
  readonly after?: Stored;
  readonly by: Actor;
}

/** What is stored, and everything that ever happened to it. The judge rests on this alone. */
export interface Truth {
  readonly live: ReadonlyMap<number, Stored>;
  readonly steps: readonly Step[];
  /** What was stored at a moment of the past: what a replica shows that lags behind. */
  readonly liveAt: (time: number) => ReadonlyMap<number, Stored>;
  /** An id of its own for a record that is not there yet. */
  readonly nextId: () => number;
  readonly appear: (record: Stored, by: Actor, at: number) => void;
  readonly change: (id: number, fields: Partial<Stored>, by: Actor, at: number) => void;
  readonly vanish: (id: number, by: Actor, at: number) => void;
}

export function createTruth(seeded: readonly Stored[]): Truth {
  const live = new Map(seeded.map((record) => [record.id, record]));
  const steps: Step[] = [];
  let lastId = Math.max(0, ...live.keys());
  return {
    live,
    steps,
    liveAt: (time) => rewound(live, steps, time),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    appear: (record, by, at) => {
      live.set(record.id, record);
      steps.push({ at, id: record.id, after: record, by });
    },
    change: (id, fields, by, at) => {
      const before = live.get(id);
      if (before === undefined) throw new Error(`no record ${id}`);
      const after = { ...before, ...fields };
      live.set(id, after);
      steps.push({ at, id, before, after, by });
    },
    vanish: (id, by, at) => {
      const before = live.get(id);
      if (before === undefined) throw new Error(`no record ${id}`);
      live.delete(id);
      steps.push({ at, id, before, by });
    },
  };
}

function rewound(
  live: ReadonlyMap<number, Stored>,
  steps: readonly Step[],
  time: number,
): ReadonlyMap<number, Stored> {
  if ((steps.at(-1)?.at ?? 0) <= time) return live;
  const past = new Map(live);
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const step = steps[index];
    if (step === undefined || step.at <= time) break;
    if (step.before === undefined) past.delete(step.id);
    else past.set(step.id, step.before);
  }
  return past;
}
