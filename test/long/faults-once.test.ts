import { describe, expect, it } from "vitest";
import { CASES, codesAtFirst, flagsFor } from "../faults/fault-cases.ts";
import { playFaultCase } from "../faults/play-fault-case.ts";

/** A run without faults changes one status and deletes one key, so these have no second request. */
const TWICE = CASES.filter(([place]) => place !== "status" && place !== "delete");

describe("each fault once, at each kind of request", () => {
  it.concurrent.each(CASES)("the first %s meets %s", async (place, kind) => {
    const { first, wrong } = await playFaultCase([`${place} ${kind} #1`], flagsFor(kind, false));
    expect(wrong).toEqual([]);
    expect(codesAtFirst(place, kind)).toContain(first.code);
  });

  it.concurrent.each(TWICE)("the second %s meets %s", async (place, kind) => {
    const { first, wrong } = await playFaultCase([`${place} ${kind} #2`], flagsFor(kind, false));
    expect(wrong).toEqual([]);
    expect([0, 6, 8, 9]).toContain(first.code);
  });
});
