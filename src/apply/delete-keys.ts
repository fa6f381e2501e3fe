import type { KeyList } from "../api/list.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { DeleteChange } from "../model/plan.ts";
import { sleep } from "../model/ports.ts";
import { grantOf } from "../model/quota.ts";
import { hasSameSettings } from "../plan/compare.ts";
import { newlyUsed } from "../plan/dangers.ts";
import type { ApplyContext, Ended } from "./context.ts";
import { latestList } from "./find-created.ts";
import { done, failed, notAttempted, unknown } from "./outcomes.ts";
import { isUnclear, removeKey, type Removal } from "./remove-key.ts";

/** A key that is still listed after its delete is looked for this long after, ms. */
const LOOK_WAITS_MS = [1_000, 2_000, 4_000];

/** How often a delete with an unclear answer is sent again; each follows such a wait. */
const REPEATS = 2;

/**
 * Deletes the keys declared absent. Each delete follows a read of its key and may be repeated,
 * because an id is never given out twice; the list says at the end which keys are gone. A list can
 * be behind, so a key it still shows is looked for again before anything is concluded. So is every key
 * where the list moved under each try to read it.
 */
export async function deleteKeys(
  changes: readonly DeleteChange[],
  context: ApplyContext,
): Promise<readonly Ended[]> {
  if (changes.length === 0) return [];
  const removals = new Map<DeleteChange, Removal>();
  const removalOf = (change: DeleteChange): Removal => {
    const removal = removals.get(change);
    if (removal === undefined) throw new Error(`no attempt for ${change.name}`);
    return removal;
  };
  let answeredAt = -Infinity;
  const remove = async (wanted: readonly DeleteChange[]): Promise<void> => {
    if (wanted.length === 0) return;
    await Promise.all(
      wanted.map(async (change) => {
        const before = removals.get(change);
        const removal = await removeKey(change.live, context, (key) =>
          isAsPlanned(key, change, context.now()),
        );
        // A delete whose fate is open stays so, whatever kept a second one from being sent.
        const tells = before === undefined || isAccepted(removal);
        removals.set(change, tells ? removal : before);
      }),
    );
    answeredAt = context.clock.now();
  };

  // An id is never given out twice, so a key once absent stays gone whatever a later look fails on.
  const gone = new Set<number>();
  // The deletes themselves move a list that is behind, each at its time.
  let moved = false;
  const look = async (): Promise<Ids> => {
    const list = await listed(context);
    moved = list?.confirmed === false;
    const ids = moved ? undefined : list && new Set(list.keys.map(({ id }) => id));
    for (const { id } of ids === undefined ? [] : changes) {
      if (!ids?.has(id)) gone.add(id);
    }
    return ids;
  };

  await remove(changes);
  let ids = await look();
  for (const [round, ms] of LOOK_WAITS_MS.entries()) {
    const shown = changes.filter(({ id }) => (moved ? !gone.has(id) : ids?.has(id)));
    const open = shown.filter((change) => mayBeGone(removalOf(change)));
    const unclear = open.filter((change) => isUnclear(removalOf(change)));
    if (open.length === 0) break;
    context.emit({ type: "wait", what: "for deleted keys to leave the list", ms });
    if ((await sleep(context.clock, ms, context.stop.writes)) === "aborted") break;
    if (round < REPEATS && !moved) await remove(unclear);
    ids = await look();
  }
  const listedStill = (): readonly DeleteChange[] =>
    context.stop.reason() !== undefined
      ? []
      : changes.filter((change) => isAnswered(removalOf(change)) && ids?.has(change.id));
  // A replica may lag by half the settle time, also one that reads of a single key are served by.
  const ms = answeredAt + context.settleMs - context.clock.now();
  if (listedStill().length > 0 && ms > 0) {
    context.emit({ type: "wait", what: "for deleted keys to leave the list", ms });
    if ((await sleep(context.clock, ms, context.stop.writes)) === "elapsed") ids = await look();
  }
  // A list may be further behind than all that; then a read of the key itself may tell.
  const behind = new Map<number, string>();
  for (const { id } of listedStill()) {
    const got = await context.api.get(id);
    if (!got.ok) behind.set(id, `${UNREAD}: ${got.error.message}`);
    else if (got.value === undefined) behind.set(id, LIST_BEHIND);
  }
  // Those reads can have taken longer than the list was behind.
  if (behind.size > 0) await look();
  return changes.map((change): Ended => {
    const removal = removalOf(change);
    if (gone.has(change.id)) return done(change, change.id);
    if (context.stop.reason() === undefined) {
      const message = behind.get(change.id);
      if (message !== undefined) return unknown(change, message, change.id);
      return deleteOutcome(change, removal, ids?.has(change.id));
    }
    return {
      resolve: (last) => {
        const isListed = last?.keys.has(change.id);
        // One list alone may be behind.
        if (isListed && isAnswered(removal)) return unknown(change, CUT_SHORT, change.id);
        return deleteOutcome(change, removal, isListed || last?.proven ? isListed : undefined);
      },
    };
  });
}

