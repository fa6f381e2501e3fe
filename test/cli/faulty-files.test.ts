import { expect, it } from "vitest";
import { FAULTS } from "../support/faults.ts";
import { faultsNotNamed } from "../support/faults-not-named.ts";

// Every second kind here; the long round has all of them, several times.
const SEEDS = FAULTS.flatMap((_, index) => (index % 2 === 0 ? [index] : []));

it("a file with one fault: exit 3, the fault's line named, no stack, no secret", async () => {
  expect(SEEDS.length).toBeGreaterThanOrEqual(25);
  expect(await faultsNotNamed(SEEDS)).toEqual([]);
});
