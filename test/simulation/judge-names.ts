import { namesOf, stagedName, type DesiredKey } from "../../src/model/key.ts";
import type { ClientRun } from "./client-run.ts";
import { isAltered } from "./judge-altered.ts";
import { mayHaveArrived, outcomeOf, type Evidence, type Violation } from "./evidence.ts";
import { isAsCreated, wrongFields } from "./expected.ts";
import { isUnclear, type Exchange } from "./exchange-log.ts";
import { isBlindedByLag } from "./lag-excuse.ts";
import type { Stored } from "./record.ts";

/** The waits of the three looks before a create is repeated, ms. */
const THREE_LOOKS_MS = 7_000;

/** (a) Each declared name has exactly one live key. */
export function judgeNames(evidence: Evidence): readonly Violation[] {
  const { history } = evidence;
  return [
    ...history.schedule.declared.flatMap((key) => judgeCount(key, evidence)),
    ...history.runs.flatMap((run) =>
      history.schedule.declared.flatMap((key) => [
        ...judgePosts(asPosted(key), run, evidence),
        ...judgeTwinsReport(key, run, evidence),
      ]),
    ),
  ];
}

/** What is to be delivered is created under another name, and not while its own is live. */
function asPosted(key: DesiredKey): DesiredKey {
  if (key.deliver === undefined) return key;
  return { ...key, name: stagedName(key.name), renamedFrom: key.name };
}

function broken(rule: string, detail: string): Violation {
  return { invariant: "a", rule, detail };
}

function judgeCount(key: DesiredKey, evidence: Evidence): readonly Violation[] {
  const { history } = evidence;
  const { name } = key;
  // One that is still on its way counts too.
  const names = namesOf(key);
  const live = history.atEnd.filter((record) => names.includes(record.name));
  const last = history.runs.at(-1);
  if (live.length > 1) {
    const said = last && outcomeOf(last, name);
    const ids = live.map(({ id }) => id).join(", ");
    if (said?.action !== "conflict") return [broken("twins are reported", `${name}: ${ids}`)];
    const excused = names.some((one) => areTwinsExcused(one, name, evidence));
    return excused ? [] : [broken("no twins without a reason", `${name}: ${ids}`)];
  }
  // A server that alters the name leaves none of this one; its key is judged by itself.
  if (live.length === 0 && isAltered(name, evidence)) return [];
  const wanted = key.state === "present" ? 1 : 0;
  const [left] = live.filter((record) => record.name !== name);
  if (left !== undefined && !evidence.cannotHold(name) && !isLeftToPerson(left, key, evidence)) {
    return [broken("nothing is left on its way", `${name}: ${left.id}`)];
  }
  if (live.length === wanted) return [];
  if (history.full && wanted === 1) return [];
  return [broken("exactly one key", `${name}: ${live.length} instead of ${wanted}`)];
}

/** One that came into use before it was as declared is told, and left as it is. */
function isLeftToPerson(record: Stored, key: DesiredKey, { history }: Evidence): boolean {
  const last = history.runs.at(-1);
  const said = last && outcomeOf(last, key.name);
  const isUsed = record.used_quota > 0 || record.accessed_time > record.created_time;
  const isWrong = wrongFields(key.fields, record, last?.startedAt ?? 0).length > 0;
  return said?.error?.code === "key-in-use" && isUsed && isWrong;
}

/**
 * Twins at rest have one of these reasons: they were there before, a person made or renamed one, the
 * run that made one was killed or stopped before it could look, its commit landed or showed later
 * than the settle time, or a run said that it could not resolve them.
 */
function areTwinsExcused(name: string, declared: string, evidence: Evidence): boolean {
  const { schedule, runs, atEnd } = evidence.history;
  if (schedule.seeded.filter((record) => record.name === name).length > 1) return true;
  if (evidence.personTouched(declared) || isBlindedByLag(name, evidence)) return true;
  const ids = new Set(atEnd.filter((record) => record.name === name).map(({ id }) => id));
  return runs.some((run) => {
    const said = outcomeOf(run, declared);
    if (said?.error?.code === "duplicates" && said.status === "failed") return true;
    if (said?.status === "unknown") return true;
    if (isHiddenByChance(run, ids, evidence)) return true;
    return evidence.of(run).some((x) => {
      if (x.kind !== "post" || x.name !== name || x.storedAt === undefined) return false;
      const made = evidence.history.truth.steps.some(
        ({ by, id }) => by.kind === "run" && by.request === x.n && ids.has(id),
      );
      if (!made) return false;
      const shownAt = x.storedAt + evidence.lagOf(run);
      const tooLate = x.sawAt !== undefined && shownAt > x.sawAt + schedule.settleMs;
      return run.killedAt !== undefined || run.stoppedAt !== undefined || tooLate;
    });
  });
}

/** A record below its highest listed id, where another listed one went: counts add up by chance. */
function isHiddenByChance(run: ClientRun, ids: ReadonlySet<number>, evidence: Evidence): boolean {
  const { listed = [], endedAt = Infinity } = run;
  const fence = Math.max(0, ...listed);
  const went = listed.some((id) =>
    evidence.stepsOf(id).some(({ at, after }) => after === undefined && at <= endedAt),
  );
  return went && [...ids].some((id) => id < fence && !listed.includes(id));
}

