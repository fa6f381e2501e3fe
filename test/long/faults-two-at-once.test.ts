import { describe, expect, it } from "vitest";
import { playTwoAtOnce } from "../faults/play-two-at-once.ts";

/** Five rounds each, with other chances; those with `long` may not even leave a conflict. */
const FAULTS: readonly (readonly string[])[] = [
  ["post late:1200 #1,4"],
  ["post late:2000 30%"],
  ["post slow:2000 30%"],
  ["post reset-after 30%", "put late:300 30%"],
  ["write reset-after 25%"],
  ["write 429:1 20%"],
  ["write late:600 25%"],
  ["any 500-before 10%", "post late:900 #3"],
];
const CLEAR_FAULTS: readonly (readonly string[])[] = [[], ["post slow:1500 #2,3"]];

const SEEDS = [1, 2, 3, 4, 5];
const ROUNDS = [
  ...FAULTS.flatMap((faults) => SEEDS.map((seed) => [faults, "short", seed] as const)),
  ...CLEAR_FAULTS.flatMap((faults) => SEEDS.map((seed) => [faults, "long", seed] as const)),
];

describe("50 rounds of two runs at once", () => {
  it.concurrent.each(ROUNDS)("%j, settle time %s, round %i", async (faults, settle, seed) => {
    expect(await playTwoAtOnce(faults, seed, settle)).toEqual([]);
  });
});
