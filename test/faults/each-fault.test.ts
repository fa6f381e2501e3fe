import { describe, expect, it } from "vitest";
import { codesAtEvery, codesAtFirst, flagsFor, type Kind, type Place } from "./fault-cases.ts";
import { playFaultCase } from "./play-fault-case.ts";

const ONCE: readonly (readonly [Place, Kind])[] = [
  ["post", "reset-before"],
  ["list", "html"],
  ["list", "429:1"],
  ["get", "html"],
  ["get", "refuse"],
  ["post", "reset-after"],
  ["post", "late:300"],
  ["post", "refuse-after"],
  ["post", "dead"],
  ["put", "reset-after"],
  ["put", "drop:remain_quota"],
  ["put", "redirect"],
  ["status", "cut"],
  ["status", "drop:status"],
  ["delete", "reset-before"],
  ["delete", "refuse"],
];

const EVERY: readonly (readonly [Place, Kind])[] = [
  ["get", "refuse"],
  ["post", "drop:remain_quota"],
  ["put", "reset-after"],
];

describe("one run under a fault reports the truth, one more run leaves the account as declared", () => {
  it.concurrent.each(ONCE)("the first %s meets %s", async (place, kind) => {
    const { first, wrong } = await playFaultCase([`${place} ${kind} #1`], flagsFor(kind, false));
    expect(wrong).toEqual([]);
    expect(codesAtFirst(place, kind)).toContain(first.code);
  });

  it.concurrent.each(EVERY)("every %s meets %s", async (place, kind) => {
    const { first, wrong } = await playFaultCase([`${place} ${kind}`], flagsFor(kind, true));
    expect(wrong).toEqual([]);
    expect(codesAtEvery(place, kind)).toContain(first.code);
  });
});