function judgePosts(key: DesiredKey, run: ClientRun, evidence: Evidence): readonly Violation[] {
  const { name } = key;
  const posts = evidence.of(run).filter((x) => x.kind === "post" && x.name === name);
  const [first] = posts;
  if (first === undefined) return [];
  const names = [name, ...(key.renamedFrom === undefined ? [] : [key.renamedFrom])];
  const from = run.startedAt - evidence.lagOf(run);
  const there = names.flatMap((one) => evidence.liveUnder(one, from, first.sentAt));
  const known = there.map(({ id }) => id).join(", ");
  const found: Violation[] = [];
  if (there.length > 0) {
    found.push(broken("no create for a name that was live", `run ${run.run}, ${name}: ${known}`));
  }
  for (const arrived of evidence.rounds(run, posts.filter(mayHaveArrived))) {
    if (arrived.length > 2)
      found.push(broken("a create is repeated once", `run ${run.run}, ${name}`));
    const [one, two] = arrived;
    if (one !== undefined && two !== undefined) found.push(...judgeRepeat(one, two, run, evidence));
  }
  return found;
}

/** A create is sent again only after an unclear answer and three looks that did not show it. */
function judgeRepeat(
  one: Exchange,
  two: Exchange,
  run: ClientRun,
  evidence: Evidence,
): readonly Violation[] {
  const detail = `run ${run.run}, ${one.name}: requests ${one.n} and ${two.n}`;
  const answeredAt = one.sawAt ?? Infinity;
  if (!isUnclear(one)) {
    return [broken("only an unclear create is repeated", detail)];
  }
  const between = evidence
    .looks(run)
    .filter(({ beganAt, endedAt }) => beganAt >= answeredAt && endedAt <= two.sentAt);
  // One that ends at this very moment is a relist.
  const last = between.findLast(({ answered }) => answered);
  if (two.sentAt - answeredAt < THREE_LOOKS_MS || between.length < 4 || !last?.answered) {
    return [broken("three looks before a repeat", detail)];
  }
  const visible = evidence
    .liveUnder(one.name ?? "", last.asOf, two.sentAt)
    .filter((record) => run.listed?.includes(record.id) === false && !evidence.cameLate(record));
  return visible.length > 0 ? [broken("no repeat of a visible key", detail)] : [];
}

/** "Twins" is for what only a person can resolve: a plain repeat has to be removed. */
function judgeTwinsReport(
  key: DesiredKey,
  run: ClientRun,
  evidence: Evidence,
): readonly Violation[] {
  const said = outcomeOf(run, key.name);
  if (said?.action !== "create" || said.error?.code !== "duplicates") return [];
  // What is left beside a key that has its name is judged where it is removed.
  if (key.deliver !== undefined) return [];
  if (run.stoppedAt !== undefined || run.endedAt === undefined) return [];
  // With a key among them that a person made or renamed, a person has to decide.
  if (evidence.personTouched(key.name)) return [];
  const toldAt = run.toldAt.get(key.name) ?? run.endedAt;
  const last = evidence.lookBefore(run, toldAt);
  // A list that moved under every look of it tells too little to remove anything.
  if (!last?.answered || !last.fits) return [];
  // Then it was read three times, and the list after that, or page 1 of it, tells what is there once
  // creating has ended: nothing is removed any more.
  const before = evidence.looks(run).filter(({ beganAt }) => beganAt < last.beganAt);
  const moved = before.slice(-4).map(({ fits }) => (fits ? "." : "m"));
  if (moved.join("").includes("mmm")) return [];
  const later = evidence.looks(run).filter((look) => look.beganAt > last.endedAt);
  if (later.some((look) => look.beganAt <= toldAt && !look.fits)) return [];
  // A limit that outlasts the deadline keeps it from removing anything.
  if (evidence.wasLimited(run, last.beganAt)) return [];
  const isNew = ({ id }: Stored): boolean => run.listed?.includes(id) === false;
  const records = evidence.liveUnder(key.name, last.asOf, toldAt).filter(isNew);
  // What the list showed counts too, gone since or come while it was read: it may be the eldest, or in
  // use, which left all to a person. The last look may only be page 1, read to confirm the one before.
  const looks = evidence.looks(run).filter(({ endedAt }) => endedAt <= toldAt);
  const shown = looks
    .slice(-2)
    .flatMap(({ served }) => served)
    .filter((record) => record.name === key.name && isNew(record));
  const [keep, ...younger] = [...records, ...shown].toSorted(
    (a, b) => a.created_time - b.created_time || a.id - b.id,
  );
  const others = records.filter(({ id }) => id !== keep?.id);
  if (keep === undefined || records.length < 2) return [];
  const tried = new Set(
    evidence.of(run).flatMap(({ kind, id }) => (kind === "delete" || kind === "get" ? id : [])),
  );
  const fence = Math.max(0, ...(run.listed ?? []));
  const settleS = Math.ceil(evidence.history.schedule.settleMs / 1000);
  const plain = (record: Stored): boolean =>
    record.id > fence &&
    record.used_quota + record.lag === 0 &&
    record.accessed_time === record.created_time &&
    record.created_time - keep.created_time <= settleS &&
    isAsCreated(key, record);
  // One that only a list shows that was read for the deletes comes too late.
  const seen = new Set(looks.flatMap(({ served }) => served.map(({ id }) => id)));
  if (!records.every(({ id }) => seen.has(id))) return [];
  const rest = younger.filter(({ id }) => id !== keep.id);
  if (!rest.every(plain) || others.some(({ id }) => tried.has(id))) return [];
  return [
    broken("a plain repeat is removed", `run ${run.run}, ${key.name}: ${said.error.message}`),
  ];
}
