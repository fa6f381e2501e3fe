import { readDelay } from "../api/backoff.ts";
import { stopCode, sleep } from "../model/ports.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { firstOf } from "../model/text.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiError, WriteAnswer } from "../api/api-result.ts";
import { compareFields, compareKey } from "../plan/compare.ts";
import type { ApplyContext, Ended } from "./context.ts";
import { confirmedList, newRecords } from "./find-created.ts";
import {
  decideUpdate,
  isUnsettled,
  TOKEN_REFUSED,
  type Doubt,
  type UpdateMemory,
  type UpdateTask,
} from "./decide-update.ts";
import { bearsName } from "./moved-since.ts";
import { refundedQuota } from "./refunded-quota.ts";
import { differing, done, failed, notAttempted, quoted, unknown } from "./outcomes.ts";

/**
 * Brings one key in line by reading, deciding and writing until a read shows it as declared. The
 * server's PUT replaces the whole record and its answer echoes the request, so each write carries
 * the record read just before it, and only a later read says what was stored.
 */
export async function updateKey(task: UpdateTask, context: ApplyContext): Promise<Ended> {
  const { api, clock, stop, settleMs } = context;
  let memory: UpdateMemory = {
    first: task.live,
    sent: { replace: 0, status: 0 },
    unclear: 0,
    takenBack: 0,
    waited: NOTHING_SENT,
  };
  /** When the last answer of either kind came. */
  let answeredAt: Readonly<Record<Doubt, number>> = { unclear: -Infinity, accepted: -Infinity };
  const begunAt = clock.now();
  let unopened = 0;
  let waitedUntil = -Infinity;
  const waitUntil = async (moment: number): Promise<"elapsed" | "aborted"> => {
    waitedUntil = moment;
    return sleep(clock, Math.max(0, moment - clock.now()), stop.writes);
  };

  for (;;) {
    if (stop.requests.aborted) return cutShort(task, memory, context);
    // A timer may fire a moment early; what was waited for is over all the same.
    const readAt = Math.max(clock.now(), waitedUntil);
    const got = await readRecord(task.live.id, context);
    const isNew = task.change.action === "create" && readAt < begunAt + settleMs;
    if (isNew && isNotShown(got)) {
      // The list has shown this key just now, so a replica that does not is behind.
      if ((await waitUntil(begunAt + settleMs)) === "elapsed") continue;
      return cutShort(task, memory, context);
    }
    if (!got.ok) {
      if (stop.reason() !== undefined) return cutShort(task, memory, context);
      return unreadable(task, memory, got.error);
    }
    if (got.value.live === undefined) return vanished(task, got.value.list, context);
    const { live } = got.value;
    if (memory.last === undefined) memory = { ...memory, first: live };

    // Only a read begun after the settle time shows what came of an answer.
    const isOver = (since: Doubt): boolean => readAt >= answeredAt[since] + settleMs;
    memory = {
      ...memory,
      waited: { unclear: isOver("unclear"), accepted: isOver("accepted") },
    };
    const move = decideUpdate(task, live, memory, context.now());
    if (move.kind === "end") return move.outcome;
    if (stop.writes.aborted) return cutShort(task, memory, context);
    if (move.kind === "settle") {
      if ((await waitUntil(answeredAt[move.since] + settleMs)) === "elapsed") continue;
      return cutShort(task, memory, context);
    }

    const { kind, body } = move.step;
    const write = kind === "replace" ? api.replace : api.setStatus;
    const answer = await write(body, unopened);
    if (answer.kind === "paused") {
      unopened = answer.unopened ? unopened + 1 : 0;
      continue;
    }
    if (answer.kind === "not-carried-out") {
      if (stop.reason() !== undefined) return cutShort(task, memory, context);
      return heldBack(task, memory, answer, live, context);
    }
    const { sent, takenBack } = memory;
    memory = {
      ...memory,
      ...(move.takesBack
        ? { takenBack: takenBack + 1 }
        : { sent: { ...sent, [kind]: sent[kind] + 1 } }),
      last: { kind, answer, before: live },
    };
    if (answer.kind === "accepted") answeredAt = { ...answeredAt, accepted: clock.now() };
    if (answer.kind === "unknown") {
      memory = { ...memory, unclear: memory.unclear + 1 };
      answeredAt = { ...answeredAt, unclear: clock.now() };
      await sleep(clock, readDelay(memory.unclear, context.random), stop.writes);
    }
  }
}

const NOTHING_SENT: UpdateMemory["waited"] = { unclear: true, accepted: true };

/** The record, or the list that shows it no longer. */
type Read =
  | { readonly live: LiveKey }
  | { readonly live?: undefined; readonly list: readonly LiveKey[] };

/**
 * A server that refuses to show one record has not yet said that there is none; the list has the
 * last word. Its many pages take time, though, so what a write is computed from is read once more.
 */
