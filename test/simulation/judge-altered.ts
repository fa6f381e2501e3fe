import type { DesiredKey } from "../../src/model/key.ts";
import { altered } from "./altered-name.ts";
import type { ClientRun } from "./client-run.ts";
import { outcomeOf, type Evidence, type Violation } from "./evidence.ts";
import { isAsCreated } from "./expected.ts";
import type { Stored } from "./record.ts";

/** (a) and (d) on a server that alters names: the key is named, and no further one is made. */
export function judgeAltered(evidence: Evidence): readonly Violation[] {
  const { runs, schedule } = evidence.history;
  return schedule.declared
    .filter(({ name }) => isAltered(name, evidence))
    .flatMap((key) => runs.flatMap((run) => judgeRun(key, run, evidence)));
}

/** The server stores another name when this one is created. */
export function isAltered(name: string, { history }: Evidence): boolean {
  return altered(name, history.schedule.traits.alters) !== name;
}

function judgeRun(key: DesiredKey, run: ClientRun, evidence: Evidence): readonly Violation[] {
  const { name } = key;
  const bears = altered(name, evidence.history.schedule.traits.alters);
  const detail = `run ${run.run}, ${name}`;
  const found: Violation[] = [];
  const posts = evidence.of(run).filter((x) => x.kind === "post" && x.name === name);
  const known = recordsAt(run.startedAt, bears, key, evidence);
  if (run.role === "calm" && known.length > 0) {
    if (posts.length > 0) {
      found.push({ invariant: "a", rule: "no create beside an altered name", detail });
    }
    const planned = run.plan?.changes.find((change) => change.name === name)?.action;
    const missing = evidence.liveUnder(name, run.startedAt, run.startedAt).length === 0;
    if (missing && planned !== "conflict") {
      found.push({ invariant: "a", rule: "an altered name is a conflict", detail });
    }
  }
  const said = outcomeOf(run, name);
  const [post] = posts;
  if (posts.length !== 1 || post?.saw !== "yes" || run.stoppedAt !== undefined) return found;
  if (said?.action !== "create" || run.endedAt === undefined) return found;
  const told = run.toldAt.get(name) ?? run.endedAt;
  const look = evidence.lookBefore(run, told);
  const made = evidence.history.truth.steps.find(
    ({ before, by }) => before === undefined && by.kind === "run" && by.request === post.n,
  );
  if (!look?.answered || made === undefined || evidence.personTouched(bears)) return found;
  if (evidence.personTouched(name)) return found;
  const there = recordsAt(told, bears, key, evidence).map(({ id }) => id);
  if (!there.includes(made.id) || !evidence.quiet(look.asOf, told)) return found;
  const text = said.error?.message ?? "";
  const named = text.includes(bears) && there.some((id) => text.includes(String(id)));
  if (said.status === "unknown" && named) return found;
  found.push({ invariant: "d", rule: "an altered name is told with its id", detail });
  return found;
}

/** The records of the altered name that can be nothing but this key: unused, as created. */
function recordsAt(
  time: number,
  name: string,
  key: DesiredKey,
  evidence: Evidence,
): readonly Stored[] {
  return evidence
    .liveUnder(name, time, time)
    .filter(
      (record) =>
        record.used_quota === 0 &&
        record.accessed_time === record.created_time &&
        isAsCreated(key, record),
    );
}
