import { mayHaveArrived } from "./evidence.ts";
import { isUnclear, type Exchange } from "./exchange-log.ts";
import { wrongFields } from "./expected.ts";
import { isBlindedByLag } from "./lag-excuse.ts";
import type { Case } from "./outcome-case.ts";

/** What has to be so when a run says that a key was created; it read it as declared at `rightAt`. */
export function checkCreated(subject: Case, rightAt: number): string | undefined {
  return (
    checkTrue(subject, rightAt) ??
    checkSettled(subject) ??
    checkOwnKey(subject) ??
    checkShown(subject) ??
    checkDepth(subject)
  );
}

/** The truth bears it out, but for what use or a person did to the key since the run read it so. */
function checkTrue(
  { outcome, key, run, toldAt, evidence }: Case,
  rightAt: number,
): string | undefined {
  const { id = 0 } = outcome;
  const since = evidence.stepsOf(id).filter(({ at }) => at > rightAt && at <= toldAt);
  if (since.some(({ by }) => by.kind === "person")) return undefined;
  // Another run may have changed it since, or removed it as a duplicate of its own.
  if (since.some(({ by }) => by.kind === "run" && by.run !== run.run)) return undefined;
  const { exchanges, schedule } = evidence.history;
  const tooLate = since.some(({ by, at }) => {
    const sawAt = by.kind === "run" ? exchanges[by.request]?.sawAt : undefined;
    return sawAt !== undefined && at > sawAt + schedule.settleMs;
  });
  if (tooLate) return undefined;
  // A read that lags does not show what was spent before it either.
  const lag = schedule.traits.getsLag ? evidence.lagOf(run) : 0;
  const lags = lag > 0;
  // No wait covers that much: a write carries back what another run has changed meanwhile, unseen.
  const others = evidence.stepsOf(id).filter(({ by }) => by.kind === "run" && by.run !== run.run);
  if (lag > schedule.settleMs / 2 && others.some(({ at }) => at > run.startedAt)) return undefined;
  const used = lags || since.some(({ by }) => by.kind === "use");
  const spent = used ? ["remain_quota", "status"] : [];
  const record = evidence.liveUnder(key.name, toldAt, toldAt).find((live) => live.id === id);
  const right =
    record !== undefined &&
    wrongFields(key.fields, record, toldAt).every((field) => spent.includes(field));
  return right ? undefined : "done is so when it is told";
}

/**
 * A create that was unclear, sent twice, answered slowly or not in the first look may have made a
 * second key, or another run may have: only a look a settle time later tells.
 */
function checkSettled({ key, run, toldAt, writes, evidence }: Case): string | undefined {
  if (run.stoppedAt !== undefined) return undefined;
  const { settleMs } = evidence.history.schedule;
  const looks = evidence.looks(run);
  const posts = writes.filter((x) => x.kind === "post" && mayHaveArrived(x));
  const { steps } = evidence.history.truth;
  const doubts = posts.filter((post) => {
    const { n, saw, sentAt, sawAt = Infinity } = post;
    const first = looks.find(({ answered, beganAt }) => answered && beganAt >= sawAt);
    const made = steps.find(({ by }) => by.kind === "run" && by.request === n)?.id ?? 0;
    // The newest pages show only what stands on them.
    const reached = first?.served.some(({ id }) => id <= made) ?? true;
    // A relist reads only what is new since the one before it.
    const until = looks.slice(0, first === undefined ? 0 : looks.indexOf(first) + 1);
    const shown = until.some(({ served }) => served.some(({ name }) => name === key.name));
    const hidden = saw === "yes" && first?.fits && reached && !shown;
    return isUnclear(post) || hidden || sawAt - sentAt > settleMs / 2;
  });
  const repeats = evidence.rounds(run, posts).some(({ length }) => length > 1);
  const answers = (repeats ? posts : doubts).map(({ sawAt = 0 }) => sawAt);
  if (answers.length === 0) return undefined;
  const from = Math.max(...answers) + settleMs;
  const settled = looks.some(
    ({ beganAt, endedAt, answered }) => answered && beganAt >= from && endedAt <= toldAt,
  );
  // Which page belongs to which look cannot be told while a relist is under way.
  if (evidence.wholeWithin(run, from, toldAt)) return undefined;
  return settled ? undefined : "done after a doubt rests on a look past the settle time";
}

