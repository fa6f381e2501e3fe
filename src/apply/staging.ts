import { stagedName } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, CreateChange, Plan } from "../model/plan.ts";
import { isPending, type ApplyContext, type Ended, type FinalList } from "./context.ts";
import { isRefused } from "./create-again.ts";
import type { DeliveryJob } from "./decide-delivery.ts";
import { notDelivered } from "./deliver-keys.ts";

/**
 * The creates of a plan, as they are posted and as they are delivered. A key that is to be delivered is
 * created as `NAME~new` and gets its name when all of its places have taken it, so the server itself
 * remembers what is still to be delivered.
 */
export interface Staging {
  /** Those to be posted, under the name they are posted with. */
  readonly posted: readonly CreateChange[];
  /** Whether the end of a posted create is not the end of what was planned. */
  readonly isOnItsWay: (posted: Change) => boolean;
  /** What is to be delivered by now. */
  readonly jobs: (mayStillBePosted: boolean) => readonly DeliveryJob[];
  /** How a create ended that came to no delivery, once the final list was read. */
  readonly outcomeOf: (planned: CreateChange, last: FinalList | undefined) => Ended | undefined;
}

/** @param ended How each posted create ended so far. */
export function createStaging(
  plan: Plan,
  ended: ReadonlyMap<Change, Ended>,
  context: ApplyContext,
): Staging {
  const handsOut = context.delivery?.keysOut !== undefined;
  const planned = plan.changes.filter((change) => change.action === "create");
  if (context.delivery === undefined && planned.some(({ desired }) => desired.deliver)) {
    throw new Error("a key is to be delivered, and nothing delivers");
  }
  const delivered = planned.filter(({ desired }) => handsOut || desired.deliver !== undefined);
  const postedFor = new Map(planned.map((change) => [change, asPosted(change)]));
  const onTheirWay = new Set<Change>(delivered.flatMap((change) => postedFor.get(change) ?? []));
  const taken = new Set<CreateChange>();
  const createdOf = (change: CreateChange): Ended | undefined => {
    const posted = postedFor.get(change);
    return posted && ended.get(posted);
  };
  return {
    posted: planned.flatMap((change) =>
      change.resumes === undefined ? (postedFor.get(change) ?? []) : [],
    ),
    isOnItsWay: (posted) => onTheirWay.has(posted),
    jobs: (mayStillBePosted) =>
      delivered.flatMap((change): readonly DeliveryJob[] => {
        const created = createdOf(change);
        const isOpen = created === undefined ? change.resumes === undefined : isPending(created);
        if (isOpen || taken.has(change)) return [];
        if (created !== undefined && mayStillBePosted && isRefused(created)) return [];
        taken.add(change);
        return [{ change, created: asOutcome(change, created) }];
      }),
    outcomeOf: (change, last) => {
      const created = createdOf(change);
      if (created === undefined || !isPending(created)) return created;
      const outcome = { ...created.resolve(last), name: change.name };
      const posted = postedFor.get(change);
      const isOver = outcome.status !== "done" || posted === undefined || !onTheirWay.has(posted);
      return isOver ? outcome : notDelivered(change, outcome, context);
    },
  };
}

function asPosted(change: CreateChange): CreateChange {
  const { name, desired } = change;
  return desired.deliver === undefined ? change : { ...change, name: stagedName(name) };
}

function asOutcome({ name }: CreateChange, created: Ended | undefined): Outcome | undefined {
  return created === undefined || isPending(created) ? undefined : { ...created, name };
}
