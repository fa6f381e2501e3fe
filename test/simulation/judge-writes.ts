import type { DesiredKey } from "../../src/model/key.ts";
import { STATUS } from "../../src/model/status.ts";
import type { ClientRun } from "./client-run.ts";
import type { Evidence, Sight, Violation } from "./evidence.ts";
import { wrongFields } from "./expected.ts";
import type { Exchange } from "./exchange-log.ts";
import { REPLACED, type Stored } from "./record.ts";
import type { Step } from "./truth.ts";

/** How old a read may be when the write that rests on it is sent, ms. */
const ADJACENT_MS = 600;

/** (b) undeclared keys are untouched, and (c) no update loses a field. */
export function judgeWrites(evidence: Evidence): readonly Violation[] {
  const { runs, exchanges, truth } = evidence.history;
  return truth.steps.flatMap((step) => {
    if (step.by.kind !== "run") return [];
    const run = runs[step.by.run];
    const x = exchanges[step.by.request];
    return run === undefined || x === undefined ? [] : judgeStep(step, x, run, evidence);
  });
}

function judgeStep(
  step: Step,
  x: Exchange,
  run: ClientRun,
  evidence: Evidence,
): readonly Violation[] {
  const where = `request ${x.n} of run ${run.run}, key ${step.id}`;
  const { before, after } = step;
  if (before === undefined) {
    const { declared, staged } = evidence;
    const isDelivered = declared.get(x.name ?? "")?.deliver !== undefined;
    if (declared.has(x.name ?? "") ? !isDelivered : staged.has(x.name ?? "")) return [];
    return [{ invariant: "b", rule: "only declared names are created", detail: where }];
  }
  // Writes rest on a GET of their key; a list that comes in meanwhile is read for other keys. What a person or the other run did after this read could not be known.
  const sight = evidence.sights(run, step.id, x.sentAt).findLast(({ alone }) => alone);
  const wanted = sight?.record && evidence.wantedOf(sight.record);
  if (sight?.record === undefined || wanted === undefined) {
    return [{ invariant: "b", rule: "undeclared keys are untouched", detail: where }];
  }
  const { key, pruned } = wanted;
  const found: Violation[] = [];
  const guard = pruned
    ? judgePruned(sight.record, sight, run, evidence)
    : judgeRename(key, sight.record, x, run, evidence);
  if (guard !== undefined) found.push({ invariant: "b", rule: guard, detail: where });
  const age = x.sentAt - sight.seenAt;
  if (age > ADJACENT_MS) {
    const rule = "a write follows its read at once";
    found.push({ invariant: "c", rule, detail: `${where}: read ${Math.round(age)} ms before` });
  }
  if (after === undefined) {
    const rule = judgeDelete(key, sight.record, sight, run, evidence);
    if (rule !== undefined) found.push({ invariant: "b", rule, detail: where });
    return found;
  }
  const lost = lostFields(key, { before, after, sight: sight.record, x, run }, evidence);
  if (lost.length > 0) {
    const rule = "no update loses a field";
    found.push({ invariant: "c", rule, detail: `${where}: ${lost.join(", ")}` });
  }
  return found;
}

const DAYS_7 = 7 * 86_400;

/** The guard of `--prune` that a write got past. */
function judgePruned(
  record: Stored,
  { readAt }: Sight,
  run: ClientRun,
  { history }: Evidence,
): string | undefined {
  const { prune } = history.schedule;
  const { used_quota, accessed_time, created_time } = record;
  const wasUsed = used_quota > 0 && accessed_time > created_time;
  // What was spent while it was switched off is taken back.
  const isOff = prune?.by === "disable" && record.status === STATUS.disabled;
  if (!prune?.used && !isOff && wasUsed && readAt / 1000 - accessed_time < DAYS_7) {
    return "no key in use is pruned";
  }
  if (run.listed?.includes(record.id) !== true) return "only what was listed is pruned";
  const ids = new Set(
    run.plan?.changes.flatMap((one) => ("id" in one && one.pruned ? one.id : [])),
  );
  return ids.size > (prune?.most ?? 0) ? "no more keys are pruned than allowed" : undefined;
}

/** A key gets no name that another one had ever since before the run began. */
function judgeRename(
  key: DesiredKey,
  record: Stored,
  { sentAt }: Exchange,
  run: ClientRun,
  evidence: Evidence,
): string | undefined {
  if (record.name === key.name) return undefined;
  const from = run.startedAt - evidence.lagOf(run);
  const there = evidence.liveUnder(key.name, from, sentAt).some(({ id }) => id !== record.id);
  return there ? "no rename to a name that was live" : undefined;
}

