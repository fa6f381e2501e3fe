import { stagedName } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { ClientRun } from "./client-run.ts";
import { gatherEvidence, type Evidence, type Violation } from "./evidence.ts";
import { isUnclear, type Exchange } from "./exchange-log.ts";
import { judgeAltered, isAltered } from "./judge-altered.ts";
import { judgeDelivered } from "./judge-delivered.ts";
import { judgeNames } from "./judge-names.ts";
import { judgeOutcomes } from "./judge-outcomes.ts";
import { judgePosts } from "./judge-posts.ts";
import { judgeWrites } from "./judge-writes.ts";
import type { History } from "./play-schedule.ts";

/** A signal or a deadline leaves the client this long: 5 s for requests, 1.5 s for one look. */
const STOPS_WITHIN_MS = 6_500;
/** Timers of the virtual clock may fire a little late, one after the other. */
const SLACK_MS = 10;

/** Every promise a history breaks, judged on what the server stored and what it was sent. */
export function judge(history: History): readonly Violation[] {
  if (history.broken !== undefined) {
    return [{ invariant: "-", rule: "the simulation works", detail: history.broken }];
  }
  const evidence = gatherEvidence(history);
  return [
    ...judgeCrashes(evidence),
    ...judgeNames(evidence),
    ...judgePosts(evidence),
    ...judgeAltered(evidence),
    ...judgeWrites(evidence),
    ...judgeOutcomes(evidence),
    ...judgeDelivered(evidence),
    ...judgeTime(evidence),
    ...judgeLooks(evidence),
    ...judgeCalm(evidence),
  ];
}

function judgeCrashes({ history }: Evidence): readonly Violation[] {
  return history.runs.flatMap(({ run, crash }) =>
    crash === undefined
      ? []
      : [{ invariant: "-", rule: "the client throws nothing", detail: `run ${run}: ${crash}` }],
  );
}

/** Three looks, three more after a create is repeated, those of a settle time and of the removals. */
const MOST_LOOKS = 30;

/** (e) A run whose lists are answered goes on: it does not look until its deadline. */
function judgeLooks(evidence: Evidence): readonly Violation[] {
  return evidence.history.runs.flatMap((run): Violation[] => {
    const looks = evidence.looks(run).filter(({ whole, answered }) => whole && answered);
    const others = evidence.of(run).filter(({ kind }) => kind !== "list");
    const times = [-Infinity, ...others.map(({ sentAt }) => sentAt), Infinity];
    const counts = times.map(
      (from, at) =>
        looks.filter(({ endedAt }) => endedAt > from && endedAt <= (times[at + 1] ?? Infinity))
          .length,
    );
    const most = Math.max(...counts);
    if (most <= MOST_LOOKS) return [];
    const detail = `run ${run.run}: ${most} looks in a row`;
    return [{ invariant: "e", rule: "a run does not look without end", detail }];
  });
}

/** (e) The run ends before its deadline, and soon after a signal. */
function judgeTime({ history }: Evidence): readonly Violation[] {
  return history.runs.flatMap((run): Violation[] => {
    const { endedAt, startedAt, deadlineMs, interruptedAt } = run;
    if (endedAt === undefined) return [];
    const detail = `run ${run.run}: ${Math.round(endedAt - startedAt)} ms`;
    if (endedAt > startedAt + deadlineMs + SLACK_MS) {
      return [{ invariant: "e", rule: "the run ends before its deadline", detail }];
    }
    if (interruptedAt !== undefined && endedAt > interruptedAt + STOPS_WITHIN_MS + SLACK_MS) {
      return [{ invariant: "e", rule: "the run ends soon after a signal", detail }];
    }
    return [];
  });
}

/**
 * Whether two keys of a name were made more than the settle time apart, by a server that takes longer for
 * a POST than anybody waits for it: neither can be told to be a duplicate then. A list that is behind
 * shows the later one as much later still, and the last look covers a late commit or a lag, not both.
 */
