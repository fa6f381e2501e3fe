import type { ClientRun } from "./client-run.ts";
import { mayHaveArrived, type Evidence, type Look, type Violation } from "./evidence.ts";
import type { Exchange } from "./exchange-log.ts";

/**
 * How long after a slow relist has ended the POST that waited for it may go out, ms: it holds its
 * turn, so nothing but a timer of the virtual clock can come between.
 */
const AT_ONCE_MS = 50;

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
  if (!isFresh(post, looks, evidence.history.schedule.settleMs)) add("no create on an old list");
  const shown = shownUnder(post, looks, evidence);
  if (shown !== undefined) add("no create for a name a list has shown", `${where}: key ${shown}`);
  return found;
}

/**
 * A list was asked for within half the settle time before the POST. Or it took longer than that by
 * itself, and the POST went out as soon as it was there.
 */
function isFresh({ sentAt }: Exchange, looks: readonly Look[], settleMs: number): boolean {
  return looks.some(
    ({ beganAt, endedAt, answered }) =>
      answered &&
      endedAt <= sentAt &&
      (beganAt >= sentAt - settleMs / 2 || endedAt >= sentAt - AT_ONCE_MS),
  );
}

/** A record that a list had shown under the name before the POST, and that still has it. */
function shownUnder(
  { name = "", sentAt }: Exchange,
  looks: readonly Look[],
  evidence: Evidence,
): number | undefined {
  const live = evidence.liveUnder(name, sentAt, sentAt).map(({ id }) => id);
  return looks
    .filter(({ answered, endedAt }) => answered && endedAt <= sentAt)
    .flatMap(({ served }) => served)
    .find((record) => record.name === name && live.includes(record.id))?.id;
}
