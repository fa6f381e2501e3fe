import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PLANTED_BUGS } from "./planted-bugs.ts";

test.each(PLANTED_BUGS.map(({ name, patches }) => [name, patches] as const))(
  "%s changes a text that the source still has, once",
  (_name, patches) => {
    for (const { file, find } of patches) {
      expect(readFileSync(file, "utf8").split(find)).toHaveLength(2);
    }
  },
);

test("no two mistakes have one name", () => {
  expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
});
