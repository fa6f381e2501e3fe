import { describe, expect, it } from "vitest";
import { playKill, REQUESTS } from "../faults/play-kill.ts";
import { playLateCreate } from "../faults/play-late-create.ts";

const NUMBERS = Array.from({ length: REQUESTS }, (_, index) => index + 1);
const POINTS = NUMBERS.flatMap((number) => [
  [number, "before"] as const,
  [number, "after"] as const,
]);

describe("a run killed at any of its requests, then a plain run", () => {
  it.concurrent.each(POINTS)("killed at request %i, %s the server acts", async (number, moment) => {
    expect(await playKill(number, moment)).toEqual([]);
  });

  it.concurrent.each(["during", "after"] as const)("a create that lands late: %s", async (when) => {
    for (let round = 1; round <= 5; round += 1) expect(await playLateCreate(when)).toEqual([]);
  });
});
