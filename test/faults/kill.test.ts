import { describe, expect, it } from "vitest";
import { playKill } from "./play-kill.ts";
import { playLateCreate } from "./play-late-create.ts";

describe("a run killed at a request, then a plain run: nothing is doubled or left out", () => {
  it.concurrent.each([
    [2, "before"],
    [3, "after"],
    [4, "after"],
    [5, "before"],
    [7, "after"],
    [9, "after"],
    [12, "after"],
    [15, "after"],
  ] as const)("killed at request %i, %s the server acts", async (number, moment) => {
    expect(await playKill(number, moment)).toEqual([]);
  });

  it.concurrent("a create of the dead run that lands while the next run creates ends in one key", async () => {
    expect(await playLateCreate("during")).toEqual([]);
  });

  it.concurrent("one that lands after the next run shows as a conflict and blocks only its name", async () => {
    expect(await playLateCreate("after")).toEqual([]);
  });
});
