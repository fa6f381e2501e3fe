import * as fc from "./support/fast-check.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";

test("every property begins at the seed of the run", () => {
  expect(fc.readConfigureGlobal().seed).toBe(inject("seed"));
  const values = fc.sample(fc.nat(), 5);
  expect(fc.sample(fc.nat(), 5)).toEqual(values);
});

test("no test has its properties from elsewhere, where they would begin at another seed", () => {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && path !== join("support", "fast-check.ts"))
    .filter((path) =>
      /from "fast-check"|import\("fast-check"\)/.test(readFileSync(join("test", path), "utf8")),
    );
  expect(files).toEqual(["fixed-seed.test.ts"]);
});
