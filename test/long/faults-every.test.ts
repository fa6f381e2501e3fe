import { describe, expect, it } from "vitest";
import { CASES, codesAtEvery, flagsFor, KINDS } from "../faults/fault-cases.ts";
import { playFaultCase } from "../faults/play-fault-case.ts";

describe("each fault again and again", () => {
  it.concurrent.each(CASES)("every %s meets %s", async (place, kind) => {
    const { first, wrong } = await playFaultCase([`${place} ${kind}`], flagsFor(kind, true));
    expect(wrong).toEqual([]);
    expect(codesAtEvery(place, kind)).toContain(first.code);
  });

  it.concurrent.each(KINDS)("one request in five meets %s", async (kind) => {
    for (const seed of [1, 2, 3]) {
      const flags = `${flagsFor(kind, false)} --deadline 120s`;
      const { first, wrong } = await playFaultCase([`any ${kind} 20%`], flags, seed);
      expect(wrong).toEqual([]);
      expect([0, 4, 6, 8, 9]).toContain(first.code);
    }
  });
});
