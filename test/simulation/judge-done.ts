import type { DesiredKey } from "../../src/model/key.ts";
import type { ClientRun } from "./client-run.ts";
import type { Evidence } from "./evidence.ts";
import { wrongFields } from "./expected.ts";
import { checkCreated, checkShown } from "./judge-created.ts";
import type { Case } from "./outcome-case.ts";

export function checkDone(subject: Case): string | undefined {
  const { outcome, key, run, toldAt, endedAt, sights, writes, evidence } = subject;
  const { id, note } = outcome;
  if (id === undefined) return "what is done has an id";
  const right = sights.filter(
    ({ record, readAt, seenAt }) =>
      record?.name === key.name &&
      seenAt <= toldAt &&
      wrongFields(key.fields, record, readAt).length === 0,
  );
  if (right.length === 0) return "done was read as declared after the last write";
  const rightAt = Math.max(...right.map(({ readAt }) => readAt));
  const { settleMs } = evidence.history.schedule;
  // A run that is being stopped has no time to wait for late commits.
  const unseen =
    run.stoppedAt === undefined &&
    writes.some(
      ({ kind, saw, storedAt, sawAt }) =>
        kind !== "post" &&
        // A read that lags shows what was so before the write, and it was as declared by then.
        ((saw !== "yes" && saw !== "no") || evidence.lagOf(run) === 0) &&
        storedAt !== undefined &&
        sawAt !== undefined &&
        storedAt > rightAt &&
        storedAt + evidence.lagOf(run) <= sawAt + settleMs,
    );
  if (unseen) return "done after the last write has landed";
  if (outcome.action === "create") return checkCreated(subject, rightAt) ?? checkAlone(subject);
  const shown = wasRenamed(subject) ? checkShown(subject) : undefined;
  if (shown !== undefined) return shown;
  return note === undefined ? checkGivenBack(key, id, run, endedAt, evidence) : undefined;
}

function wasRenamed({ key, run }: Case): boolean {
  const change = run.plan?.changes.find(({ name }) => name === key.name);
  return change?.action === "update" && change.fields.some(({ field }) => field === "name");
}

/** A create is done when its name is live once: twins the last look could see are no "done". */
function checkAlone({ key, run, toldAt, evidence }: Case): string | undefined {
  // A rename on a later page moves neither ids nor counts, so no list can prove that there was none.
  if (evidence.personTouched(key.name)) return undefined;
  const look = evidence.lookBefore(run, toldAt);
  if (look === undefined || !look.answered) return;
  // Of a relist that was still under way, only some of the pages may have been answered by then.
  if (run.stoppedAt !== undefined && look.beside) return undefined;
  const fresh = evidence
    .liveUnder(key.name, look.asOf, Math.max(toldAt, look.endedAt))
    .filter((record) => run.listed?.includes(record.id) !== true && !evidence.cameLate(record));
  // A record given out before the run's list and visible after it stands below what a look reads.
  // `total` tells of it, unless a record that went makes up for it.
  const gone = run.listed?.some((id) =>
    evidence.stepsOf(id).some(({ at, after }) => after === undefined && at <= look.endedAt),
  );
  // One that goes between two pages moves another up, past the page that is read next.
  if (evidence.wentWithin(look.asOf, look.endedAt)) return undefined;
  const fence = Math.max(0, ...(run.listed ?? []));
  const shown = gone ? fresh.filter(({ id }) => id > fence) : fresh;
  return shown.length > 1 ? "done means live once" : undefined;
}

/** An undeclared grant that a write raised is corrected or reported. */
function checkGivenBack(
  { fields }: DesiredKey,
  id: number,
  run: ClientRun,
  endedAt: number,
  evidence: Evidence,
): string | undefined {
  if (fields.remain_quota !== undefined) return undefined;
  // A read that lags shows neither the use nor the write.
  if (evidence.history.schedule.traits.getsLag && evidence.lagOf(run) > 0) return undefined;
  const mine = evidence
    .stepsOf(id)
    .filter(({ by }) => by.kind === "run" && by.run === run.run && by.request >= 0);
  const first = mine[0];
  if (first?.by.kind !== "run") return undefined;
  const sentAt = evidence.history.exchanges[first.by.request]?.sentAt ?? first.at;
  const before = evidence.sights(run, id, sentAt).at(-1);
  // A run that is being stopped reads no key by itself any more: its last list shows what became of it.
  const sights = evidence.sights(run, id, endedAt);
  const read = sights.findLast(({ alone }) => alone);
  const after = run.stoppedAt === undefined ? read : sights.at(-1);
  if (before?.record === undefined || after?.record === undefined) return undefined;
  if (before.record.unlimited_quota || after.record.unlimited_quota) return undefined;
  // One that landed later than a settle time after its answer, and after the last read of the key: see the limits.
  const { exchanges, schedule } = evidence.history;
  const isLate = mine.some(({ at, by }) => {
    const sawAt = by.kind === "run" ? exchanges[by.request]?.sawAt : undefined;
    return sawAt !== undefined && at > sawAt + schedule.settleMs && at > (read?.readAt ?? Infinity);
  });
  if (isLate) return undefined;
  // What another hand wrote meanwhile is its own to answer for.
  const others = evidence
    .stepsOf(id)
    .filter(({ at }) => at > before.readAt && at <= after.readAt)
    .some(({ by }) => by.kind === "person" || (by.kind === "run" && by.run !== run.run));
  if (others) return undefined;
  const granted = ({ remain_quota, used_quota, lag }: typeof before.record): number =>
    remain_quota + used_quota + lag;
  const grant = granted(before.record);
  const grown = granted(after.record) - grant;
  // Use that shows late looks like quota given where the run read the key: see the limits.
  const lag = Math.max(0, ...sights.map(({ record }) => record?.lag ?? 0));
  const clamped = Math.max(0, -before.record.remain_quota);
  return grown - lag - clamped > grant / 1000 ? "given-back quota is reported" : undefined;
}

export function checkDeleted({ outcome, endedAt, evidence }: Case): string | undefined {
  const gone = evidence
    .stepsOf(outcome.id ?? 0)
    .some(({ at, after }) => after === undefined && at <= endedAt);
  return gone ? undefined : "what is deleted is gone";
}
