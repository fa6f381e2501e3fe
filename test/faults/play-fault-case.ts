import { setTimeout as after } from "node:timers/promises";
import type { CliRun } from "../support/run-cli.ts";
import { noise, resultsOf, touched, undeclaredIn, untruths } from "./judge.ts";
import { atPlace } from "./place.ts";

export interface Findings {
  /** The run under faults. */
  readonly first: CliRun;
  /** Everything that is not as it should be; empty when all is well. */
  readonly wrong: readonly string[];
}

/** Longer than any `late` or `slow` of these tests, ms. */
const ALL_LANDED_MS = 600;

/**
 * Applies the scenario once under faults and once more without, and judges both by the sandbox's
 * own store: the first report must be true, the second run must end with the account as declared.
 */
export async function playFaultCase(
  faults: readonly string[],
  flags: string,
  randomSeed = 1,
): Promise<Findings> {
  return atPlace({ randomSeed }, async ({ sandbox, before, faults: set, apply }) => {
    const { store } = sandbox;
    set(...faults);
    const first = await apply(flags);
    if (faults.some((fault) => /late|slow/.test(fault))) await after(ALL_LANDED_MS);
    const planned = JSON.parse(first.stdout).digest !== null;
    const results = resultsOf(first);
    const allDone = results.every(({ status }) => status === "done");
    const wrong = [
      ...(planned ? untruths(first, store.all(), before) : noise(first)),
      ...(planned || first.code === 9 || first.code === 4 ? [] : ["no plan"]),
      ...((planned && allDone) === (first.code === 0) ? [] : [`${first.code} does not fit`]),
      ...repeated(store.all()),
      ...touched(store.all(), before),
    ];
    set();
    const second = await apply();
    const account = undeclaredIn(store.all(), before);
    const again = [...account, ...noise(second), ...(second.code === 0 ? [] : [second.stdout])];
    return { first, wrong: [...wrong, ...again.map((what) => `run again: ${what}`)] };
  });
}

function repeated(records: readonly { readonly name: string }[]): readonly string[] {
  const names = records.map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index);
}
