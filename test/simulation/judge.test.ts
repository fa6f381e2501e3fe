import { beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../../src/model/outcome.ts";
import type { Exchange } from "./exchange-log.ts";
import { judge } from "./judge.ts";
import { playSchedule, type History } from "./play-schedule.ts";
import type { ClientRun } from "./client-run.ts";
import { seedOf } from "./random.ts";
import type { Stored } from "./record.ts";
import type { Step } from "./truth.ts";

/** A good history with a create, a PUT and an untouched stranger in it, to be falsified. */
let good: History;
let writer: ClientRun;
let put: Step & { readonly before: Stored; readonly after: Stored };
let made: Stored;

beforeAll(async () => {
  for (let index = 0; ; index += 1) {
    const history = await playSchedule(seedOf(77, index));
    const [run] = history.runs;
    const { seeded } = history.schedule;
    const found = history.truth.steps.find(
      ({ by, before, after }) =>
        by.kind === "run" && by.run === 0 && before && after && before.group !== "elsewhere",
    );
    const created = run?.outcomes?.find(
      ({ action, status }) => action === "create" && status === "done",
    );
    const record = history.atEnd.find(({ id }) => id === created?.id);
    const strangers = seeded.some(({ name }) => name.startsWith("other-"));
    const lonely = history.schedule.people.length === 0 && history.schedule.runs.length === 1;
    if (!run || !found?.before || !found.after || !record || !strangers || !lonely) continue;
    if (history.runs.some(({ killedAt, stoppedAt }) => killedAt ?? stoppedAt)) continue;
    if (history.runs.some(({ outcomes }) => outcomes?.some(({ status }) => status !== "done"))) {
      continue;
    }
    good = history;
    writer = run;
    put = { ...found, before: found.before, after: found.after };
    made = record;
    return;
  }
});

function rulesOf(history: History): readonly string[] {
  return judge(history).map(({ invariant, rule }) => `(${invariant}) ${rule}`);
}

function withSteps(...steps: readonly Step[]): History {
  const all = [...good.truth.steps, ...steps].sort((a, b) => a.at - b.at);
  return { ...good, truth: { steps: all } };
}

function withRun(changed: Partial<ClientRun>): History {
  return { ...good, runs: good.runs.map((run) => (run === writer ? { ...run, ...changed } : run)) };
}

function withOutcome(name: string, changed: Partial<Outcome>): History {
  const outcomes = writer.outcomes?.map((outcome) =>
    outcome.name === name ? { ...outcome, ...changed } : outcome,
  );
  return withRun(outcomes === undefined ? {} : { outcomes });
}

function postOf(name: string): Exchange {
  const post = good.exchanges.find((x) => x.kind === "post" && x.name === name);
  if (post === undefined) throw new Error("no create");
  return post;
}

describe("the judge of deliveries", () => {
  let found: ReturnType<typeof delivered>;
  beforeAll(() => {
    found = delivered();
  });

  /** A good history in which a key was created, delivered and named. */
  async function delivered() {
    // Of this seed the first schedules have none.
    for (let index = 185; ; index += 1) {
      const history = await playSchedule(seedOf(78, index));
      const keys = history.schedule.declared.filter(({ deliver }) => deliver !== undefined);
      const [run] = history.runs;
      const done = run?.outcomes?.find(
        ({ action, name, status }) =>
          action === "create" && status === "done" && keys.some((key) => key.name === name),
      );
      if (history.schedule.people.length > 0 || history.runs.length !== 3 || !done) continue;
      if (judge(history).length === 0) return { history, done };
    }
  }

  test("(g) finds a key that was named, or told to be done, before its place had it", async () => {
    const { history, done } = await found;
    const taken = history.taken.filter(({ id }) => id !== done.id);
    expect(rulesOf({ ...history, taken })).toEqual(
      expect.arrayContaining(["(g) named only once delivered", "(g) done is delivered"]),
    );
  });

  test("(g) finds a place that holds another key in the end", async () => {
    const { history, done } = await found;
    const last = history.taken.findLast(({ id }) => id === done.id);
    if (last === undefined) throw new Error("nothing was taken");
    const taken = [...history.taken, { ...last, id: 999 }];
    expect(rulesOf({ ...history, taken })).toEqual(["(g) a place holds the live key"]);
  });

  test("(a) finds a key that was left on its way", async () => {
    const { history, done } = await found;
    const atEnd = history.atEnd.map((record) =>
      record.id === done.id ? { ...record, name: `${record.name}~new` } : record,
    );
    expect(rulesOf({ ...history, atEnd })).toContain("(a) nothing is left on its way");
  });
});

describe("the judge", () => {
  test("finds nothing wrong with a good history", () => {
    expect(judge(good)).toEqual([]);
  });

  test("(a) misses a key that is not there at the end", () => {
    const atEnd = good.atEnd.filter(({ id }) => id !== made.id);
    expect(rulesOf({ ...good, atEnd })).toContain("(a) exactly one key");
  });

  test("(a) sees twins that nobody reported", () => {
    const atEnd = [...good.atEnd, { ...made, id: 9_999 }];
    expect(rulesOf({ ...good, atEnd })).toContain("(a) twins are reported");
  });

  test("(a) sees a create that was sent again blindly", () => {
    const post = good.exchanges.find(({ kind, name }) => kind === "post" && name === made.name);
    if (post === undefined) throw new Error("no create");
    const again: Exchange = { ...post, n: good.exchanges.length, sentAt: (post.sawAt ?? 0) + 1 };
    const exchanges = [...good.exchanges, again];
    expect(rulesOf({ ...good, exchanges })).toContain("(a) only an unclear create is repeated");
  });

  test("(a) sees a create that rests on an old list", () => {
    const post = postOf(made.name);
    const { settleMs } = good.schedule;
    const late: Exchange = { ...post, sentAt: post.sentAt + settleMs, sawAt: Infinity };
    const exchanges = good.exchanges.map((x) => (x === post ? late : x));
    expect(rulesOf({ ...good, exchanges })).toContain("(a) no create on an old list");
  });

  test("(a) sees a create for a name that a list has shown", () => {
    const elder: Stored = { ...made, id: 9_999 };
    const post = postOf(made.name);
    const seeded = [...good.schedule.seeded, elder];
    const exchanges = good.exchanges.map((x) =>
      x.kind === "list" && x.run === post.run && x.sentAt < post.sentAt
        ? { ...x, served: [...(x.served ?? []), elder] }
        : x,
    );
    const shown = { ...good, schedule: { ...good.schedule, seeded }, exchanges };
    expect(rulesOf(shown)).toContain("(a) no create for a name a list has shown");
  });

  test("(b) sees a write to a key that is not declared", () => {
    const stranger = good.schedule.seeded.find(({ name }) => name.startsWith("other-"));
    if (stranger === undefined) throw new Error("no stranger");
    const step = { at: put.at, id: stranger.id, before: stranger, by: put.by };
    expect(rulesOf(withSteps(step))).toContain("(b) undeclared keys are untouched");
  });

  test("(c) sees a field that a PUT lost", () => {
    const lost = { ...put, after: { ...put.after, group: "elsewhere" } };
    expect(rulesOf(withSteps(lost))).toContain("(c) no update loses a field");
  });

  test("(c) sees quota that rests on an old read", () => {
    const lost = { ...put, after: { ...put.after, remain_quota: put.after.remain_quota + 17 } };
    expect(rulesOf(withSteps(lost))).toContain("(c) no update loses a field");
  });

  test("(e) sees a run that looks and looks", () => {
    const list = good.exchanges.find(
      ({ kind, run, saw, page }) =>
        kind === "list" && run === writer.run && saw === "yes" && page === 1,
    );
    if (list === undefined) throw new Error("no list");
    const looks = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        ...list,
        total: list.served?.length ?? 0,
        sentAt: list.sentAt + at / 1_000,
        sawAt: list.sentAt + at / 1_000,
      }));
    const rule = "(e) a run does not look without end";
    expect(rulesOf({ ...good, exchanges: [...good.exchanges, ...looks(20)] })).not.toContain(rule);
    expect(rulesOf({ ...good, exchanges: [...good.exchanges, ...looks(40)] })).toContain(rule);
  });

  test("(d) sees a done that was never read", () => {
    expect(rulesOf(withOutcome(made.name, { id: 9_999 }))).toContain(
      "(d) done was read as declared after the last write",
    );
  });

  test("(d) sees a done that is no longer so when it is told", () => {
    const at = (writer.toldAt.get(made.name) ?? 0) - 0.001;
    const by = { kind: "run", run: writer.run, request: postOf(made.name).n } as const;
    const gone: Step = { at, id: made.id, before: made, by };
    expect(rulesOf(withSteps(gone))).toContain("(d) done is so when it is told");
  });

  test("(d) sees a done after a doubt without a look past the settle time", () => {
    const post = postOf(made.name);
    const exchanges = good.exchanges.map((x) =>
      x === post ? { ...x, saw: "unclear" as const } : x,
    );
    expect(rulesOf({ ...good, exchanges })).toContain(
      "(d) done after a doubt rests on a look past the settle time",
    );
  });

  test("(d) sees a done beside a second key that the run made", () => {
    const other: Stored = { ...made, id: 9_999 };
    const history = withSteps({
      at: postOf(made.name).storedAt ?? 0,
      id: other.id,
      after: other,
      by: { kind: "run", run: writer.run, request: postOf(made.name).n },
    });
    const atRest = [...history.atRest, other];
    const rules = rulesOf({ ...history, atRest });
    expect(rules).toContain("(d) done is not another key while its own stays");
  });

  test("(d) sees a done although a later list had shown a second key", () => {
    const other: Stored = { ...made, id: 9_999 };
    const last = good.exchanges.findLast(({ run, kind }) => run === writer.run && kind === "list");
    const exchanges = good.exchanges.map((x) =>
      x === last ? { ...x, served: [...(x.served ?? []), other] } : x,
    );
    const by = { kind: "person" } as const;
    const step: Step = { at: last?.sentAt ?? 0, id: other.id, after: other, by };
    const history = { ...withSteps(step), exchanges, atRest: [...good.atRest, other] };
    expect(rulesOf(history)).toContain("(d) done although a list had shown a second key");
  });

  test("(d) sees a failed create whose key is there", () => {
    const { outcomes } = withOutcome(made.name, {}).runs[0] ?? {};
    const changed = outcomes?.map((outcome): Outcome => {
      if (outcome.name !== made.name) return outcome;
      const { id: _id, ...rest } = outcome;
      return { ...rest, status: "failed", error: { code: "change-failed", message: "refused" } };
    });
    expect(rulesOf(withRun(changed === undefined ? {} : { outcomes: changed }))).toContain(
      "(d) failed has no record, or names it",
    );
  });

  test("(d) sees a not attempted that was sent", () => {
    const changed = withOutcome(made.name, { status: "not_attempted" });
    expect(rulesOf(changed)).toContain("(d) what was not attempted was not sent");
  });

  test("(d) sees an unknown that the list could tell", () => {
    const quiet = rulesOf(withOutcome(made.name, { status: "unknown" }));
    expect(quiet.some((rule) => rule.startsWith("(d) "))).toBe(true);
  });

  test("(e) sees a run that outlasts its deadline", () => {
    const late = withRun({ endedAt: writer.startedAt + writer.deadlineMs + 1_000 });
    expect(rulesOf(late)).toContain("(e) the run ends before its deadline");
  });

  test("(f) sees a calm run that still writes", () => {
    const last = good.runs.at(-1);
    const post = good.exchanges.find(({ kind }) => kind === "post");
    if (post === undefined || last === undefined) throw new Error("no create");
    const again = { ...post, run: last.run, n: good.exchanges.length };
    const exchanges = [...good.exchanges, again];
    expect(rulesOf({ ...good, exchanges })).toContain("(f) a calm run repeated is a no-op");
  });

  test("sees a client that throws, and a simulation that hangs", () => {
    expect(rulesOf(withRun({ crash: "TypeError" }))).toContain("(-) the client throws nothing");
    expect(rulesOf({ ...good, broken: "no end" })).toEqual(["(-) the simulation works"]);
  });
});
