import type { CreateAttempt } from "./classify-create.ts";
import type { CreateState } from "./create-state.ts";
import type { CreateRules } from "./surviving-record.ts";

/** When the last doubt arose for which a settle time has to pass, of all creates. */
export function lastDoubt(state: CreateState, rules: CreateRules): number | undefined {
  return latest(state.attempts.map((attempt) => doubtOf(attempt, state, rules)));
}

/**
 * When the last answer came that leaves a doubt about this create: it was unknown, or came after
 * half the settle time, so that another run may have posted meanwhile; it was the answer to a
 * repeat, now that the first POST may land too; the list shows only a record that this POST cannot
 * have made, so that its own may follow; or the list lags, and so may hide a record of any name.
 */
function doubtOf(
  attempt: CreateAttempt,
  state: CreateState,
  { settleMs }: CreateRules,
): number | undefined {
  const foreign = isForeign(attempt, state);
  const doubts = attempt.posts.map(({ answer, sentAt, answeredAt }, index) => {
    const slow = sentAt !== undefined && answeredAt - sentAt > settleMs / 2;
    const doubted = answer.kind === "unknown" || slow || index > 0 || foreign || state.lags;
    return doubted && answer.kind !== "not-carried-out" ? answeredAt : undefined;
  });
  return latest(doubts);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}

/** Times in records are whole seconds; clocks of one server may differ by a little more, ms. */
const SECOND_MS = 1_000;
const CLOCK_SLACK_MS = 250;

/** Whether all records of this name were made before its POST can have been carried out. */
function isForeign({ change, posts }: CreateAttempt, { found }: CreateState): boolean {
  const notBefore = posts.at(-1)?.notBefore;
  const named = found?.get(change.name);
  if (notBefore === undefined || named === undefined) return false;
  return named.every((key) => (key.created_time + 1) * SECOND_MS + CLOCK_SLACK_MS <= notBefore);
}

/** Whether the last look that could be read was asked for a settle time after the doubt. */
export function isSettled(
  { lookedAt }: CreateState,
  doubtAt: number,
  { settleMs }: CreateRules,
): boolean {
  return lookedAt !== undefined && lookedAt >= doubtAt + settleMs;
}

/**
 * Whether a record of this name may have been made, or a second one, that no look could show yet:
 * the last look did not come a settle time after the doubt.
 */
export function isUnsettled(
  attempt: CreateAttempt,
  state: CreateState,
  rules: CreateRules,
): boolean {
  const doubtAt = doubtOf(attempt, state, rules);
  return doubtAt !== undefined && !isSettled(state, doubtAt, rules);
}
