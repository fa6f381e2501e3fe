import type { Outcome } from "../../src/model/outcome.ts";
import type { ClientRun } from "./client-run.ts";
import { mayHaveArrived, type Evidence, type Sight, type Violation } from "./evidence.ts";
import { isUnclear, type Exchange } from "./exchange-log.ts";
import { wrongFields } from "./expected.ts";
import { checkDeleted, checkDone } from "./judge-done.ts";
import { checkUnknown, checkUnknownCreate } from "./judge-unknown.ts";
import type { Case, Check } from "./outcome-case.ts";
import type { Stored } from "./record.ts";

/** (d) What a run says is so. */
export function judgeOutcomes(evidence: Evidence): readonly Violation[] {
  return evidence.history.runs.flatMap((run) => {
    const { endedAt } = run;
    if (endedAt === undefined) return [];
    return (run.outcomes ?? []).flatMap((outcome) => {
      const change = run.plan?.changes.find(
        (one) =>
          one.name === outcome.name &&
          (outcome.id === undefined || !("id" in one) || one.id === outcome.id),
      );
      const pruned =
        change !== undefined && "pruned" in change && change.pruned ? change.desired : undefined;
      const key = evidence.declared.get(outcome.name) ?? pruned;
      if (key === undefined) return [];
      const target = change !== undefined && "id" in change ? change.id : undefined;
      const writes = evidence
        .of(run)
        .filter((x) => mayHaveArrived(x) && isAbout(x, outcome, target));
      const toldAt = run.toldAt.get(outcome.name) ?? endedAt;
      // A read that began before a POST was answered may show its key; before a PUT it shows nothing.
      const lastWrite = Math.max(
        0,
        ...writes.map(({ kind, sentAt, sawAt = 0 }) => (kind === "post" ? sentAt : sawAt)),
      );
      const sights = evidence
        .sights(run, outcome.id ?? target ?? 0, endedAt)
        .filter(({ seenAt }) => seenAt >= lastWrite);
      const subject = { outcome, key, run, toldAt, endedAt, sights, writes, evidence };
      // What is not known of a create is not known under the name it was posted with.
      const isStaged = key.deliver !== undefined && outcome.action === "create";
      if (isStaged && outcome.status === "unknown") return [];
      const rule = checkOf(outcome)(subject);
      if (rule === undefined) return [];
      const said = `${outcome.action} ${outcome.status} ${outcome.error?.message ?? ""}`;
      const detail = `run ${run.run}, ${outcome.name}: ${said}`;
      return [{ invariant: "d", rule, detail } as const];
    });
  });
}

function isAbout(x: Exchange, outcome: Outcome, target: number | undefined): boolean {
  if (x.kind === "list" || x.kind === "get") return false;
  if (x.kind === "post") return x.name === outcome.name;
  // A person may have renamed the key to another declared name, under which it was written.
  if (x.body !== undefined && x.body["name"] !== outcome.name) return false;
  return x.id === (target ?? outcome.id);
}

function checkOf({ status, action }: Outcome): Check {
  switch (status) {
    case "done":
      return action === "delete" ? checkDeleted : checkDone;
    case "failed":
      return action === "create" ? checkFailedCreate : checkFailed;
    case "unknown":
      return action === "create" ? checkUnknownCreate : checkUnknown;
    case "not_attempted":
      return ({ writes }) =>
        writes.some((write) => write.handledAt !== undefined || isUnclear(write))
          ? "what was not attempted was not sent"
          : undefined;
  }
}

