import { isUnused, stagedName, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange } from "../model/plan.ts";
import { compareFields } from "../plan/compare.ts";
import { differing, duplicatesMessage, failed, quoted, unknown } from "./outcomes.ts";
import { isDuplicateOf, type CreateRules } from "./surviving-record.ts";

/** A key that is to be delivered. */
export interface DeliveryJob {
  /** The create as it was planned, under the key's own name. */
  readonly change: CreateChange;
  /** How its create ended; absent where a run before has left the key. */
  readonly created?: Outcome | undefined;
}

/** What a whole list shows of a job, a settle time after the last create was answered. */
export type DeliveryMove =
  | { readonly kind: "end"; readonly outcome: Outcome }
  /** Another run has delivered the key that both have made, and given it its name. */
  | { readonly kind: "finished"; readonly key: LiveKey }
  /** The same, with duplicates of it beside it that were left on their way. */
  | { readonly kind: "remove"; readonly key: LiveKey; readonly duplicates: readonly LiveKey[] }
  /** Nobody uses it yet, and it is not as declared. */
  | { readonly kind: "update"; readonly key: LiveKey }
  | { readonly kind: "deliver"; readonly key: LiveKey };

/** Whether the create has come to nothing, and no list can show more than it told. */
export function isWithoutKey({ status, error, id }: Outcome): boolean {
  const isOver = status === "failed" || status === "not_attempted";
  return isOver && id === undefined && error?.code !== "moved";
}

/**
 * Decides what a list that held still means for a key on its way; pure. The list does not show under its
 * own name what was not delivered, so a key of that name is another run's work.
 *
 * @param keys Those of the account.
 */
export function decideDelivery(
  { change, created }: DeliveryJob,
  keys: readonly LiveKey[],
  rules: CreateRules,
): DeliveryMove {
  const { name, desired, resumes } = change;
  if (desired.deliver === undefined) return handOut(change, created, keys);
  const named = keys.filter((key) => key.name === name);
  const staged = keys.filter((key) => key.name === stagedName(name));
  const [own, ...more] = named;
  if (more.length > 0) return end(failed(change, "duplicates", duplicatesMessage(named), own?.id));
  if (own !== undefined) {
    const isDuplicate = isDuplicateOf(own, desired.fields, rules);
    if (!staged.every(isDuplicate)) {
      const message = `${duplicatesMessage([own, ...staged])}; ${quoted(stagedName(name))} was not delivered`;
      return end(failed(change, "duplicates", message, own.id));
    }
    if (staged.length > 0) return { kind: "remove", key: own, duplicates: staged };
    // Never listed under the name it was created with, it may stand here under one the server cut.
    const isSure =
      resumes !== undefined || created?.id === own.id || created?.error?.code === "moved";
    return isSure ? { kind: "finished", key: own } : end(unknown(change, unsure(own), own.id));
  }
  const [key, ...others] = staged;
  if (key === undefined)
    return end(created?.status === "done" ? vanished(change, created) : gone(change, created));
  if (others.length > 0)
    return end(failed(change, "duplicates", duplicatesMessage(staged), key.id));
  // What its create ended with is said, unless that was only that nobody saw the key.
  const isOpen = created?.status === "unknown" && created.id !== undefined;
  if (created !== undefined && (created.status === "failed" || isOpen)) return end(created);
  const open = compareFields(desired.fields, key, rules.now);
  if (open.length === 0) return { kind: "deliver", key };
  if (isUnused(key)) return { kind: "update", key };
  const message = `key ${key.id}, which was not delivered yet, is in use, but ${differing(open)}`;
  return end(failed(change, "key-in-use", message, key.id));
}

/** A key that has its name already, whose value only the one who runs this is to get. */
function handOut(
  change: CreateChange,
  created: Outcome | undefined,
  keys: readonly LiveKey[],
): DeliveryMove {
  const key = keys.find(({ id, name }) => id === created?.id && name === change.name);
  if (created?.status !== "done" || key === undefined) return end(created ?? gone(change, created));
  return { kind: "deliver", key };
}

function end(outcome: Outcome): DeliveryMove {
  return { kind: "end", outcome };
}

function unsure({ id }: LiveKey): string {
  return `key ${id} has this name, but it is not known whether it was delivered; run deliver NAME to be sure`;
}

function vanished(change: CreateChange, { id }: Outcome): Outcome {
  const message = `key ${id} was deleted or renamed before it was delivered; apply again`;
  return failed(change, "moved", message, id);
}

function gone(change: CreateChange, created: Outcome | undefined): Outcome {
  if (created !== undefined) return created;
  const message = `key ${change.resumes?.id} was deleted or renamed since the plan was made; apply again`;
  return failed(change, "moved", message, change.resumes?.id);
}
