import type { ClientRun } from "./client-run.ts";
import { mayHaveArrived, type Evidence, type Look, type Violation } from "./evidence.ts";
import type { Exchange } from "./exchange-log.ts";

/**
 * (a) What every POST rests on: a fresh list, which does not show the name. A POST that was answered
 * with 429 or whose connection never opened is none.
 */
export function judgePosts(evidence: Evidence): readonly Violation[] {
  return evidence.history.runs.flatMap((run) => {
    const posts = evidence.of(run).filter((x) => x.kind === "post" && mayHaveArrived(x));
    if (posts.length === 0) return [];
    const looks = evidence.looks(run);
    return posts.flatMap((post) => judgePost(post, run, looks, evidence));
  });
}

function judgePost(
  post: Exchange,
  run: ClientRun,
  looks: readonly Look[],
  evidence: Evidence,
): readonly Violation[] {
  const where = `request ${post.n} of run ${run.run}, ${post.name}`;
  const found: Violation[] = [];
  const add = (rule: string, detail = where): void => {
    found.push({ invariant: "a", rule, detail });
  };
  const limits = evidence.of(run).filter(({ saw }) => saw === "limited");
  const { settleMs } = evidence.history.schedule;
  if (!isFresh(post, looks, limits, settleMs)) add("no create on an old list");
  const shown = shownUnder(post, looks, evidence);
  if (shown !== undefined) add("no create for a name a list has shown", `${where}: key ${shown}`);
  const missed = missedUnder(post, run, looks, evidence);
  if (missed !== undefined) add("a fresh list misses no key", `${where}: key ${missed}`);
  return found;
}

/**
 * A list was asked for within half the settle time before the POST. Or it took long by itself, and the
 * POST followed within that time, and no limit held it up in between.
 */
function isFresh(
  { sentAt }: Exchange,
  looks: readonly Look[],
  limits: readonly Exchange[],
  settleMs: number,
): boolean {
  return looks.some(({ beganAt, endedAt, answered }) => {
    if (!answered || endedAt > sentAt) return false;
    const limited = limits.some(({ sawAt = 0 }) => sawAt > endedAt && sawAt < sentAt);
    return beganAt >= sentAt - settleMs / 2 || (!limited && endedAt >= sentAt - settleMs / 2);
  });
}

/**
 * A record that a list had shown under the name before the POST, and that still has it. A key that is to be
 * delivered has another name once it was, which counts as well.
 */
function shownUnder(
  { name = "", sentAt }: Exchange,
  looks: readonly Look[],
  evidence: Evidence,
): number | undefined {
  const own = evidence.staged.get(name)?.name;
  const names = own === undefined ? [name] : [name, own];
  const live = names.flatMap((one) => evidence.liveUnder(one, sentAt, sentAt).map(({ id }) => id));
  // An answer that comes at the very moment at which the POST is sent comes too late. A whole list
  // takes the place of what was shown before: a person may have renamed a key there and back.
  const before = looks.filter(({ answered, endedAt }) => answered && endedAt < sentAt);
  const last = before.findLastIndex(({ whole }) => whole);
  return before
    .slice(Math.max(0, last))
    .flatMap(({ served }) => served)
    .find((record) => names.includes(record.name) && live.includes(record.id))?.id;
}

/** A record that was live under the name when the list was asked for on which the POST rests. */
function missedUnder(
  { name = "", sentAt }: Exchange,
  { killedAt }: ClientRun,
  looks: readonly Look[],
  evidence: Evidence,
): number | undefined {
  // Of the last list of a run that was killed, not all pages may have been asked for.
  const cut = killedAt === undefined ? undefined : looks.at(-1);
  const before = looks.filter(
    (look) => look.answered && look.endedAt <= sentAt && (look !== cut || look.whole),
  );
  const [first] = before;
  const last = before.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const { truth } = evidence.history;
  // Where a key went or was renamed, counts can add up by chance.
  const moved = truth.steps.some(
    ({ at, before: was, after }) =>
      was !== undefined && was.name !== after?.name && at >= first.asOf && at <= last.endedAt,
  );
  if (moved) return undefined;
  const shown = new Set(before.flatMap(({ served }) => served.map(({ id }) => id)));
  // No relist reads down to an id that was given out longer ago than the settle time.
  return evidence
    .liveUnder(name, last.asOf, sentAt)
    .find((record) => !shown.has(record.id) && !evidence.cameLate(record))?.id;
}