/** The rule a delete breaks. A key not declared absent is removed only as a plain repeat. */
function judgeDelete(
  key: DesiredKey,
  record: Stored,
  sight: Sight,
  run: ClientRun,
  evidence: Evidence,
): string | undefined {
  if (key.state === "absent") return undefined;
  if (record.id <= Math.max(0, ...(run.listed ?? []))) return "no key is removed that was listed";
  if (record.used_quota > 0 || record.accessed_time !== record.created_time) {
    return "no used key is removed";
  }
  const { status: _status, ...created } = key.fields;
  const wrong = wrongFields(created, record, sight.readAt).filter((field) => field !== "status");
  if (wrong.length > 0) return "no key that differs is removed";
  // Beside the key that has its name already, one on its way goes whatever its age.
  const isStaged = evidence.staged.has(record.name);
  const named = evidence.liveUnder(key.name, sight.readAt, sight.readAt);
  const elder = isStaged
    ? (named[0] ??
      evidence
        .liveUnder(record.name, sight.readAt, sight.readAt)
        .find((other) => isElder(other, record)))
    : named.find((other) => isElder(other, record));
  // Another hand may have removed the elder between the look and this read.
  const wasSeen =
    elderWasSeen(record.name, record, run, evidence) ||
    (isStaged && nameWasSeen(key.name, run, evidence));
  return elder !== undefined || wasSeen ? undefined : "the eldest key stays";
}

function elderWasSeen(name: string, record: Stored, run: ClientRun, evidence: Evidence): boolean {
  return evidence.of(run).some(({ kind, saw, served }) => {
    if (kind !== "list" || saw !== "yes" || served === undefined) return false;
    return served.some((other) => other.name === name && isElder(other, record));
  });
}

function nameWasSeen(name: string, run: ClientRun, evidence: Evidence): boolean {
  return evidence.of(run).some(({ served = [] }) => served.some((other) => other.name === name));
}

function isElder(a: Stored, b: Stored): boolean {
  return a.created_time < b.created_time || (a.created_time === b.created_time && a.id < b.id);
}

/** A person may have given it its name since the run saw it on its way. */
function wasStaged(id: number, run: ClientRun, evidence: Evidence): boolean {
  return evidence
    .of(run)
    .some(({ served = [] }) =>
      served.some((other) => other.id === id && evidence.staged.has(other.name)),
    );
}

interface Write {
  readonly before: Stored;
  readonly after: Stored;
  readonly sight: Stored;
  readonly x: Exchange;
  readonly run: ClientRun;
}

/** The fields that a write left neither as they were, nor as they were read, nor as declared. */
function lostFields(
  key: DesiredKey,
  { before, after, sight, x, run }: Write,
  evidence: Evidence,
): readonly string[] {
  const { fields } = key;
  const declared: Partial<Record<keyof Stored, unknown>> = {
    ...fields,
    name: key.name,
    model_limits: fields.model_limits?.join(","),
    allow_ips: fields.allow_ips?.join("\n"),
  };
  const lost: string[] = REPLACED.filter((field) => {
    if (field === "remain_quota") return false;
    // The server keeps this one only for a key of the group `auto`.
    if (field === "cross_group_retry" && after.group !== "auto") return false;
    // A key that was created expired gets a time before it is delivered.
    const isRevived = field === "expired_time" && sight.expired_time === 0;
    if (isRevived && wasStaged(sight.id, run, evidence) && after.expired_time === -1) return false;
    const now = after[field] ?? "";
    return now !== (before[field] ?? "") && now !== (sight[field] ?? "") && now !== declared[field];
  });
  const remains = new Set([before.remain_quota, sight.remain_quota]);
  if (fields.remain_quota !== undefined) {
    remains.add(Math.max(0, fields.remain_quota - sight.used_quota));
  } else {
    // Given-back quota of an undeclared grant: back to a grant this run has read before.
    for (const { served, sawAt } of evidence.of(run)) {
      const seen = served?.find(({ id }) => id === sight.id);
      if (seen === undefined || sawAt === undefined || sawAt > x.sentAt) continue;
      remains.add(Math.max(0, seen.remain_quota + seen.used_quota - sight.used_quota));
    }
  }
  if (!remains.has(after.remain_quota)) lost.push("remain_quota");

  const observed = sight.status === STATUS.expired || sight.status === STATUS.exhausted;
  const statuses = new Set([before.status, sight.status]);
  if (fields.status === "disabled") statuses.add(STATUS.disabled);
  else if (fields.status === "enabled" || observed) statuses.add(STATUS.enabled);
  if (!statuses.has(after.status)) lost.push("status");
  return lost;
}
