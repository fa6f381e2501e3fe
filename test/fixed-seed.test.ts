import * as fc from "fast-check";
import { expect, inject, test } from "vitest";

test("every property begins at the seed of the run", () => {
  expect(fc.readConfigureGlobal().seed).toBe(inject("seed"));
  const values = fc.sample(fc.nat(), 5);
  expect(fc.sample(fc.nat(), 5)).toEqual(values);
});