async function readRecord(id: number, { api }: ApplyContext): Promise<Result<Read, ApiError>> {
  const got = await api.get(id);
  if (!got.ok) return got;
  if (got.value !== undefined) return ok({ live: got.value });
  const list = (await confirmedList(api))?.keys;
  if (list === undefined) return err({ code: "server-refused", message: UNLISTED });
  if (!list.some((key) => key.id === id)) return ok({ list });
  const again = await api.get(id);
  if (!again.ok) return again;
  if (again.value !== undefined) return ok({ live: again.value });
  return err({ code: "server-refused", message: `key ${id} is listed, but was not shown` });
}

function isNotShown(got: Result<Read, ApiError>): boolean {
  return got.ok ? got.value.live === undefined : got.error.code === "server-refused";
}

const UNLISTED = "the server did not show the key, and the list could not be read";

/** A hostile list may show any number. */
const MOST_TOLD = 3;

/** Another run may have removed a key as the duplicate of one that this run has not seen yet. */
function vanished(
  { change, desired, live }: UpdateTask,
  list: readonly LiveKey[],
  context: ApplyContext,
): Outcome {
  const named = (newRecords(list, context) ?? []).filter(({ name }) => name === change.name);
  const { shown, more } = firstOf(named, MOST_TOLD);
  const standing = shown.map((key) => {
    const open = compareFields(desired, key, context.now());
    const but = open.length === 0 ? "" : `, but ${differing(open)}`;
    return `; key ${key.id} has this name now${but}`;
  });
  const message = `key ${live.id} was deleted since the plan was made${standing.join("")}${more}`;
  return failed(change, "moved", message, live.id);
}

/** Nothing has been written for this change; a key being created has at least been posted. */
function isUntouched({ change }: UpdateTask, { last }: UpdateMemory): boolean {
  return last === undefined && change.action !== "create";
}

function unreadable(task: UpdateTask, memory: UpdateMemory, error: ApiError): Outcome {
  const { change, live } = task;
  if (isUntouched(task, memory)) {
    const message = `could not be read before the change: ${error.message}`;
    return notAttempted(change, error.code, message, live.id);
  }
  if (memory.last === undefined) {
    const message = `key ${live.id} exists, but ${differing(task.planned)}; ${error.message}`;
    return failed(change, error.code, message, live.id);
  }
  const message = `${told(memory.last)}, but it could not be read again: ${error.message}`;
  return unknown(change, message, live.id);
}

/** What the server said of the last write, for a record that could not be read since. */
function told({ answer }: NonNullable<UpdateMemory["last"]>): string {
  switch (answer.kind) {
    case "accepted":
      return "written";
    case "refused":
      return `refused (${answer.message})`;
    case "unauthorized":
      return TOKEN_REFUSED;
    case "unknown":
      return `no clear answer (${answer.reason})`;
  }
}

function heldBack(
  task: UpdateTask,
  memory: UpdateMemory,
  { code, reason }: Extract<WriteAnswer, { kind: "not-carried-out" }>,
  live: LiveKey,
  context: ApplyContext,
): Outcome {
  const { change, desired } = task;
  if (isUntouched(task, memory)) return notAttempted(change, code, reason, live.id);
  const open = compareKey({ name: change.name, fields: desired }, live, context.now());
  if (isUnsettled(memory)) {
    const soFar = open.length > 0 ? `, and so far ${differing(open)}` : "";
    return unknown(change, `an unclear write may still land${soFar}: ${reason}`, live.id);
  }
  if (open.length > 0) {
    return failed(change, code, `only partly done: ${differing(open)}; ${reason}`, live.id);
  }
  // As declared: what could not be sent any more only was to take spent quota back.
  return done(change, live.id, refundedQuota(memory.first, live, desired)?.note);
}

/** The run is being stopped: the closing look at the list judges what became of the key. */
function cutShort(task: UpdateTask, memory: UpdateMemory, context: ApplyContext): Ended {
  const { change, desired, live } = task;
  const { last } = memory;
  const code = stopCode(context.stop);
  return {
    resolve: (list) => {
      if (isUntouched(task, memory))
        return notAttempted(change, code, "the run was stopped before it", live.id);
      const key = list?.keys.get(live.id);
      if (key !== undefined && !bearsName(task, key)) {
        return failed(
          change,
          "moved",
          `renamed to ${quoted(key.name)} since the plan was made`,
          live.id,
        );
      }
      if (key === undefined)
        return unknown(
          change,
          `${last ? told(last) : "created"}, but the run was stopped before it could be checked`,
          live.id,
        );
      const open = compareKey({ name: change.name, fields: desired }, key, context.now());
      if (open.length === 0) {
        // It would bring the counters back that it was sent with.
        if (isUnsettled(memory)) {
          return unknown(change, "an unclear write may still land: the run was stopped", live.id);
        }
        return done(change, live.id, refundedQuota(memory.first, key, desired)?.note);
      }
      if (last?.answer.kind === "unknown" || isUnsettled(memory))
        return unknown(change, `no clear answer, and so far ${differing(open)}`, live.id);
      return failed(change, code, `only partly done: ${differing(open)}; apply again`, live.id);
    },
  };
}
