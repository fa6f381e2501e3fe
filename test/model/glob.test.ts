import { expect, test } from "vitest";
import { globMatcher } from "../../src/model/glob.ts";

test.each([
  ["team-*", "team-a", true],
  ["team-*", "team-", true],
  ["team-*", "other-team-a", false],
  ["*-prod", "ci-prod", true],
  ["*-prod", "ci-prod-2", false],
  ["a?c", "a\u{1F600}c", true],
  ["a?c", "ac", false],
  ["a.c", "abc", false],
  ["*a*b*", "xxaxxbxx", true],
  ["*a*b*", "xxbxxaxx", false],
  ["", "", true],
  ["**", "anything", true],
  [`${"*a".repeat(40)}b`, "a".repeat(50), false],
])("%s on %s gives %s", (glob, text, matches) => {
  expect(globMatcher(glob)(text)).toBe(matches);
});
