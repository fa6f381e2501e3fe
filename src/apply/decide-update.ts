import type { WriteAnswer } from "../api/api-result.ts";
import type { DesiredFields } from "../model/fields.ts";
import type { FullRecord, LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Change, FieldChange } from "../model/plan.ts";
import { grantOf } from "../model/quota.ts";
import { compareKey } from "../plan/compare.ts";
import { updateBody } from "../plan/record.ts";
import { becameAnother, cameIntoUse, movedSince } from "./moved-since.ts";
import { refundedQuota } from "./refunded-quota.ts";
import { differing, done, failed, unknown } from "./outcomes.ts";

export const TOKEN_REFUSED = "the server refused the access token";

/** How often a write with an unclear answer is sent; each follows a fresh read. */
const UNCLEAR_TRIES = 3;
/**
 * How often fields, or a status, are sent in all. A status that takes the fields back, and fields that take the
 * status back, would follow each other for ever.
 */
const SEND_TRIES = 3;
/** How often quota that was spent during a write is taken back. */
const TAKE_BACK_TRIES = 3;

export interface UpdateTask {
  /** The name is the one the key is to have. */
  readonly change: Pick<Change, "action" | "name">;
  /** Nobody asked for this key by its name: it is left alone where it came into use. */
  readonly pruned?: boolean | undefined;
  /** The record the change was planned from. */
  readonly live: LiveKey;
  readonly desired: DesiredFields;
  /** What was reviewed; anything beyond it is not written. */
  readonly planned: readonly FieldChange[];
}

/** A full PUT keeps the status as it is; the status follows in a request of its own. */
export interface Step {
  readonly kind: "replace" | "status";
  readonly body: FullRecord;
}

/** What this run did to the key so far. */
export interface UpdateMemory {
  /** The record before the first write. */
  readonly first: LiveKey;
  readonly last?: {
    readonly kind: Step["kind"];
    readonly answer: Extract<
      WriteAnswer,
      { kind: "accepted" | "refused" | "unauthorized" | "unknown" }
    >;
    /** The record it was computed from. */
    readonly before: LiveKey;
  };
  /** How often each was sent, but for quota taken back. */
  readonly sent: Readonly<Record<Step["kind"], number>>;
  readonly unclear: number;
  readonly takenBack: number;
  readonly waited: Readonly<Record<Doubt, boolean>>;
}

/**
 * What a settle time ends: an `unclear` write has landed by then or never will, and a read that does
 * not show an `accepted` one no longer comes from a replica that is behind.
 */
export type Doubt = "unclear" | "accepted";

export type Move =
  | { readonly kind: "end"; readonly outcome: Outcome }
  /** Wait for the settle time since the last such answer, then read again. */
  | { readonly kind: "settle"; readonly since: Doubt }
  | { readonly kind: "send"; readonly step: Step; readonly takesBack: boolean };

/** Whether an unclear write may land yet: no read came a settle time after its answer. */
export function isUnsettled({ unclear, waited }: UpdateMemory): boolean {
  return unclear > 0 && !waited.unclear;
}

