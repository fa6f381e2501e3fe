import { setTimeout as after } from "node:timers/promises";
import type { CliRun } from "../support/run-cli.ts";
import { noise, touched, undeclaredIn, untruths } from "./judge.ts";
import { atPlace } from "./place.ts";
import { CREATED } from "./scenario.ts";

/** Longer than any `late` or `slow` of these rounds, ms. */
const ALL_LANDED_MS = 2_500;

/**
 * Applies one file with two processes at once under faults that both share. Afterwards every name
 * is there once, or the next plan reports it as a conflict, and nothing else is wrong. With a
 * settle time longer than the runs, no conflict may be left either.
 */
export async function playTwoAtOnce(
  faults: readonly string[],
  randomSeed: number,
  settle: "short" | "long" = "short",
): Promise<readonly string[]> {
  return atPlace({ latencyMs: 120, randomSeed }, async (place) => {
    const { sandbox, before, faults: set, start, apply, run } = place;
    const { store } = sandbox;
    set(...faults);
    // Without an unclear answer a long settle time is not waited for.
    const flags = settle === "long" ? "--settle 30s" : "";
    const runs = await Promise.all([start(flags).ended, start(flags).ended]);
    if (faults.length > 0) await after(ALL_LANDED_MS);
    set();
    const records = store.all();
    const twins = Object.keys(CREATED).filter(
      (created) => records.filter(({ name }) => name === created).length > 1,
    );
    const plan = JSON.parse((await run("plan --format json")).stdout);
    const conflicts: readonly string[] = plan.changes
      .filter(({ action }: { readonly action: string }) => action === "conflict")
      .map(({ name }: { readonly name: string }) => name);
    const again = await apply();
    const settled = undeclaredIn(store.all(), before).filter(
      (what) => !twins.some((name) => what.startsWith(`${name} is there`)),
    );
    return [
      ...(settle === "long" ? twins.map((name) => `${name} is there twice`) : []),
      ...runs.flatMap((one) => wrongWith(one, twins, place)),
      ...(conflicts.toSorted().join() === twins.toSorted().join() ? [] : ["an unreported twin"]),
      ...touched(records, before),
      ...(again.code === (twins.length > 0 ? 8 : 0) ? [] : [`then ${again.code}`]),
      ...settled,
    ];
  });
}

/** The other run may have made a change first, so only what a report claims is compared. */
function wrongWith(
  run: CliRun,
  twins: readonly string[],
  { sandbox, before }: Parameters<Parameters<typeof atPlace>[1]>[0],
): readonly string[] {
  const lies = untruths(run, sandbox.store.all(), before).filter(
    (what) =>
      !what.startsWith("accounted for") && !twins.some((name) => what.includes(`"name":"${name}"`)),
  );
  return [
    ...([0, 6, 8].includes(run.code ?? -1) ? [] : [`exit code ${run.code}`]),
    ...lies,
    ...noise(run),
  ];
}
