import type { Gatekeeper, PassingAnswer } from "./gateway.ts";
import { noise, resultsOf, undeclaredIn, untruths } from "./judge.ts";
import { atPlace, type Place } from "./place.ts";
import { ENTRIES } from "./scenario.ts";
import type { CliProcess } from "./start-cli.ts";

/** The name whose create outlives its process. */
const LATE = "new-narrow";

/**
 * Kills a run at one of its creates, which the server gets only later: while the next run, which
 * has listed already, sends its own; or after that run. Returns what is wrong then.
 */
export async function playLateCreate(landing: "during" | "after"): Promise<readonly string[]> {
  let victim: CliProcess | undefined;
  let land: (() => Promise<PassingAnswer>) | undefined;
  const gatekeeper: Gatekeeper = async ({ method, body }, forward) => {
    if (method !== "POST" || JSON.parse(body).name !== LATE) return forward();
    if (victim === undefined) {
      if (landing === "during") await land?.();
      return forward();
    }
    land = forward;
    victim.kill("SIGKILL");
    await victim.ended;
    return undefined;
  };
  // All that the last run is left to do beside the conflict is none of the runs before it.
  const entries = [...ENTRIES, "{ name: zz-more, remain_quota: 1 }"];
  const options = landing === "during" ? { gatekeeper } : { gatekeeper, entries };
  return atPlace(options, async (place) => {
    victim = place.start(landing === "during" ? "" : "--only new-*");
    await victim.ended;
    await place.gateway.isQuiet();
    victim = undefined;
    if (landing === "during") return endsInOne(place);
    const second = await place.apply(`--only ${LATE}`);
    if (land === undefined || second.code !== 0)
      return [`the second run ended with ${second.code}`];
    await land();
    return blocksOneName(place);
  });
}

function byId(a: number, b: number): number {
  return a - b;
}

async function endsInOne({ sandbox, before, apply }: Place): Promise<readonly string[]> {
  const run = await apply();
  const records = sandbox.store.all();
  // What the dead run had done already is no change of this one.
  const lies = untruths(run, records, before).filter((what) => !what.startsWith("accounted for"));
  return [
    ...(run.code === 0 ? [] : [`${run.code}: ${run.stdout}`]),
    ...lies,
    ...undeclaredIn(records, before),
  ];
}

async function blocksOneName(place: Place): Promise<readonly string[]> {
  const { sandbox, before, apply, run } = place;
  const ids = sandbox.store
    .all()
    .filter(({ name }) => name === LATE)
    .map(({ id }) => id);
  const plan = JSON.parse((await run("plan --format json")).stdout);
  const [conflict] = plan.changes;
  const shown: readonly number[] = (conflict.duplicates ?? []).map(
    ({ id }: { readonly id: number }) => id,
  );
  const last = await apply();
  const after = sandbox.store.all();
  const misjudged = resultsOf(last).filter(
    ({ name, status }) => status !== (name === LATE ? "not_attempted" : "done"),
  );
  const left = after.filter(({ name }) => name === LATE).map(({ id }) => id);
  const rest = after.filter(({ id, name }) => id !== Math.max(...ids) && name !== "zz-more");
  return [
    ...(ids.length === 2 && shown.toSorted(byId).join() === ids.toSorted(byId).join()
      ? []
      : ["not shown"]),
    ...(conflict.action === "conflict" && conflict.name === LATE ? [] : ["no conflict"]),
    ...(plan.summary.conflict === 1 ? [] : ["another conflict"]),
    ...(last.code === 8 ? [] : [`the last run ended with ${last.code}`]),
    ...misjudged.map((result) => JSON.stringify(result)),
    ...(left.join() === ids.join() ? [] : ["a twin was touched"]),
    ...(after.some(({ name }) => name === "zz-more") ? [] : ["another name was blocked"]),
    ...undeclaredIn(rest, before),
    ...noise(last),
  ];
}
