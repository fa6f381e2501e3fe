import type { DesiredKey } from "../../src/model/key.ts";
import type { PruneOptions } from "../../src/plan/prune.ts";
import type { Choices } from "./random.ts";
import { liveRecord } from "./random-fields.ts";
import type { Stored } from "./record.ts";
import type { Schedule } from "./schedule.ts";

/** The scope of the file; every declared name lies in it. */
export const SCOPE = "key-*";

/**
 * Gives some schedules what happens to keys later in their lives: some are to be renamed, and in some
 * the file answers for all names of its scope. In some of these the account has no room left, so that
 * only the deletes make some.
 */
export function withLives(schedule: Schedule, extra: Choices): Schedule {
  if (!extra.chance(0.2)) return schedule;
  const renamed = extra.chance(0.7) ? withRenames(schedule, extra) : schedule;
  const pruned = extra.chance(0.6) ? withPrune(renamed, extra) : renamed;
  const keyLimit = extra.chance(0.2)
    ? pruned.seeded.length + extra.whole(0, 1)
    : Math.max(schedule.traits.keyLimit, pruned.seeded.length + 1);
  return { ...pruned, traits: { ...pruned.traits, keyLimit } };
}

function withRenames(schedule: Schedule, extra: Choices): Schedule {
  let seeded = schedule.seeded;
  const rename = (key: DesiredKey, index: number): DesiredKey => {
    const records = seeded.filter(({ name }) => name === key.name);
    if (key.state === "absent" || records.length > 1 || !extra.chance(0.5)) return key;
    const renamedFrom = `key-old-${index}`;
    const [record] = records;
    // Mostly only the old name is live; sometimes both are, or neither is.
    if (record !== undefined) {
      const old = { ...record, name: renamedFrom };
      seeded = extra.chance(0.15)
        ? [...seeded, { ...old, id: seeded.length + 1 }]
        : seeded.map((one) => (one === record ? old : one));
    }
    return { ...key, renamedFrom };
  };
  const declared = schedule.declared.map(rename);
  return { ...schedule, declared, seeded };
}

function withPrune(schedule: Schedule, extra: Choices): Schedule {
  const { seeded, traits } = schedule;
  const undeclared = Array.from({ length: extra.whole(1, 4) }, (_, index): Stored => {
    const id = seeded.length + index + 1;
    const record = { ...liveRecord(`key-gone-${index}`, {}, traits.owner, extra), id };
    // Half of them were never used, and the others lately or long ago.
    if (!extra.chance(0.3) || record.used_quota === 0) return record;
    const DAYS = 86_400;
    const created_time = record.created_time - 20 * DAYS;
    return { ...record, created_time, accessed_time: created_time + DAYS };
  });
  const prune: PruneOptions = {
    by: extra.chance(0.7) ? "delete" : "disable",
    most: extra.pick([1, 3, 3, 3]),
    used: extra.chance(0.15),
    protect: extra.chance(0.2) ? ["*-0"] : [],
  };
  return { ...schedule, seeded: [...seeded, ...undeclared], prune };
}
