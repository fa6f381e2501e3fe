import { groupByName, stagedName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change } from "../model/plan.ts";
import type { ApplyContext } from "./context.ts";
import { isRefused } from "./create-again.ts";
import { isRename } from "./rename-key.ts";
import { duplicatesMessage, failed, idsOf, unknown } from "./outcomes.ts";

/** A change and how it ended. */
interface EndedChange {
  readonly change: Change;
  readonly outcome: Outcome;
}

/** What the lists of a run have shown. */
interface Shown {
  /** The records that the plan's list did not have, by the newest list. */
  readonly seen: readonly LiveKey[];
  /** Records of relists that were overtaken by a look. */
  readonly late: readonly LiveKey[];
}

/**
 * A list read for later creates or for the deletes may show a second key of a name whose create or rename
 * had ended well: one that landed late, or another run's. Then the report says so, for `done` means that
 * the name is live once, under the id that is told.
 */
export async function tellLateDuplicates(
  ended: readonly EndedChange[],
  { seen, late }: Shown,
  context: ApplyContext,
): Promise<readonly Outcome[]> {
  const known = new Set(seen.map(({ id }) => id));
  const ids = new Map(ended.filter(isNamed).map(({ outcome: { name, id } }) => [name, id]));
  const strange = late.filter(
    ({ id, name }) => ids.has(name) && ids.get(name) !== id && !known.has(id),
  );
  const shown = groupByName(seen);
  // Pages can move between two reads, so that a key is on neither: of the one made here, only a read tells.
  const hidden = ended
    .filter((one) => one.change.action === "create" && isNamed(one))
    .flatMap(({ outcome: { name, id } }) =>
      id === undefined || known.has(id) || !shown.has(name) ? [] : [{ name, id }],
    );
  const [others, own] = await Promise.all([
    stillLive(strange, context),
    stillLive(hidden, context),
  ]);
  const named = groupByName([...seen, ...others, ...own]);
  const gone = new Set(hidden.map(({ id }) => id));
  for (const { id } of own) gone.delete(id);
  return ended.map((one) => {
    const { change, outcome } = one;
    if (outcome.id !== undefined && gone.has(outcome.id)) {
      const [other] = named.get(outcome.name) ?? [];
      return unknown(change, goneMessage(outcome.id, other?.id), outcome.id);
    }
    return contradicted(one, named) ?? overtaken(one, named) ?? outcome;
  });
}

function goneMessage(id: number, other: number | undefined): string {
  return `key ${id} was created, but the last list shows key ${other} under its name instead; plan again`;
}

/**
 * A create that was refused before the deletes, or of which no list told, or whose key is not as declared or not
 * delivered; a list read since may show other keys of its name. Of two keys on their way, only their create's own
 * look has been told. Other numbers in a message are no ids.
 */
function overtaken(
  { change, outcome }: EndedChange,
  named: ReadonlyMap<string, readonly LiveKey[]>,
): Outcome | undefined {
  const { id, error, status } = outcome;
  const isDelivered = change.action === "create" && change.desired.deliver !== undefined;
  const isLeft = change.action === "create" && status === "failed" && id !== undefined;
  const isOpen = change.action === "create" && status === "unknown" && id === undefined;
  if (error === undefined || (error.code === "duplicates" && !isDelivered)) return undefined;
  if (!isLeft && !isOpen && !isRefused(outcome)) return undefined;
  const told = toldIds(error.message);
  const keys = (named.get(outcome.name) ?? []).filter((key) => key.id !== id && !told.has(key.id));
  const [key] = keys;
  if (key === undefined) return undefined;
  const ids = idsOf(keys);
  const next = isLeft || isOpen || keys.length > 1 ? "plan again" : "apply again";
  const shown =
    keys.length === 1
      ? `key ${ids} has this name by now: ${next}`
      : `${keys.length} keys have this name by now (ids ${ids}): ${next}`;
  const message = `${error.message}; but ${shown}`;
  if (isOpen) return unknown(outcome, message, key.id);
  return failed(outcome, error.code, message, id ?? key.id);
}

/** `(ids 4, 7)`, `(ids 4, 7 and 30 more)`, `key 9`. */
function toldIds(message: string): ReadonlySet<number> {
  const told = message.matchAll(/\(ids ([^)]*?)(?: and \d+ more)?\)|\bkey (\d+)\b/g);
  return new Set(
    Array.from(told).flatMap(([, several = "", one = ""]) =>
      Array.from(`${several} ${one}`.matchAll(/\d+/g), ([id]) => Number(id)),
    ),
  );
}

/** A key of this run has got its name. */
function isNamed({ change, outcome }: EndedChange): boolean {
  return outcome.status === "done" && (change.action === "create" || isRename(change));
}

async function stillLive(
  keys: readonly Pick<LiveKey, "id" | "name">[],
  { api, stop }: ApplyContext,
): Promise<readonly LiveKey[]> {
  if (stop.reason() !== undefined) return [];
  const read = await Promise.all(keys.map(({ id }) => api.get(id)));
  return read.flatMap((got, index) => {
    const key = got.ok ? got.value : undefined;
    return key !== undefined && key.name === keys[index]?.name ? [key] : [];
  });
}

function contradicted(
  one: EndedChange,
  named: ReadonlyMap<string, readonly LiveKey[]>,
): Outcome | undefined {
  const { change, outcome } = one;
  // What is left under the staged name of a key that has its own is a second key of it.
  const isDelivered = change.action === "create" && change.desired.deliver !== undefined;
  const staged = isDelivered ? (named.get(stagedName(outcome.name)) ?? []) : [];
  const shown = [...(named.get(outcome.name) ?? []), ...staged];
  // A key that was renamed keeps its id, and the newest pages need not show it.
  const own = isRename(change) ? [{ id: change.id }] : [];
  const others = shown.filter(({ id }) => !own.some((key) => key.id === id));
  const keys = [...own, ...others];
  if (!isNamed(one) || keys.length < 2) return undefined;
  return failed(outcome, "duplicates", duplicatesMessage(keys), outcome.id);
}
