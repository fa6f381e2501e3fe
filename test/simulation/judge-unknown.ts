import { isUnclear } from "./exchange-log.ts";
import { wrongFields } from "./expected.ts";
import type { Case } from "./outcome-case.ts";

export function checkUnknownCreate(subject: Case): string | undefined {
  const { key, run, toldAt, writes, evidence } = subject;
  // The key exists, and the doubt is about a later write to it.
  if (writes.some(({ kind }) => kind !== "post")) return checkUnknown(subject);
  const look = evidence.lookBefore(run, toldAt);
  if (look === undefined || !look.answered || !look.fits) return undefined;
  // One that is begun at the very moment at which the outcome is told is read for something else.
  if (look.endedAt > toldAt) return undefined;
  // A page that is read after the look that was wanted has failed tells of no second key.
  const before = evidence.looks(run).findLast(({ beganAt }) => beganAt < look.beganAt);
  if (!look.whole && before?.answered === false) return undefined;
  // A relist beside the creates does not tell whether there are others.
  const posts = evidence.of(run).filter(({ kind }) => kind === "post");
  if (posts.some(({ sawAt = Infinity }) => sawAt > look.beganAt)) return undefined;
  // A limit may have kept back what was still wanted: a delete of a duplicate, or the list after it.
  if (evidence.wasLimited(run, look.beganAt)) return undefined;
  // A duplicate whose own read was refused may be gone, whatever the list shows.
  const { id } = subject.outcome;
  const refused = evidence.of(run).some((x) => x.kind === "get" && x.id === id && x.saw !== "yes");
  if (id !== undefined && refused) return undefined;
  // The one look of a run that was stopped may not have come down to the high-water mark.
  const mark = Math.max(0, ...(run.listed ?? []));
  const deep = look.whole || look.served.some(({ id }) => id <= mark);
  if (run.stoppedAt !== undefined && !deep) return undefined;
  if (!look.whole && !look.served.some(({ name }) => name === key.name)) return undefined;
  if (!evidence.quiet(look.asOf, toldAt)) return undefined;
  // The look that was wanted may not have got out at all, in a pause that outlasts the deadline.
  const { settleMs } = evidence.history.schedule;
  const answeredAt = Math.max(
    0,
    ...writes.map((write) => {
      const { sentAt, sawAt = 0 } = write;
      const doubted = isUnclear(write) || sawAt - sentAt > settleMs / 2;
      return doubted ? sawAt + settleMs : sawAt;
    }),
  );
  if (look.beganAt < Math.max(answeredAt, run.stoppedAt ?? 0)) return undefined;
  const live = evidence.liveUnder(key.name, look.asOf, toldAt);
  // Its own relist failed, and a list read for something else shows a key: whether others come is not known.
  const isTold = (other: number): boolean =>
    subject.outcome.error?.message.includes(`key ${other} has this name by now`) === true;
  const unlisted = live.filter(({ id: one }) => run.listed?.includes(one) === false);
  if (unlisted.some((one) => !isTold(one.id))) return "unknown only where the list could not tell";
  if (unlisted.length > 0) return undefined;
  const clear = writes.every(({ saw }) => saw === "no");
  return clear ? "a clear refusal is not unknown" : undefined;
}

export function checkUnknown(subject: Case): string | undefined {
  const { outcome, key, run, toldAt, endedAt, sights, writes, evidence } = subject;
  const look = evidence.looks(run).findLast(({ beganAt }) => beganAt <= toldAt);
  if (look !== undefined && !evidence.quiet(look.asOf, endedAt)) return undefined;
  if (outcome.action === "delete") {
    const { id } = outcome;
    // A list that was held up is read again, for which a run that is stopped has no time.
    if (run.stoppedAt !== undefined) return undefined;
    // A limit kept back the list that was still wanted after a read of the key.
    if (look === undefined || evidence.wasLimited(run, look.beganAt)) return undefined;
    const gone = evidence
      .stepsOf(id ?? 0)
      .find(({ at, after }) => after === undefined && at < look.asOf);
    if (gone === undefined || !look.answered) return undefined;
    // A list of which a page was asked for twice was held up, and is read again, three times at most.
    const isTold = evidence.looks(run).some(({ asOf, smooth }) => asOf > gone.at && smooth);
    return isTold ? "a key the list no longer shows is deleted" : undefined;
  }
  // An update is decided by reads of its key; lists that are read for others come later.
  const last = sights.findLast(({ alone }) => alone);
  if (last?.record === undefined) return undefined;
  const wrong = wrongFields(key.fields, last.record, last.readAt);
  // Of a rename the new name is open too, as long as the old one is shown.
  const isOpen = wrong.length > 0 || last.record.name === key.renamedFrom;
  const clear = writes.every(({ saw }) => saw === "yes" || saw === "no");
  if (!clear && isOpen) return undefined;
  // After an unclear write only a read past the settle time tells, and a pause can keep it back.
  const doubts = writes.filter(isUnclear);
  const doubtAt = Math.max(0, ...doubts.map(({ sawAt }) => sawAt ?? 0));
  const { settleMs } = evidence.history.schedule;
  if (doubts.length > 0 && last.readAt < doubtAt + settleMs) return undefined;
  // It wanted to read once more and could not.
  const written = Math.max(0, ...writes.map(({ sawAt }) => sawAt ?? 0));
  const sentLast = Math.max(0, ...evidence.of(run).map(({ sentAt }) => sentAt));
  const refusedRead = evidence.of(run).some(
    ({ kind, id, saw, sawAt = 0 }) =>
      // A limit met by anything holds up everything that follows, also where an older read came late.
      (saw === "limited" && (sawAt >= last.seenAt || sawAt >= sentLast)) ||
      ((kind === "list" || (kind === "get" && id === outcome.id)) &&
        saw !== "yes" &&
        sawAt >= written),
  );
  if (refusedRead || run.stoppedAt !== undefined) return undefined;
  return isOpen ? "clear answers are not unknown" : "unknown only where no read could tell";
}