function landedFarApart(name: string, { history, of, lagOf }: Evidence): boolean {
  const { runs, schedule, truth } = history;
  const slow = runs.some((run) => of(run).some((x) => x.kind === "post" && isUnclear(x)));
  const times = truth.steps.flatMap(({ before, after }) =>
    before === undefined && after?.name === name ? after.created_time * 1_000 : [],
  );
  const lag = Math.max(...runs.map(lagOf));
  return slow && Math.max(...times) - Math.min(...times) + lag > schedule.settleMs;
}

/**
 * Where a server alters names, the first calm run cannot tell what became of a create, and deletes no key
 * that no file declares. The second has a conflict instead of the create.
 */
function isHeldBack(action: string, error: Outcome["error"], { history }: Evidence): boolean {
  const alters = history.schedule.traits.alters !== undefined;
  return alters && action === "delete" && error?.code === "outcome-unknown";
}

/**
 * No POST of a server that takes longer than the client waits is answered. On an account that is full until
 * the deletes, it is refused unheard, and unknown.
 */
function isUnanswered(action: string, error: Outcome["error"], { history }: Evidence): boolean {
  const { traits, timeoutMs } = history.schedule;
  const { beforeMs, afterMs } = traits.slowPost;
  const calm = history.runs.find(({ role }) => role === "calm")?.plan?.summary.create ?? 0;
  const isFull = history.atRest.length + calm > traits.keyLimit;
  const isSlow = beforeMs + afterMs > timeoutMs;
  return isFull && isSlow && action === "create" && error?.code === "outcome-unknown";
}

/** The names whose create a run could not hear the end of: the next one creates them, and delivers them. */
function unanswered(run: ClientRun, evidence: Evidence): readonly string[] {
  return (run.outcomes ?? []).flatMap(({ action, error, name }) =>
    isUnanswered(action, error, evidence) ? [name, stagedName(name)] : [],
  );
}

function heldBack(run: ClientRun, evidence: Evidence): boolean {
  return (run.outcomes ?? []).some(({ action, error }) => isHeldBack(action, error, evidence));
}

/** (f) Of two runs that nothing disturbs, the first leaves nothing to do and the second does nothing. */
function judgeCalm(evidence: Evidence): readonly Violation[] {
  const { runs, full } = evidence.history;
  const found: Violation[] = [];
  const add = (rule: string, detail: string): void => {
    found.push({ invariant: "f", rule, detail });
  };
  const calm = runs.filter(({ role }) => role === "calm");
  for (const run of calm) {
    if (run.outcomes === undefined) add("a calm run has outcomes", run.refusal ?? `${run.run}`);
    for (const { action, status, name, error } of run.outcomes ?? []) {
      if (action === "conflict" || status === "done" || (full && action === "create")) continue;
      // What a guard of `--prune` holds back stays as it is.
      if (action === "blocked" && error?.code.startsWith("prune-")) continue;
      if (isHeldBack(action, error, evidence) || isUnanswered(action, error, evidence)) continue;
      if (evidence.cannotHold(name) || isAltered(name, evidence)) continue;
      if (error?.code === "duplicates" && landedFarApart(name, evidence)) continue;
      add("a calm run does what it plans", `${action} ${name} ${status}: ${error?.message ?? ""}`);
    }
  }
  const cannotHold = (body: Exchange["body"]): boolean =>
    evidence.cannotHold(String(body?.["name"])) || isAltered(String(body?.["name"]), evidence);
  const last = calm.at(-1);
  if (last === undefined) return [];
  const open = new Set(calm.flatMap((run) => unanswered(run, evidence)));
  const writes = evidence
    .of(last)
    .filter(({ kind, body }) => kind !== "list" && kind !== "get" && !full && !cannotHold(body))
    .filter(({ kind }) => kind !== "delete" || !calm.some((run) => heldBack(run, evidence)))
    .filter(({ body }) => !open.has(String(body?.["name"])));
  for (const { n, kind } of writes) add("a calm run repeated is a no-op", `request ${n}: ${kind}`);
  return found;
}
