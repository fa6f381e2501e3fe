import type { Evidence } from "./evidence.ts";

/**
 * Whether a list that lags may have kept two runs from telling their keys of one name apart. The
 * protocol waits for lists that are up to half the settle time behind. It knows another run's key by
 * its `created_time`, which takes a `Date` of the same clock. Both are whole seconds, so two creates
 * less than two seconds apart, and as much longer as a POST took, may look like one.
 */
export function isBlindedByLag(name: string, evidence: Evidence): boolean {
  const { runs, schedule, truth } = evidence.history;
  const posts = runs.filter((run) => evidence.of(run).some((x) => x.name === name));
  const lag = Math.max(0, ...posts.map(evidence.lagOf));
  if (lag === 0) return false;
  if (lag > schedule.settleMs / 2 || schedule.traits.dateAheadMs !== 0) return true;
  const times = truth.steps.flatMap(({ before, after }) =>
    before === undefined && after?.name === name ? after.created_time : [],
  );
  // How long a POST took is how much earlier than stored its record may have been made.
  const tookMs = posts
    .flatMap((run) => evidence.of(run))
    .filter((x) => x.kind === "post" && x.name === name)
    .map(({ sentAt, sawAt = sentAt }) => sawAt - sentAt);
  const apart = 2 + Math.max(0, ...tookMs) / 1_000;
  return times.some((time, index) =>
    times.some((other, at) => at > index && Math.abs(time - other) < apart),
  );
}
