import type { DesiredFields } from "../model/fields.ts";
import { isUnused, stagedName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange } from "../model/plan.ts";
import { compareFields } from "../plan/compare.ts";
import { differing, duplicatesMessage, failed, quoted, unknown } from "./outcomes.ts";
import {
  isDuplicateOf,
  MOST_REMOVED,
  survivingRecord,
  type CreateRules,
} from "./surviving-record.ts";

/** A key that is to be delivered. */
export interface DeliveryJob {
  /** The create as it was planned, under the key's own name. */
  readonly change: CreateChange;
  /** How its create ended; absent where a run before has left the key. */
  readonly created?: Outcome | undefined;
}

/** What a whole list shows of a job, a settle time after the creating. */
export type DeliveryMove =
  | { readonly kind: "end"; readonly outcome: Outcome }
  /**
   * Another run has delivered a key and given it its name, as far as can be told; `isSeen` where a list has
   * shown that key on its way. Without that, a person may have made it by hand.
   */
  | {
      readonly kind: "named";
      readonly key: LiveKey;
      readonly duplicates: readonly LiveKey[];
      readonly isSeen: boolean;
    }
  /** Where it is not as declared, nobody uses it yet. */
  | { readonly kind: "deliver"; readonly key: LiveKey; readonly duplicates: readonly LiveKey[] };

/** What a list that held still shows, and what others have shown before it. */
export interface Seen {
  /** Those of the account, by name. */
  readonly named: ReadonlyMap<string, readonly LiveKey[]>;
  /** Whether a list of this run has shown the key under a name. */
  readonly hadName: (id: number, name: string) => boolean;
}

/** Whether the create has come to nothing, and no list can show more than it told. */
export function isWithoutKey({ status, error, id }: Outcome): boolean {
  const isOver = status === "failed" || status === "not_attempted";
  return isOver && id === undefined && error?.code !== "moved";
}

/**
 * Decides what a list means for a key on its way; pure. What was not delivered is not listed under its own
 * name, so a key of that name is another run's work.
 */
export function decideDelivery(job: DeliveryJob, seen: Seen, rules: CreateRules): DeliveryMove {
  const { change, created } = job;
  const { name, desired } = change;
  if (desired.deliver === undefined) return handOut(job, seen);
  const named = seen.named.get(name) ?? [];
  const staged = seen.named.get(stagedName(name)) ?? [];
  const [own, ...more] = named;
  if (more.length > 0) return end(failed(change, "duplicates", duplicatesMessage(named), own?.id));
  if (own !== undefined) return besideNamed(job, own, staged, seen, rules);
  const survivor = survivingRecord(staged, desired.fields, rules);
  if (survivor === undefined) return end(withoutKey(job));
  const { keep: key, remove, disputed } = survivor;
  if (disputed.length > 0) {
    const message = duplicatesMessage(staged, `the name ${quoted(stagedName(name))}`);
    return end(failed(change, "duplicates", message, key.id));
  }
  // What its create ended with is said, unless that was only that nobody saw the key, or saw two.
  const isOpen = created?.status === "unknown" && created.id !== undefined;
  const isFailed = created?.status === "failed" && created.error?.code !== "duplicates";
  if (created !== undefined && (isFailed || isOpen)) return end(created);
  const inUse = usedOtherwise(change, key, rules);
  if (inUse !== undefined) return end(inUse);
  return { kind: "deliver", key, duplicates: remove };
}

/** Another run, or a person, has given the name to a key. */
function besideNamed(
  { change, created }: DeliveryJob,
  own: LiveKey,
  staged: readonly LiveKey[],
  { hadName }: Seen,
  rules: CreateRules,
): DeliveryMove {
  const { name, desired, resumes } = change;
  const isDuplicate = isDuplicateOf(own, desired.fields, rules);
  if (staged.length > MOST_REMOVED || !staged.every(isDuplicate)) {
    const left = quoted(stagedName(name));
    const message = `${duplicatesMessage([own, ...staged])}; ${left} was not delivered`;
    return end(failed(change, "duplicates", message, own.id));
  }
  const inUse = usedOtherwise(change, own, rules);
  if (inUse !== undefined) return end(inUse);
  const isSeen =
    resumes?.id === own.id || created?.id === own.id || hadName(own.id, stagedName(name));
  // Never seen on its way, it may be ours all the same, under a name that the server has cut.
  const isOther = staged.length > 0 || created?.error?.code === "moved";
  if (isSeen || isOther) return { kind: "named", key: own, duplicates: staged, isSeen };
  const message = `key ${own.id} has this name, but it is not known whether it was delivered; run deliver ${quoted(name)} to be sure`;
  return end(unknown(change, message, own.id));
}

/** What a key has to be before it is delivered: one that was created expired would never work. */
export function wantedFields({ desired }: CreateChange, key: LiveKey): DesiredFields {
  return key.expired_time === 0 ? { expired_time: -1, ...desired.fields } : desired.fields;
}

function usedOtherwise(
  change: CreateChange,
  key: LiveKey,
  rules: CreateRules,
): Outcome | undefined {
  const open = compareFields(wantedFields(change, key), key, rules.now);
  if (open.length === 0 || isUnused(key)) return undefined;
  const message = `key ${key.id} (${quoted(key.name)}) is in use, but ${differing(open)}; declare it as it is, or delete it`;
  return failed(change, "key-in-use", message, key.id);
}

/** A key that has its name already, whose value only the one who runs this is to get. */
function handOut(job: DeliveryJob, { named }: Seen): DeliveryMove {
  const { change, created } = job;
  const key = named.get(change.name)?.find(({ id }) => id === created?.id);
  if (created?.status !== "done" || key === undefined) return end(withoutKey(job));
  return { kind: "deliver", key, duplicates: [] };
}

function end(outcome: Outcome): DeliveryMove {
  return { kind: "end", outcome };
}

/** No list shows it under any of its names. */
function withoutKey({ change, created }: DeliveryJob): Outcome {
  if (created !== undefined && created.status !== "done") return created;
  const id = created?.id ?? change.resumes?.id;
  const message = `key ${id} was deleted or renamed before it was delivered; apply again`;
  return failed(change, "moved", message, id);
}