/** The ids of the keys that a list showed; undefined where there is none to go by. */
type Ids = ReadonlySet<number> | undefined;

const LIST_BEHIND = "the server shows the key no longer, but the list still has it; run plan again";
const UNREAD = "the list still has the key, and it could not be read by itself";
const CUT_SHORT =
  "the list still has the key, but the run was stopped before it could be looked for again";

async function listed(context: ApplyContext): Promise<KeyList | undefined> {
  // A run that is being stopped takes its one look later, for all keys together.
  if (context.stop.reason() !== undefined) return undefined;
  return latestList(context.api);
}

/**
 * The delete may have been carried out, so a list that shows the key may be behind. A server may
 * report a refusal and have deleted the key all the same.
 */
function mayBeGone(removal: Removal): boolean {
  return removal.kind === "gone" || isAnswered(removal) || isUnclear(removal);
}

function isAnswered(removal: Removal): boolean {
  return isAccepted(removal) || (removal.kind === "sent" && removal.answer.kind === "refused");
}

function isAccepted(removal: Removal): boolean {
  return removal.kind === "sent" && removal.answer.kind === "accepted";
}

/** The list decides; the answer only explains. */
function deleteOutcome(
  change: DeleteChange,
  removal: Removal,
  there: boolean | undefined,
): Outcome {
  const { id } = change;
  if (removal.kind === "moved") return failed(change, "moved", removal.why, id);
  if (there === false) return done(change, id);
  switch (removal.kind) {
    case "unreadable":
      return notAttempted(change, removal.error.code, removal.error.message, id);
    case "gone":
      if (there === true) return unknown(change, LIST_BEHIND, id);
      return unknown(change, "the server shows it no longer, but the list could not tell", id);
    case "sent":
      return sentOutcome(change, removal.answer, there);
  }
}

function sentOutcome(
  change: DeleteChange,
  answer: Extract<Removal, { kind: "sent" }>["answer"],
  there: boolean | undefined,
): Outcome {
  const { id } = change;
  switch (answer.kind) {
    case "not-carried-out":
      return notAttempted(change, answer.code, answer.reason, id);
    case "unauthorized":
      return failed(change, "credentials-refused", "the server refused the access token", id);
    case "refused":
      if (there === undefined)
        return unknown(change, `refused (${answer.message}), and the list could not tell`, id);
      return failed(change, "change-failed", `the server refused: ${answer.message}`, id);
    case "accepted":
      if (there === undefined) return unknown(change, "accepted, but the list could not tell", id);
      return failed(
        change,
        "change-failed",
        "the server accepted the delete, but the key is still there",
        id,
      );
    case "unknown":
    case "paused": {
      const seen =
        there === undefined ? "the list could not tell" : "the key is still there so far";
      return unknown(change, `no clear answer, and ${seen}`, id);
    }
  }
}

/**
 * Whether the key is still what was reviewed: the same settings, and not in use where the review
 * could not know of any.
 */
function isAsPlanned(key: LiveKey, { live: planned, pruned }: DeleteChange, now: number): boolean {
  // Use moves both counters, and one may lag behind the other; only a person raises the grant. Where a
  // file asks for the delete by the key's name, that changes nothing.
  const spent = Math.max(0, key.used_quota - planned.used_quota);
  const isToppedUp = pruned === true && grantOf(key) - grantOf(planned) > spent;
  return !isToppedUp && !newlyUsed(key, planned, now) && hasSameSettings(key, planned);
}