function checkFailedCreate(subject: Case): string | undefined {
  const { outcome, key, run, toldAt, endedAt, writes, evidence } = subject;
  const posts = writes.filter(({ kind }) => kind === "post");
  const names = outcome.id !== undefined || outcome.error?.code === "duplicates";
  if (!names && posts.some(({ storedAt = 0 }) => storedAt > endedAt)) {
    return "failed without a key never lands later";
  }
  if (!names && posts.some(isUnclear)) return "failed without a key had clear answers";
  const look = evidence.lookBefore(run, toldAt);
  if (look === undefined || !look.answered) return;
  const text = `${outcome.id ?? ""} ${outcome.error?.message ?? ""}`;
  for (const record of evidence.liveUnder(key.name, look.asOf, toldAt)) {
    if (run.listed?.includes(record.id) === true) continue;
    // A key that a person renamed stands on a page that may have been read before; one that went
    // between two pages moved another up, past the page that is read next.
    const renamed = wasRenamed(record, evidence);
    const hidden = renamed || evidence.wentWithin(look.asOf, look.endedAt);
    if (hidden && !wasShown(record, run, evidence)) continue;
    // Duplicates are told as the create's own looks showed them; a list read for later changes may be the
    // first to show one that was given the name, or one that a key gone elsewhere made up for.
    const madeUp = evidence.wentWithin(0, look.asOf);
    // The pages of a list that moves are of several moments: one that came meanwhile may be on none.
    const missed = !look.whole && !wasShown(record, run, evidence);
    if ((renamed || madeUp || missed) && outcome.error?.code === "duplicates") continue;
    if (missed && outcome.id !== undefined) continue;
    if (!hasWord(text, String(record.id))) return "failed has no record, or names it";
    if (outcome.error?.code === "duplicates") continue;
    // Whose the first key is could not be told: it is named to be deleted, whatever it is like.
    if (outcome.error?.code === "other-account") continue;
    // Beside one that was left on its way to its places, a key is named, and not compared.
    if (key.deliver !== undefined && outcome.id !== undefined && outcome.id !== record.id) continue;
    // What was refused made no key: this one is another's, which the next run compares.
    if (posts.every(({ saw }) => saw === "no")) continue;
    const sights = evidence.sights(run, record.id, endedAt);
    if (!isNamed(sights, subject)) return "failed names the differing fields";
  }
  return undefined;
}

function wasRenamed({ id, name }: Stored, evidence: Evidence): boolean {
  return evidence
    .stepsOf(id)
    .some(({ before, after }) => before && before.name !== name && after?.name === name);
}

function wasShown({ id, name }: Stored, run: ClientRun, evidence: Evidence): boolean {
  return evidence
    .looks(run)
    .some(({ served }) => served.some((record) => record.id === id && record.name === name));
}

/** Whether the message names every field that was wrong at one of the reads it can rest on. */
function isNamed(sights: readonly Sight[], { key, outcome }: Case): boolean {
  const text = outcome.error?.message ?? "";
  return sights.some(
    ({ record, readAt }) =>
      record !== undefined &&
      wrongFields(key.fields, record, readAt).every((field) => hasWord(text, field)),
  );
}

function checkFailed(subject: Case): string | undefined {
  const { outcome, key, run, toldAt, writes, evidence } = subject;
  const sights = subject.sights.filter(({ seenAt }) => seenAt <= toldAt);
  const stored = writes.filter(({ storedAt = Infinity }) => storedAt <= toldAt);
  if (outcome.action === "delete" && writes.some(deleted)) {
    // No look is taken later than 7 s after a delete, and none that late after one that was sent again.
    const landed = writes.findIndex(deleted);
    const { storedAt = 0 } = writes[landed] ?? {};
    const isShown = evidence.looks(run).some(({ answered, asOf }) => answered && asOf >= storedAt);
    const isUnseen = landed > 0 && !isShown;
    return isUnseen || evidence.lagOf(run) >= 7_000 ? undefined : "a failed delete leaves the key";
  }
  if (stored.length === 0) return undefined;
  if (outcome.error?.code === "duplicates") {
    const there = evidence.looks(run).flatMap(({ served }) => served);
    const others = there.filter(({ name, id }) => name === key.name && id !== outcome.id);
    return others.length > 0 ? undefined : "duplicates are there";
  }
  const gone = evidence
    .stepsOf(outcome.id ?? 0)
    .some(({ at, after }) => after === undefined && at <= toldAt);
  if (gone) return undefined;
  const last = sights.at(-1);
  // Gone or under another name, it is no longer what was declared.
  if (last?.record?.name !== key.name) return undefined;
  const right = sights.every(
    ({ record, readAt }) => record && wrongFields(key.fields, record, readAt).length === 0,
  );
  if (right) return "what is as declared is not failed";
  return isNamed(sights, subject) ? undefined : "failed names the differing fields";
}

function deleted({ kind, storedAt }: Exchange): boolean {
  return kind === "delete" && storedAt !== undefined;
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`(^|\\W)${word}(\\W|$)`).test(text);
}
