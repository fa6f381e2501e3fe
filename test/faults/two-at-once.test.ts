import { describe, expect, it } from "vitest";
import { playTwoAtOnce } from "./play-two-at-once.ts";

describe("two runs of one file at once: each name once, or a conflict in the next plan", () => {
  it.concurrent.each([
    ["a create outlasts the settle time", ["post slow:1500 #2,3"], "short"],
    ["a create takes long, but not as long as the settle time", ["post slow:1500 #2,3"], "long"],
    ["a lost create lands after the settle time", ["post late:1200 #1,4"], "short"],
    ["nothing goes wrong", [], "long"],
  ] as const)("%s", async (_, faults, settle) => {
    expect(await playTwoAtOnce(faults, 1, settle)).toEqual([]);
  });
});