/** Decides from a record just read what to do next for a key; pure. */
export function decideUpdate(
  task: UpdateTask,
  live: LiveKey,
  memory: UpdateMemory,
  now: number,
): Move {
  const { change, desired } = task;
  const { last } = memory;
  const changes = compareKey({ name: change.name, fields: desired }, live, now);
  const unsettled = isUnsettled(memory);
  const other = becameAnother(task, live, memory);
  // An unclear write may still land and carry the old name with it.
  if (other !== undefined && unsettled) return settle("unclear");
  const moved = other ?? (last === undefined ? movedSince(task, live, changes) : undefined);
  if (moved !== undefined) return end(failed(change, "moved", moved, live.id));

  // Neither a verdict nor a write may rest on a read that is behind the last write.
  const isFresh = last?.answer.kind !== "accepted" || memory.waited.accepted;
  if (!isFresh && mayBeBehind(live, changes, last)) return settle("accepted");
  const used = cameIntoUse(task, live, changes, now);
  // An unclear write may still switch the key off.
  if (used !== undefined && unsettled) return settle("unclear");
  if (used !== undefined) return end(failed(change, "moved", used, live.id));

  // What was refused gave nothing back, unless its fields are there all the same: a server may
  // report a failure and have stored the record.
  const isStored = changes.every(({ field }) => field === "status");
  const wasRefused = last?.answer.kind === "refused" || last?.answer.kind === "unauthorized";
  const wrote = last !== undefined && (!wasRefused || isStored);
  const excess = wrote ? refundedQuota(memory.first, live, desired) : undefined;
  const step = nextStep(live, changes, excess?.change);
  if (step === undefined) {
    return unsettled ? settle("unclear") : end(done(change, live.id, excess?.note));
  }
  const message = unsendable(live);
  if (message !== undefined) return end(failed(change, "change-failed", message, live.id));

  const takesBack = wrote && (excess?.change !== undefined || isExcess(changes, live, last.before));
  if (takesBack) {
    if (memory.takenBack < TAKE_BACK_TRIES) return { kind: "send", step, takesBack };
    if (unsettled) return settle("unclear");
    if (excess !== undefined && changes.length === 0) {
      return end(done(change, live.id, `${excess.note}; it kept being used while written`));
    }
    return end(failed(change, "quota-excess", excessMessage(changes), live.id));
  }
  const isSpent = memory.sent[step.kind] >= SEND_TRIES;
  if (last !== undefined && (last.kind === step.kind || isSpent)) {
    const open = differing(changes);
    switch (last.answer.kind) {
      case "accepted":
        return end(
          failed(
            change,
            "change-failed",
            `the server accepted the update, but ${open}; it may not support this, so declare what it keeps`,
            live.id,
          ),
        );
      case "refused": {
        if (unsettled) return settle("unclear");
        const refused = `the server refused: ${last.answer.message || "(no message)"}; ${open}`;
        return end(failed(change, "change-failed", refused, live.id));
      }
      // Nothing is sent after it; a gateway may have passed this one on all the same.
      case "unauthorized":
        if (unsettled) return settle("unclear");
        return end(failed(change, "credentials-refused", `${TOKEN_REFUSED}; ${open}`, live.id));
      case "unknown":
        if (memory.unclear < UNCLEAR_TRIES && !isSpent) break;
        if (unsettled) return settle("unclear");
        return end(
          unknown(change, `no clear answer (${last.answer.reason}) and so far ${open}`, live.id),
        );
    }
  }
  return { kind: "send", step, takesBack: false };
}

/** Why a record must not be sent: a PUT carries all of it, and would change what was rounded. */
function unsendable({ lossy }: LiveKey): string | undefined {
  if (lossy === undefined) return undefined;
  return `nothing was sent: the field ${JSON.stringify(lossy)} of the record holds a number too large to be sent back as it is`;
}

function end(outcome: Outcome): Move {
  return { kind: "end", outcome };
}

function settle(since: Doubt): Move {
  return { kind: "settle", since };
}

function nextStep(
  live: LiveKey,
  changes: readonly FieldChange[],
  excess: FieldChange | undefined,
): Step | undefined {
  const fields = changes.filter(({ field }) => field !== "status");
  const replace = excess === undefined ? fields : [...fields, excess];
  if (replace.length > 0) return { kind: "replace", body: updateBody(live, replace) };
  const status = changes.find(({ field }) => field === "status");
  if (status === undefined) return undefined;
  // A server that does not know `status_only` stores this body as the record, so it is whole.
  return { kind: "status", body: { ...updateBody(live, []), status: Number(status.after) } };
}

/**
 * Whether a read can be explained by a replica that has not got an accepted write yet: it shows
 * nothing of the write, or something is open that the write was to settle. Quota that was given back
 * shows that the write was stored; a status follows the fields in a request of its own.
 */
function mayBeBehind(
  live: LiveKey,
  changes: readonly FieldChange[],
  { kind, before }: NonNullable<UpdateMemory["last"]>,
): boolean {
  if (kind === "replace" && isAsBefore(live, before)) return true;
  const isRefund = isExcess(changes, live, before);
  return changes.some(({ field }) => (field === "status" ? kind === "status" : !isRefund));
}

/** The same record but for use, which moves units from one counter to the other. */
function isAsBefore(live: LiveKey, before: LiveKey): boolean {
  const replaced = (key: LiveKey): string =>
    JSON.stringify({ ...updateBody(key, []), status: 0, remain_quota: grantOf(key) });
  return replaced(live) === replaced(before);
}

/** Only the quota is off, by no more than was spent since the record was read for the write. */
function isExcess(changes: readonly FieldChange[], live: LiveKey, before: LiveKey): boolean {
  const fields = changes.filter(({ field }) => field !== "status");
  const [only] = fields;
  if (fields.length !== 1 || only?.field !== "remain_quota") return false;
  const excess = grantOf(live) - Number(only.after);
  return excess > 0 && excess <= live.used_quota - before.used_quota;
}

function excessMessage(changes: readonly FieldChange[]): string {
  return `the key kept being used while it was written: ${differing(changes)}; apply again`;
}
