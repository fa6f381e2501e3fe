import { MAX_SENT_QUOTA, type LiveKey } from "../model/key.ts";
import type { CreateChange } from "../model/plan.ts";
import { sleep } from "../model/ports.ts";
import { unsendableQuota } from "../plan/dangers.ts";
import { createBody } from "../plan/record.ts";
import type { ApplyContext, Ended } from "./context.ts";
import { endCreate } from "./end-create.ts";
import { judgeCreate, type CreateAttempt } from "./judge-create.ts";
import { isAsCreated, isUnused, type KeeperRules } from "./keeper.ts";
import { fenceOf, lookForNew } from "./look.ts";
import { failed } from "./outcomes.ts";
import { isUnclear, removeKey } from "./remove-key.ts";

/** A create with an unclear answer is looked for this long after, ms, before it is sent again. */
const LOOK_WAITS_MS = [1_000, 2_000, 4_000];

/** How often repeats are tried to be removed; a delete may be lost like anything else. */
const REMOVE_TRIES = 3;

/**
 * Creates each key once, on a server that returns no id, allows names twice and has no idempotency
 * key. Every key is posted once; then the list says what exists. Only a create whose answer was
 * unclear *and* that stayed absent through three more looks is posted once more. As long as any
 * answer was unclear, a late commit may still land, so one more look follows after the settle time,
 * and repeats are removed. Without an unclear answer there is one look and no wait.
 */
export async function createKeys(
  changes: readonly CreateChange[],
  context: ApplyContext,
): Promise<readonly Ended[]> {
  const rules: KeeperRules = {
    fence: fenceOf(context),
    settleMs: context.settleMs,
    now: context.now(),
  };
  const unsendable = new Map(changes.flatMap((change) => refuseQuota(change)));
  const attempts = new Map<string, CreateAttempt>();
  let found: readonly LiveKey[] | undefined;
  let lookedNow = false;
  let lastDoubtAt: number | undefined;
  /** Names with an unclear answer whose last possible moment to land no look has covered yet. */
  const doubted = new Set<string>();

  const look = async (doubt = lastDoubtAt !== undefined): Promise<void> => {
    const sent = [...attempts.values()].filter(({ answer }) => mayExist(answer.kind));
    const names = sent.map(({ change }) => change.name);
    const beganAt = context.clock.now();
    const seen = await lookForNew(context, { names, doubt });
    lookedNow = seen !== undefined;
    const settled = lastDoubtAt !== undefined && beganAt >= lastDoubtAt + context.settleMs;
    if (lookedNow && settled) doubted.clear();
    // A failed look takes nothing back: what was seen before did exist.
    found = seen ?? found;
  };
  const post = async (wanted: readonly CreateChange[]): Promise<void> => {
    const posted = wanted.map(async (change) => {
      const before = attempts.get(change.name);
      const answer = await context.api.create(createBody(change.name, change.desired.fields));
      if (answer.kind === "unknown") {
        lastDoubtAt = context.clock.now();
        doubted.add(change.name);
      }
      // What became of a repeat does not tell what became of the first: that stays open.
      const tells = before === undefined || answer.kind === "accepted";
      attempts.set(change.name, tells ? { change, answer } : before);
      context.emit({ type: "sent", name: change.name, sent: attempts.size, total: changes.length });
    });
    await Promise.all(posted);
  };
  const missing = (kinds: readonly string[]): readonly CreateChange[] =>
    [...attempts.values()].flatMap(({ change, answer }) =>
      kinds.includes(answer.kind) && !found?.some((key) => key.name === change.name)
        ? [change]
        : [],
    );
  const lookForMissing = async (): Promise<void> => {
    for (const ms of LOOK_WAITS_MS) {
      if (missing(["unknown", "accepted"]).length === 0) return;
      context.emit({ type: "wait", what: "for keys that are not in the list yet", ms });
      if ((await sleep(context.clock, ms, context.stop.writes)) === "aborted") return;
      await look();
    }
  };

  await post(changes.filter((change) => !unsendable.has(change)));
  const stored = [...attempts.values()].some(({ answer }) => mayHaveBeenStored(answer.kind));
  // A run that is being stopped takes its one look later, for all keys together.
  if (stored && context.stop.reason() === undefined) {
    await look();
    await lookForMissing();
    const again = missing(["unknown"]);
    // Absence must have been seen, not assumed, before anything is sent a second time.
    if (again.length > 0 && lookedNow && !context.stop.writes.aborted) {
      await post(again);
      await look();
      await lookForMissing();
    }
    if (lastDoubtAt !== undefined && !context.stop.writes.aborted) {
      const ms = Math.max(0, lastDoubtAt + context.settleMs - context.clock.now());
      context.emit({ type: "wait", what: "for late answers to settle", ms });
      await sleep(context.clock, ms, context.stop.writes);
      await look();
      if (lookedNow) doubted.clear();
    }
    for (let tries = 1; tries <= REMOVE_TRIES; tries += 1) {
      const removal = await removeRepeats(attempts, found, rules, context);
      if (removal === "nothing to do") break;
      // An unclear delete may land after the key that was to stay has gone by another hand.
      if (removal === "unclear") await sleep(context.clock, context.settleMs, context.stop.writes);
      await look(true);
    }
  }
  return Promise.all(
    changes.map(async (change) => {
      const refused = unsendable.get(change);
      if (refused !== undefined) return refused;
      const attempt = attempts.get(change.name);
      if (attempt === undefined) throw new Error(`no attempt for ${change.name}`);
      const settled = !doubted.has(change.name);
      return endCreate({ ...attempt, settled }, found, rules, context);
    }),
  );
}

function mayExist(kind: CreateAttempt["answer"]["kind"]): boolean {
  return kind === "accepted" || kind === "unknown";
}

function mayHaveBeenStored(kind: CreateAttempt["answer"]["kind"]): boolean {
  return kind !== "not-carried-out";
}

/** The grant is valid in the file, but the server takes no such number in a request. */
function refuseQuota(change: CreateChange): readonly (readonly [CreateChange, Ended])[] {
  const body = createBody(change.name, change.desired.fields);
  const message = unsendableQuota(body.remain_quota, MAX_SENT_QUOTA);
  if (message === undefined) return [];
  return [[change, failed(change, "change-failed", `nothing was sent: ${message}`)]];
}

/** Removes repeats of keys this run created: the only delete nobody asked for. */
async function removeRepeats(
  attempts: ReadonlyMap<string, CreateAttempt>,
  found: readonly LiveKey[] | undefined,
  rules: KeeperRules,
  context: ApplyContext,
): Promise<"nothing to do" | "tried" | "unclear"> {
  const repeats = [...attempts.values()].flatMap((attempt) => {
    const records = found?.filter((key) => key.name === attempt.change.name);
    const verdict = judgeCreate(attempt, records, rules);
    const { fields } = attempt.change.desired;
    return verdict.kind === "repeated" ? verdict.remove.map((key) => ({ key, fields })) : [];
  });
  if (repeats.length === 0 || context.stop.writes.aborted) return "nothing to do";
  const removals = await Promise.all(
    repeats.map(({ key, fields }) =>
      removeKey(key, context, (now) => isUnused(now) && isAsCreated(now, fields, rules.now)),
    ),
  );
  const unclear = removals.some(isUnclear);
  return unclear ? "unclear" : "tried";
}
