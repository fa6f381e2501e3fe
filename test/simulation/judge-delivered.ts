import { stagedName, type DesiredKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { destinationOf } from "../../src/model/sink.ts";
import type { Evidence, Violation } from "./evidence.ts";
import type { Stored } from "./record.ts";

/** (g) A key is where it is to be before it has its name, and what is told of it is so. */
export function judgeDelivered(evidence: Evidence): readonly Violation[] {
  return evidence.history.schedule.declared.flatMap((key) => {
    if (key.deliver === undefined) return [];
    const places = key.deliver.map(({ sink }) => destinationOf(sink));
    return [
      ...judgeNaming(key, places, evidence),
      ...judgeTold(key, places, evidence),
      ...judgePlaces(key, places, evidence),
    ];
  });
}

function broken(rule: string, detail: string): Violation {
  return { invariant: "g", rule, detail };
}

/** The places that have taken a key by some time. */
function placesOf(id: number, until: number, { history }: Evidence): ReadonlySet<string> {
  const taken = history.taken.filter((one) => one.id === id && one.at <= until);
  return new Set(taken.map(({ place }) => place));
}

/** It gets its name only once all of its places have taken it. */
function judgeNaming(
  { name }: DesiredKey,
  places: readonly string[],
  evidence: Evidence,
): readonly Violation[] {
  const { truth, exchanges } = evidence.history;
  return truth.steps.flatMap(({ by, id, before, after }) => {
    if (by.kind !== "run" || after?.name !== name || before?.name !== stagedName(name)) return [];
    const sentAt = exchanges[by.request]?.sentAt ?? 0;
    const taken = placesOf(id, sentAt, evidence);
    const open = places.filter((place) => !taken.has(place));
    if (open.length === 0) return [];
    return [
      broken("named only once delivered", `request ${by.request}, key ${id}: ${open.join()}`),
    ];
  });
}

/** A create that is done is at all of its places. */
function judgeTold(
  { name }: DesiredKey,
  places: readonly string[],
  evidence: Evidence,
): readonly Violation[] {
  return evidence.history.runs.flatMap((run) =>
    (run.outcomes ?? []).flatMap(({ action, name: told, status, id = 0 }) => {
      if (told !== name || action !== "create" || status !== "done") return [];
      // A person may have given the name to another key.
      if (evidence.personTouched(name)) return [];
      const taken = placesOf(id, run.toldAt.get(name) ?? Infinity, evidence);
      const open = places.filter((place) => !taken.has(place));
      if (open.length === 0) return [];
      return [broken("done is delivered", `run ${run.run}, ${name}, key ${id}: ${open.join()}`)];
    }),
  );
}

/** What a place holds in the end is the key that has the name, where that key was made here. */
function judgePlaces(
  { name }: DesiredKey,
  places: readonly string[],
  evidence: Evidence,
): readonly Violation[] {
  const { atEnd, schedule, taken } = evidence.history;
  const [live, ...more] = atEnd.filter((record) => record.name === name);
  // What was there before, under this name or another one, is not delivered when it is changed.
  const isSeeded = schedule.seeded.some(
    ({ id, name: first }) => id === live?.id && first !== stagedName(name),
  );
  if (live === undefined || more.length > 0 || isSeeded) return [];
  if (evidence.personTouched(name)) return [];
  return places.flatMap((place) => {
    const last = taken.findLast((one) => one.place === place);
    if (last?.id === live.id) return [];
    if (landedTooLate(live.id, evidence) && isTold(live, last?.id, evidence)) return [];
    return [broken("a place holds the live key", `${place}: ${last?.id} instead of ${live.id}`)];
  });
}

/** Nobody waits longer than the settle time for a create to land: another key was taken for the only one. */
function landedTooLate(key: number, { history }: Evidence): boolean {
  const made = history.truth.steps.find(({ id, before }) => id === key && before === undefined);
  if (made?.by.kind !== "run") return false;
  const sawAt = history.exchanges[made.by.request]?.sawAt;
  return sawAt !== undefined && made.at > sawAt + history.schedule.settleMs;
}

/** The run that delivered the other key said that this one has the name, beside that key or in place of it. */
function isTold(live: Stored, delivered: number | undefined, { history }: Evidence): boolean {
  return history.runs.some(({ outcomes = [] }) =>
    outcomes.some(
      ({ action, name: told, status, id, error }) =>
        action === "create" &&
        told === live.name &&
        id === delivered &&
        status === "failed" &&
        (error?.code === "duplicates" || saysTaken(live.id, error)),
    ),
  );
}

function saysTaken(id: number, error: Outcome["error"]): boolean {
  return error?.code === "moved" && error.message.endsWith(`key ${id} has this name now`);
}