/** The key of another run is not "done" while the one that this run made stays beside it. */
function checkOwnKey({ outcome, key, run, writes, evidence }: Case): string | undefined {
  if (run.stoppedAt !== undefined || evidence.personTouched(key.name)) return undefined;
  if (isBlindedByLag(key.name, evidence)) return undefined;
  const { schedule, atRest, truth } = evidence.history;
  const stay = atRest.filter(({ name }) => name === key.name).map(({ id }) => id);
  const inTime = writes.filter(
    ({ storedAt = Infinity, sawAt = 0 }) =>
      storedAt + evidence.lagOf(run) <= sawAt + schedule.settleMs,
  );
  const made = truth.steps.filter(
    ({ before, by }) =>
      before === undefined && by.kind === "run" && inTime.some(({ n }) => n === by.request),
  );
  const beside = made.some(({ id }) => id !== outcome.id && stay.includes(id));
  const told = outcome.id !== undefined && stay.includes(outcome.id);
  return beside && told ? "done is not another key while its own stays" : undefined;
}

/** No list, whatever it was read for, had shown a second key that stays. */
export function checkShown({ outcome, key, run, endedAt, evidence }: Case): string | undefined {
  // A run that is being stopped may not come to the end of the list it had begun.
  if (run.stoppedAt !== undefined || isBlindedByLag(key.name, evidence)) return undefined;
  // A person may have renamed it there and back.
  const renamed = evidence.history.truth.steps.some(
    ({ before, after, by }) =>
      (by.kind === "person" || key.renamedFrom === undefined) &&
      before !== undefined &&
      after !== undefined &&
      before.name !== after.name &&
      [before.name, after.name].includes(key.name),
  );
  if (renamed) return undefined;
  const stay = evidence.history.atRest.filter(({ name }) => name === key.name).map(({ id }) => id);
  if (outcome.id === undefined || !stay.includes(outcome.id)) return undefined;
  const others = evidence
    .liveUnder(key.name, endedAt, endedAt)
    .map(({ id }) => id)
    .filter((id) => id !== outcome.id && stay.includes(id));
  const shown = evidence
    .looks(run)
    .filter(({ answered, endedAt: at }) => answered && at <= endedAt)
    .some(({ served }) => served.some(({ id, name }) => name === key.name && others.includes(id)));
  return shown ? "done although a list had shown a second key" : undefined;
}

/** Lists read since its POST reached down to the highest id of the plan's: what is new is above. */
function checkDepth({ run, toldAt, writes, evidence }: Case): string | undefined {
  if (run.stoppedAt !== undefined) return undefined;
  const mark = Math.max(0, ...(run.listed ?? []));
  const from = Math.max(0, ...writes.map(({ kind, sawAt = 0 }) => (kind === "post" ? sawAt : 0)));
  // A relist beside the creates had shown it, and a limit that outlasts the deadline held back the look.
  const exchanges = evidence.of(run);
  const heldBack = exchanges.every(({ sentAt }) => sentAt < from);
  const limited = exchanges.some(
    ({ saw, sawAt = 0 }) => saw === "limited" && (heldBack || sawAt >= from),
  );
  // Which page belongs to which cannot be told while a relist is under way, so all of them count.
  const looks = evidence.looks(run).filter(({ beganAt }) => beganAt >= from && beganAt <= toldAt);
  // A list that moved while it was read never counts as whole, though its last page was the last.
  const together = looks.filter(({ beside }) => beside);
  const lists = exchanges.filter(
    ({ kind, sentAt }) =>
      kind === "list" &&
      together.some(({ beganAt, endedAt }) => sentAt >= beganAt && sentAt <= endedAt),
  );
  const deep =
    isWholeTogether(lists) ||
    looks.some(
      ({ served, whole, answered, asOf, endedAt }) =>
        whole ||
        served.some(({ id }) => id <= mark) ||
        (answered && evidence.wentWithin(asOf, endedAt)),
    );
  return deep || limited ? undefined : "done rests on a list down to the high-water mark";
}

/** Pages of one total hold as many keys, whichever lists they were read for. */
function isWholeTogether(lists: readonly Exchange[]): boolean {
  const seen = new Map<number, Set<number>>();
  for (const { saw, total, served = [] } of lists) {
    if (saw !== "yes" || total === undefined) continue;
    const ids = seen.get(total) ?? new Set();
    for (const { id } of served) ids.add(id);
    seen.set(total, ids);
  }
  return [...seen].some(([total, ids]) => ids.size === total);
}
