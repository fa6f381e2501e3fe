import { expect, it } from "vitest";
import { faultsNotNamed } from "../support/faults-not-named.ts";

it("200 files with one fault each: exit 3 every time, the fault's line named, no stack", async () => {
  const seeds = Array.from({ length: 200 }, (_, index) => 1_000 + index);
  expect(await faultsNotNamed(seeds)).toEqual([]);
});
